"""The simulated RealTime: its control door, and events that tell what the state says."""

from datetime import timedelta

import pytest

from voicenter_console.sandbox import presence
from voicenter_console.sandbox.cloud import Script
from voicenter_console.sandbox.feed import Feed
from voicenter_console.sandbox.presence import TALKING
from voicenter_console.sandbox.shifts import LOGIN, LOGOUT, LUNCH
from voicenter_console.sandbox.words import wall_epoch

from .conftest import still


@pytest.fixture
def monitors(cloud):
    cloud.realtime.open(2)
    yield cloud.realtime.monitors
    cloud.realtime.close()


def test_the_control_door_breaks_and_mends(client, cloud, monitors):
    def state():
        return client.get("/sandbox/realtime").json()["monitors"]

    assert [one["alive"] for one in state()] == [True, True]
    client.post("/sandbox/realtime", json={"kill": 0, "silence": 1, "drop": True, "token_seconds": 30})
    assert ([one["alive"] for one in state()], state()[1]["silent"]) == ([False, True], True)
    assert (cloud.realtime.dropping, cloud.realtime.token_seconds) == (True, 30)
    client.post("/sandbox/realtime", json={"revive": 0, "speak": 1, "drop": False})
    assert ([one["alive"] for one in state()], state()[1]["silent"]) == ([True, True], False)
    token = cloud.realtime.issue()["Token"]
    assert cloud.realtime.admits(token)
    client.post("/sandbox/realtime", json={"expire": True})
    assert not cloud.realtime.admits(token)
    for wrong in ({"kill": 7}, {"burn": 1}, {"token_seconds": "long"}):
        assert client.post("/sandbox/realtime", json=wrong).status_code == 400


def test_a_token_ends_when_it_said(cloud):
    token = cloud.realtime.issue()["Token"]
    cloud.advance(cloud.realtime.token_seconds - 1)
    assert cloud.realtime.admits(token)
    cloud.advance(1)
    assert not cloud.realtime.admits(token)


def test_a_wrong_secret_is_refused_in_the_body_too(client, cloud):
    answer = client.post("/monitorAPI/Login/Token", json={"token": "wrong"})
    assert (answer.status_code, answer.json()["StatusCode"]) == (401, 401)
    assert client.get("/monitorAPI/RefreshIdentityToken").status_code == 401
    assert cloud.requests["realtime"] == 2


def replayed(queues: dict, phones: dict, said: list) -> None:
    """Do to the two what the events say, as a listener without any other knowledge would."""
    for name, payload in said:
        data = payload["data"]
        if name == "QueueEvent":
            queues[data["QueueID"]] = [call["IvrUniqueID"] for call in data["Calls"]]
        else:
            phones[data["extenUser"]] = [(call["ivrid"], call["callstatus"]) for call in data["calls"]]


def test_the_events_of_an_hour_add_up_to_the_state_at_every_look():
    cloud = still()
    feed, queues, phones, reasons = Feed(cloud), {}, {}, set()
    for name, payload in feed.status():
        if name == "loginStatus":
            for queue in payload["queues"]:
                queues[queue["QueueID"]] = [call["IvrUniqueID"] for call in queue["Calls"]]
        if name == "AllExtensionsStatus":
            for one in payload["extensions"]:
                phones[one["extenUser"]] = [(call["ivrid"], call["callstatus"]) for call in one["calls"]]
    for _ in range(360):
        cloud.advance(10)
        said = feed.news()
        reasons |= {payload["reason"] for _, payload in said}
        replayed(queues, phones, said)
        waiting, talking = {}, {}
        for one in presence.in_queues(cloud.running_legs(), cloud.now()):
            waiting.setdefault(one.queue.id, []).append(one.leg.call_id)
        for one in presence.on_phones(cloud.running_legs(), cloud.now()):
            talking.setdefault(one.extension.sip, []).append((one.leg.call_id, one.state))
        assert {number: ids for number, ids in queues.items() if ids} == waiting
        assert {sip: sorted(calls) for sip, calls in phones.items() if calls} == {
            sip: sorted(calls) for sip, calls in talking.items()
        }
    assert reasons == {
        "NEWCALL", "ANSWER", "HOLD", "UNHOLD", "HANGUP", "userStatusUpdate", "JOIN", "EXIT", "ABANDONED",
    }  # fmt: skip


def test_on_every_departure_the_caller_is_gone_from_the_list():
    cloud = still()
    feed, left = Feed(cloud), 0
    for _ in range(60):
        cloud.advance(30)
        for name, payload in feed.news():
            if name == "QueueEvent" and payload["reason"] != "JOIN":
                left += 1
                assert payload["ivruniqueid"] not in [call["IvrUniqueID"] for call in payload["data"]["Calls"]]
                assert ("AnsweredAgent" in payload["data"]) == (payload["reason"] != "ABANDONED")
    assert left > 20


def test_a_click_to_call_rings_the_agent_first(cloud):
    feed = Feed(cloud)
    sip = cloud.centre.agents[0].extension.sip
    cloud.scripts.append(Script("ANSWER", "ANSWER", 20))
    identity = cloud.place_call(sip, "972500000001")
    seen = []
    for _ in range(120):
        cloud.advance(1)
        calls = [payload["data"].get("currentCall") for _, payload in feed.news()]
        calls = [call for call in calls if call and call["ivrid"] == identity]
        seen += [(call["c2cdirection"], call["callstatus"], call["outgoingcallerphone"]) for call in calls]
    customer = "972500000001"
    assert seen == [
        (1, "Ringing", customer),
        (2, "Dialing", customer),
        (2, "Talking", customer),
        (2, "Talking", customer),  # as it hangs up
    ]


def test_what_is_cut_off_ends_at_once(cloud):
    feed = Feed(cloud)
    on_phones = presence.on_phones(cloud.running_legs(), cloud.now())
    talk = next(one for one in on_phones if one.state == TALKING)
    sip = talk.extension.sip
    cloud.advance(1)
    cloud.terminate(sip)
    ended = [
        payload["ivruniqueid"]
        for name, payload in feed.news()
        if name == "ExtensionEvent" and payload["reason"] == "HANGUP" and payload["data"]["extenUser"] == sip
    ]
    assert talk.leg.call_id in ended
    assert cloud.now() - cloud.started == timedelta(seconds=1)


def test_a_status_set_by_hand_is_told_with_its_time(cloud):
    feed = Feed(cloud)
    agent = next(agent for agent, status in cloud.statuses() if status.id == LOGIN)
    cloud.advance(5)
    cloud.centre.shifts.set(agent, LUNCH, cloud.now(), agent.extension.sip)
    said = [payload["data"] for _, payload in feed.news() if payload["reason"] == "userStatusUpdate"]
    assert [(one["extenUser"], one["representativeStatus"]) for one in said] == [(agent.extension.sip, LUNCH)]
    assert said[0]["representativeUpdated"] == wall_epoch(cloud.now()) * 1000
    cloud.centre.shifts.set(agent, LOGOUT, cloud.now(), agent.extension.sip)
    (gone,) = [payload["data"] for _, payload in feed.news() if payload["reason"] == "userStatusUpdate"]
    assert (gone["representative"], gone["representativeStatus"]) == (0, LOGOUT)
