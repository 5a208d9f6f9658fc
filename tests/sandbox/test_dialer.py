"""The dialer's doors through the console's own client: what is added waits, is dialled, and ends in records (S7)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.sandbox.conftest import still
from tests.sandbox.test_presence import console_of
from voicenter_console.sandbox.legs import Kind
from voicenter_console.sandbox.words import Dialect
from voicenter_console.voicenter import dialer, errors, monitor
from voicenter_console.voicenter.leads import NewCall, compare
from voicenter_console.voicenter.parameters import ANONYMOUS

AGENTS, PREDICTIVE = 83, 84


@pytest.fixture
def cloud():
    return still(scenario="quiet")


@pytest.fixture
def console(cloud):
    with console_of(cloud) as client:
        yield client


def code_of(cloud, number):
    return next(one.code for one in cloud.centre.campaigns if one.id == number)


@pytest.fixture
def agents(cloud, console):
    """A campaign of the agents' dialer that stands still and is empty; by its code."""
    code = code_of(cloud, AGENTS)
    dialer.stop_campaign(console, code)
    dialer.clear_campaign_calls(console, code)
    return code


@pytest.fixture
def predictive(cloud, console):
    code = code_of(cloud, PREDICTIVE)
    dialer.clear_campaign_calls(console, code)
    return code


def leads_of(cloud, code):
    return {lead.variables["var_lead"]: lead for lead in cloud.campaigns.desks[code].leads if lead.state != "removed"}


def call(number, **told):
    return NewCall(target=f"05455501{number:02d}", custom_data={"lead": f"T-{number}"}, **told)


def legs_of(cloud, lead):
    return [leg for leg in cloud.ended_legs() if leg.variables.get("var_lead") == lead and leg.campaign]


@pytest.mark.parametrize("dialect", [Dialect(), Dialect(lower_keys=True, numbers_as_text=True)])
def test_campaigns_and_what_waits_in_them(dialect):
    cloud = still(dialect=dialect)
    with console_of(cloud) as console:
        found = {one.name: one for one in dialer.campaigns(console)}
        assert [one.name for one in cloud.centre.campaigns] == list(found)
        standing = found["Spring reminders"]
        assert (standing.status, standing.enabled) == ("Disabled", False)
        assert (standing.awaiting_calls, standing.pending_calls, standing.calls_left()) == (40, 0, 40)
        assert (standing.min_priority, standing.max_priority) == (1, 3)
        assert dialer.campaign_details(console, standing.code) == standing
        waiting = dialer.pending_calls(console, standing.code)
        assert waiting.campaign == standing
        priorities = [one.priority for one in waiting.calls]
        assert priorities == sorted(priorities, reverse=True)
        assert {one.status_name for one in waiting.calls} == {"Pending"}
        assert len({one.lead for one in waiting.calls}) == 40


def test_a_call_waits_as_it_was_added(cloud, console, agents):
    at = cloud.now().replace(microsecond=0) + timedelta(hours=2)
    dialer.add_call(
        console,
        agents,
        NewCall(
            target="054-555-0118",
            caller_id=ANONYMOUS,
            caller_name="Kinneret",
            customer_name="דנה",
            priority=5,
            originate_at=at,
            custom_data={"lead": "T-1", "var_score": 7},
        ),
    )
    (waiting,) = dialer.pending_calls(console, agents).calls
    assert (waiting.phone, waiting.caller_id, waiting.caller_name) == ("972545550118", "Anonymous", "Kinneret")
    assert (waiting.customer_name, waiting.priority, waiting.originate_at) == ("דנה", 5, at)
    assert waiting.custom_data == {"var_lead": "T-1", "var_score": "7"}
    dialer.update_call(console, agents, NewCall(target="0545550118", priority=9, custom_data={"score": 8}))
    (waiting,) = dialer.pending_calls(console, agents).calls
    assert (waiting.priority, waiting.lead, waiting.custom_data["var_score"]) == (9, "T-1", "8")
    dialer.remove_call(console, agents, "972545550118")
    assert dialer.pending_calls(console, agents).calls == ()


