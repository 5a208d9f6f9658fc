"""Who talks, who waits, who is at lunch: one state behind the doors of active calls and statuses (S8, S9, S11)."""

from collections import Counter
from datetime import timedelta

import httpx
import pytest

from tests.sandbox.conftest import still
from voicenter_console.sandbox import presence, shifts
from voicenter_console.sandbox.cloud import Script
from voicenter_console.sandbox.http import application
from voicenter_console.sandbox.words import Dialect
from voicenter_console.voicenter import agents, errors, monitor
from voicenter_console.voicenter.client import Hosts, VoicenterClient


def console_of(cloud, **options):
    transport = httpx.WSGITransport(app=application(cloud))
    hosts = Hosts.at("http://127.0.0.1")
    return VoicenterClient(account="demo", code=cloud.code, hosts=hosts, transport=transport, **options)


@pytest.fixture
def console(cloud):
    with console_of(cloud) as client:
        yield client


def calls_by_id(console, cloud):
    found = {}
    for extension in monitor.extensions_calls(console, now=cloud.now()):
        for call in extension.calls:
            found.setdefault(call.call_id, []).append((extension, call))
    return found


@pytest.mark.parametrize("by_get", [False, True])
@pytest.mark.parametrize("dialect", [Dialect(), Dialect(true_epoch=True, lower_keys=True, numbers_as_text=True)])
def test_what_the_console_reads_is_what_goes_on(dialect, by_get):
    cloud = still(dialect=dialect)
    cloud.advance(600)
    with console_of(cloud, code_in_address=by_get) as console:
        on_phones = presence.on_phones(cloud.running_legs(), cloud.now())
        told = calls_by_id(console, cloud)
        assert len(on_phones) > 8
        assert set(told) == {call.leg.call_id for call in on_phones}
        for call in on_phones:
            found = [one for extension, one in told[call.leg.call_id] if extension.sip == call.extension.sip]
            assert [(one.started_at, one.answered_at) for one in found] == [(call.started, call.answered_at)]
            assert found[0].status == call.state
        waiting = presence.in_queues(cloud.running_legs(), cloud.now())
        listed = [
            (queue.id, caller) for queue in monitor.queues_callers(console, now=cloud.now()) for caller in queue.callers
        ]
        assert {(one.queue.id, one.leg.call_id, one.leg.caller, one.joined) for one in waiting} == {
            (number, caller.call_id, caller.phone, caller.joined_at) for number, caller in listed
        }


def test_a_caller_waits_then_rings_then_talks_and_becomes_a_record(console, cloud):
    seen: dict[str, list[str]] = {}
    for _ in range(120):
        cloud.advance(5)
        for queue in monitor.queues_callers(console, now=cloud.now()):
            for caller in queue.callers:
                assert cloud.now() - caller.joined_at < timedelta(minutes=6)
                seen.setdefault(caller.call_id, []).append("waits")
        for call_id, found in calls_by_id(console, cloud).items():
            seen.setdefault(call_id, []).extend(call.status for _, call in found)
    cloud.advance(7200)
    ended = {leg.call_id: leg for leg in cloud.ended_legs()}
    assert set(seen) <= set(ended)
    answered = [states for call_id, states in seen.items() if {"waits", "Talking"} <= set(states)]
    assert len(answered) > 10
    assert all(states.index("waits") < states.index("Talking") for states in answered)


def test_a_dialled_call_is_on_one_phone_once(console, cloud):
    agent = cloud.centre.agents[0]
    cloud.advance(60)
    cloud.terminate(agent.extension.sip)
    cloud.scripts.append(Script("ANSWER", "ANSWER", talk=100))
    call_id = cloud.place_call(agent.extension.sip, "0545550118", {"var_request": "r-1"})
    states = []
    for _ in range(60):
        cloud.advance(1)
        for extension, call in calls_by_id(console, cloud).get(call_id, ()):
            assert (extension.sip, call.direction) == (agent.extension.sip, "Click2Call")
            assert call.custom_data == {"var_request": "r-1"}
            states.append(call.status)
    assert len(states) <= 60
    assert list(dict.fromkeys(states)) == ["Ringing", "Dialing", "Talking"]


def test_extensions_are_listed_by_department(console, cloud):
    listed = monitor.extensions(console)
    assert Counter(one.account_name for one in listed)["Service"] == 11
    assert {one.sip for one in listed} >= set(cloud.centre.by_sip)
    (own,) = monitor.extensions(console, show_all=False)
    assert own.account_id == cloud.centre.top.id


def test_a_wrong_code(cloud):
    cloud.faults.change(wrong_code=True, doors=["monitor", "agents"])
    with console_of(cloud) as console:
        for ask in (monitor.extensions_calls, monitor.queues_callers):
            with pytest.raises(errors.NotAuthorised):
                ask(console)
        assert not monitor.extensions(console).conclusive
        assert not agents.statuses(console).conclusive
        with pytest.raises(errors.NotAuthorised):
            agents.set_status(console, user_id="10001", status=agents.LOGIN, extension="Ab3dE6gH")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"down": True}, errors.Garbled),
        ({"html": True}, errors.Garbled),
        ({"cut": 20}, errors.Garbled),
        ({"limit": True}, errors.LimitExceeded),
    ],
)
def test_faults_of_these_doors(console, cloud, fault, error):
    cloud.faults.change(**fault)
    asked = [monitor.extensions_calls, monitor.queues_callers, monitor.extensions, agents.statuses]
    for ask in asked:
        with pytest.raises(error):
            ask(console)


def test_rows_twice_and_from_the_end(console, cloud):
    once = [one.sip for one in monitor.extensions(console)]
    cloud.faults.change(repeat=True, backwards=True)
    twice = [one.sip for one in monitor.extensions(console)]
    assert twice == [sip for sip in reversed(once) for _ in range(2)]


# --- statuses -----------------------------------------------------------------------------------------


def status_of(console, cloud, agent):
    found = {one.sip: one.agent_status for one in monitor.extensions_calls(console, now=cloud.now())}
    return found[agent.extension.sip]


def test_statuses_change_by_themselves_through_the_day(cloud):
    seen = Counter()
    for _ in range(24 * 4):
        cloud.advance(900)
        seen.update(status.id for _, status in cloud.statuses())
    assert set(seen) >= {shifts.LOGIN, shifts.LOGOUT, shifts.LUNCH, shifts.PRIVATE, shifts.ADMINISTRATIVE}
    assert 0.8 < seen[shifts.LOGIN] / seen.total() < 0.96
    for agent, status in cloud.statuses():
        assert status.since <= cloud.now()
        assert bool(status.sip) == (status.id != shifts.LOGOUT), agent.name


def test_a_status_is_the_same_whoever_asks_and_when(cloud):
    later = still(history_days=1)
    at = cloud.now() + timedelta(hours=3)
    said = [cloud.centre.shifts.status(agent, at) for agent in cloud.centre.agents]
    later.advance(4 * 3600)
    assert [later.centre.shifts.status(agent, at) for agent in later.centre.agents] == said


def test_an_agent_goes_to_lunch_and_gets_no_calls(console, cloud):
    agent = next(agent for agent, status in cloud.statuses() if status.id == shifts.LOGIN)
    sip = agent.extension.sip
    agents.set_status(console, user_id=agent.code, status=3, extension=sip)
    assert status_of(console, cloud, agent) == 3
    lunch = cloud.now()
    cloud.advance(25 * 60)
    assert status_of(console, cloud, agent) == 3
    rung = [leg for leg in cloud.ended_legs(lunch) if leg.agent is agent and leg.queue]
    # What was decided a minute ahead still comes.
    assert all(leg.started < lunch + timedelta(minutes=6) for leg in rung)
    agents.set_status(console, user_id=agent.code, status=agents.LOGIN, extension=sip)
    assert status_of(console, cloud, agent) == agents.LOGIN


def test_the_refusals_of_a_login(console, cloud):
    dana, noa = [agent for agent, status in cloud.statuses() if status.id == shifts.LOGIN][:2]
    sip = dana.extension.sip

    def set_status(agent, status, extension):
        return agents.set_status(console, user_id=agent.code, status=status, extension=extension)

    with pytest.raises(errors.ExtensionInUse) as caught:
        set_status(noa, agents.LOGIN, sip)
    assert (caught.value.code, caught.value.detail) == (4, 4)
    set_status(dana, agents.LOGOUT, sip)
    with pytest.raises(errors.InitiationRefused) as caught:
        set_status(dana, 3, sip)
    assert (caught.value.code, caught.value.detail) == (5, 3)
    with pytest.raises(errors.AlreadyLoggedIn) as caught:
        set_status(noa, agents.LOGIN, sip)
    assert (caught.value.code, caught.value.detail) == (4, 5)
    with pytest.raises(errors.InitiationRefused) as caught:
        set_status(dana, agents.LOGIN, "NoSuchSip")
    assert caught.value.detail == 7
    with pytest.raises(errors.InitiationRefused) as caught:
        agents.set_status(console, user_id="99999", status=1, extension=sip)
    assert caught.value.detail == 4


def test_the_door_of_statuses_names_what_is_missing(client, cloud):
    door = "/UserLogin/SetStatusFromAPI"
    said = client.post(door, json={"UserID": "10001", "Code": cloud.code}).json()
    assert (said["Status"], said["StatusErrorMessage"]) == (3, "Missing parameters: status")
    agent = next(agent for agent, status in cloud.statuses() if status.id == shifts.LOGIN)
    params = {"code": cloud.code, "userid": agent.code, "status": "7", "extensionuser": agent.extension.sip}
    assert client.get(door, params=params).json() == {"Status": 1, "StatusError": 0, "StatusErroMessage": "OK"}
    assert client.get(door, params=params | {"extensionuser": ""}).json()["StatusError"] == 1
    assert client.get(door, params=params | {"status": "6"}).json()["Status"] == 3


def test_the_names_of_statuses_are_the_account_s(console):
    names = {one.id: one.name for one in agents.statuses(console)}
    assert set(names) == set(agents.STATUSES)
    assert names[11] != agents.STATUSES[11]