def test_a_started_campaign_rings_its_members_and_the_records_carry_the_lead(cloud, console, agents):
    for number in range(12):
        dialer.add_call(console, agents, call(number, priority=number % 3))
    cloud.advance(600)
    assert dialer.campaign_details(console, agents).pending_calls == 12
    dialer.start_campaign(console, agents)
    cloud.advance(3600)
    assert dialer.campaign_details(console, agents).pending_calls == 0
    leads = leads_of(cloud, agents)
    order = [leads[f"T-{number}"] for number in range(12)]
    for urgent in (lead for lead in order if lead.priority == 2):
        assert all(urgent.dialled <= lead.dialled for lead in order if lead.priority < 2)
    members = set(cloud.campaigns.desks[agents].members)
    for lead in order:
        first, second = sorted(legs_of(cloud, lead.variables["var_lead"]), key=lambda leg: leg.kind)
        assert (first.kind, second.kind) == (Kind.PRODUCTIVE_LEG1, Kind.PRODUCTIVE_LEG2)
        assert second.target == lead.target
        assert first.target_extension.sip in members
        assert cloud.notification(second)["var_lead"] == lead.variables["var_lead"]
        assert cloud.call_log_row(second)["CustomData"] == lead.variables
        assert (lead.call_id, lead.status) == (second.call_id, second.status)


def test_a_member_has_one_call_of_the_dialer_at_a_time(cloud, console, agents):
    for sip in cloud.campaigns.desks[agents].members[1:]:
        assert dialer.remove_member(console, agents, sip) == 1
    assert dialer.remove_member(console, agents, "NoSuchSip") == 0
    (member,) = dialer.members(console, agents)
    for number in range(6):
        dialer.add_call(console, agents, call(number))
    dialer.start_campaign(console, agents)
    cloud.advance(4 * 3600)
    legs = [leg for number in range(6) for leg in legs_of(cloud, f"T-{number}")]
    own = sorted((leg for leg in legs if leg.kind is Kind.PRODUCTIVE_LEG1), key=lambda leg: leg.started)
    assert len(own) == 6
    assert {leg.target_extension.sip for leg in own} == {member.sip}
    assert all(earlier.ended <= later.started for earlier, later in pairwise(own))
    assert dialer.add_member(console, agents, "NoSuchSip") == 0
    assert dialer.add_member(console, agents, member.sip) == 0
    other = cloud.centre.agents[-3].extension.sip
    assert dialer.add_member(console, agents, other) == 1
    assert {one.sip for one in dialer.members(console, agents)} == {member.sip, other}


def test_nobody_is_rung_before_the_time_of_the_call(cloud, console, agents):
    at = cloud.now().replace(microsecond=0) + timedelta(minutes=30)
    dialer.add_call(console, agents, call(1, originate_at=at))
    dialer.start_campaign(console, agents)
    cloud.advance(29 * 60)
    assert dialer.campaign_details(console, agents).pending_calls == 1
    cloud.advance(30 * 60)
    assert leads_of(cloud, agents)["T-1"].dialled >= at


def test_the_clock_of_a_time_is_said_with_it(client, cloud, console, agents):
    wall = int(datetime(2026, 7, 15, 16, 0, tzinfo=UTC).timestamp())
    asked = {"Campaign": agents, "Code": cloud.code, "Target": "0545550118", "OriginateTime": wall}
    for local, hour in (("true", 13), ("false", 16), (None, 16)):
        dialer.clear_campaign_calls(console, agents)
        client.post("/ForwardDialer/Dialer/AddCall", json=asked | ({"IsDateLocal": local} if local else {}))
        (waiting,) = dialer.pending_calls(console, agents).calls
        assert waiting.originate_at == datetime(2026, 7, 15, hour, 0, tzinfo=UTC)


def test_stop_and_clear_really_act(cloud, console, agents):
    for number in range(40):
        dialer.add_call(console, agents, call(number))
    dialer.start_campaign(console, agents)
    cloud.advance(60)
    dialer.stop_campaign(console, agents)
    stopped = cloud.now()
    left = dialer.campaign_details(console, agents).pending_calls
    assert 0 < left < 40
    cloud.advance(1800)
    assert dialer.campaign_details(console, agents).pending_calls == left
    # What was decided a minute ahead of the standing list still comes.
    own = [leg for leg in cloud.ended_legs() if leg.campaign and leg.campaign.code == agents]
    assert all(leg.started <= stopped + timedelta(minutes=3) for leg in own)
    dialer.clear_campaign_calls(console, agents)
    dialer.start_campaign(console, agents)
    cloud.advance(600)
    assert {lead.state for lead in leads_of(cloud, agents).values()} == {"dialled"}
    assert len(leads_of(cloud, agents)) == 40 - left


def test_a_predictive_campaign_rings_customers_and_keeps_its_limits(cloud, console, predictive):
    dialer.configure_ivr_campaign(console, predictive, max_calls=2)
    for number in range(30):
        dialer.add_call(console, predictive, call(number))
    dialer.start_campaign(console, predictive)
    most = 0
    for _ in range(240):
        cloud.advance(15)
        running = {leg.call_id for leg in cloud.running_legs() if leg.variables.get("var_lead", "")[:2] == "T-"}
        most = max(most, len(running))
    assert most == 2
    dialer.configure_ivr_campaign(console, predictive, max_calls=30)
    cloud.advance(3600)
    leads = leads_of(cloud, predictive)
    assert {lead.state for lead in leads.values()} == {"dialled"}
    for name, lead in leads.items():
        legs = sorted((leg for leg in cloud.ended_legs() if leg.call_id == lead.call_id), key=lambda leg: leg.kind)
        assert legs[0].kind is Kind.PREDICTIVE
        assert (len(legs) == 2) == (lead.status == "ANSWER")
        assert {leg.kind for leg in legs[1:]} <= {Kind.PREDICTIVE_IVR, Kind.PREDICTIVE_QUEUE}
        assert all(leg.variables["var_lead"] == name for leg in legs)


def test_the_coefficient_and_the_watched_queue_hold_it_back(cloud, console, predictive):
    for number in range(10):
        dialer.add_call(console, predictive, call(number))
    dialer.update_campaign_strategy(console, predictive, coefficient=0)
    dialer.start_campaign(console, predictive)
    cloud.advance(600)
    assert dialer.campaign_details(console, predictive).awaiting_calls == 10
    desk = cloud.campaigns.desks[predictive]
    cloud.campaigns.waiting = lambda queue, at: 3 if queue == 100201 else 0
    dialer.update_campaign_strategy(
        console, predictive, coefficient=2, queue_for_monitoring=100201, queue_maximum_callers=2
    )
    assert (desk.coefficient, desk.watched_queue, desk.queue_limit) == (2.0, 100201, 2)
    cloud.advance(600)
    assert dialer.campaign_details(console, predictive).awaiting_calls == 10
    dialer.update_campaign_strategy(console, predictive, queue_maximum_callers=3)
    cloud.advance(600)
    assert dialer.campaign_details(console, predictive).awaiting_calls < 10


def test_representatives_of_an_ivr_campaign(cloud, console, predictive, agents):
    sips = [agent.extension.sip for agent in cloud.centre.agents[:2]]
    dialer.configure_ivr_campaign(console, predictive, representatives=[*sips, "NoSuchSip"])
    assert [one.sip for one in dialer.members(console, predictive)] == sips
    with pytest.raises(errors.ApplicationError):
        dialer.configure_ivr_campaign(console, agents, max_calls=5)


def test_the_number_shown_follows_the_document_s_order(cloud, console, agents, predictive):
    calls = {
        "own": call(1, caller_id="035550142"),
        "hidden": call(2, caller_id=ANONYMOUS),
        "worker": call(3),
        "country": NewCall(target="12125550123", custom_data={"lead": "T-4"}),
    }
    for one in calls.values():
        dialer.add_call(console, agents, one)
    dialer.add_call(console, predictive, call(5))
    for code in (agents, predictive):
        dialer.start_campaign(console, code)
    cloud.advance(3600)
    shown = {name: max(legs_of(cloud, f"T-{n}"), key=lambda leg: leg.kind) for n, name in enumerate(calls, start=1)}
    assert shown["own"].caller == "035550142"
    assert shown["hidden"].caller == "Anonymous"
    assert cloud.centre.direct_numbers[shown["worker"].caller] is shown["worker"].agent
    assert shown["country"].caller == "12125550142"
    (first, *_) = sorted(legs_of(cloud, "T-5"), key=lambda leg: leg.kind)
    assert first.caller == cloud.campaigns.desks[predictive].campaign.caller_id


def test_what_becomes_of_a_call_can_be_decided(client, cloud, console, agents):
    outcomes = {"972545550101": "BUSY", "972545550102": "NOANSWER"}
    assert client.post("/sandbox/outcomes", json=outcomes).status_code == 200
    assert client.post("/sandbox/outcomes", json={"me": "BUSY"}).status_code == 400
    for number in (1, 2):
        dialer.add_call(console, agents, call(number))
    dialer.start_campaign(console, agents)
    cloud.advance(1800)
    told = next(one for one in client.get("/sandbox/leads").json()["campaigns"] if one["code"] == agents)
    assert told["enabled"]
    dialled = {one["variables"]["var_lead"]: one for one in told["leads"] if one["state"] == "dialled"}
    assert (dialled["T-1"]["status"], dialled["T-2"]["status"]) == ("BUSY", "NOANSWER")
    assert dialled["T-1"]["call_id"]


def test_who_the_dialer_rings_is_on_the_board(cloud, console, agents):
    for number in range(5):
        dialer.add_call(console, agents, call(number))
    dialer.start_campaign(console, agents)
    seen = set()
    for _ in range(60):
        cloud.advance(2)
        for extension in monitor.extensions_calls(console, now=cloud.now()):
            seen |= {one.custom_data.get("var_lead") for one in extension.calls}
    assert {"T-0", "T-1"} <= seen


# --- what is refused ---------------------------------------------------------------------------------


def test_the_errors_of_the_list(cloud, console, agents):
    with pytest.raises(errors.UnknownCampaign):
        dialer.start_campaign(console, "nosuchcampaign")
    for number, code in (("12", -2), ("Ab3dE6gH", -2)):
        with pytest.raises(errors.BadTarget) as caught:
            dialer.add_call(console, agents, NewCall(target=number))
        assert caught.value.code == code
    with pytest.raises(errors.BadCallerId):
        dialer.add_call(console, agents, NewCall(target="0545550118", caller_id="0501111111"))
    with pytest.raises(errors.BadTarget) as caught:
        dialer.remove_call(console, agents, "0545550118")
    assert caught.value.code == 2
    cloud.dialect = Dialect(minus_two=False)
    with pytest.raises(errors.BadTarget) as caught:
        dialer.add_call(console, agents, NewCall(target="12"))
    assert caught.value.code == 2
    assert leads_of(cloud, agents) == {}


def test_a_wrong_code_and_an_account_that_wants_none(client, cloud, agents):
    cloud.dialect = Dialect(dialer_code=False)
    asked = {"Campaign": agents, "Target": "0545550118", "var_lead": "T-9"}
    assert client.get("/ForwardDialer/Dialer/AddCall", params=asked).json() == {"ErrorCode": 0, "Description": "OK"}
    assert leads_of(cloud, agents)["T-9"].target == "972545550118"
    cloud.dialect = Dialect()
    assert client.post("/ForwardDialer/Dialer/AddCall", data=asked).json()["ErrorCode"] == 3


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"down": True}, errors.Garbled),
        ({"html": True}, errors.Garbled),
        ({"cut": 9}, errors.Garbled),
        ({"limit": True}, errors.LimitExceeded),
        ({"wrong_code": True}, errors.ApplicationError),
    ],
)
def test_faults_of_these_doors(cloud, console, agents, fault, error):
    cloud.faults.change(**fault, doors=["dialer"])
    asked = [
        lambda: dialer.campaigns(console),
        lambda: dialer.pending_calls(console, agents),
        lambda: dialer.add_call(console, agents, call(1)),
        lambda: dialer.add_calls_bulk(console, agents, [call(2)]),
    ]
    for ask in asked:
        with pytest.raises(error):
            ask()


def test_a_bulk_tells_of_each_call(cloud, console, agents):
    calls = [call(1), NewCall(target="12"), call(2, caller_id="0501111111"), call(3)]
    results = dialer.add_calls_bulk(console, agents, calls)
    assert [(one.call, one.confirmed, one.code) for one in results] == [
        (calls[0], True, 0),
        (calls[1], True, -2),
        (calls[2], True, 4),
        (calls[3], True, 0),
    ]
    assert set(leads_of(cloud, agents)) == {"T-1", "T-3"}
    cloud.dialect = Dialect(add_result=False)
    results = dialer.add_calls_bulk(console, agents, calls[:1])
    assert [(one.accepted, one.confirmed) for one in results] == [(True, False)]
    with pytest.raises(errors.BadTarget):
        dialer.add_calls_bulk(console, agents, [NewCall(target="12")])


@pytest.mark.parametrize("fault", [{"repeat": True}, {"backwards": True}])
def test_a_list_told_twice_or_from_the_end_is_compared_all_the_same(cloud, console, agents, fault):
    calls = [call(number) for number in range(5)]
    dialer.add_calls_bulk(console, agents, calls[:3])
    cloud.faults.change(**fault)
    found = compare(calls, dialer.pending_calls(console, agents).calls)
    assert (found.arrived, found.missing) == (tuple(calls[:3]), tuple(calls[3:]))
