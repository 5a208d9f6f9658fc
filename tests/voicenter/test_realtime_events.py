"""RealTime's events in our words: own values in the shapes that are met today, in files."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenter_console.voicenter.live import (
    AllExtensions,
    AllQueues,
    CallerJoined,
    CallerLeft,
    Change,
    Departure,
    ExtensionChanged,
    Phase,
    WaitingCaller,
)
from voicenter_console.voicenter.realtime_events import DEPARTED_KEPT, UNKNOWN_KEPT, Normaliser
from voicenter_console.voicenter.records import Direction

FOLDER = Path(__file__).parents[1] / "fixtures" / "voicenter" / "realtime"
A, B = "202607151430050123a1b2c3d4e5f60a", "202607151430200123a1b2c3d4e5f60b"
NOW = datetime(2026, 7, 15, 11, 40, tzinfo=UTC)


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-07-15T{clock}+00:00")


def said(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.json").read_text())


@pytest.fixture
def line() -> Normaliser:
    return Normaliser(lambda: NOW)


def hear(line: Normaliser, *names: str) -> list:
    """The events of these fixtures, in this order."""
    kinds = {"login_status": "loginStatus", "all_extensions": "AllExtensionsStatus", "all_dialers": "AllDialersStatus"}
    events = []
    for name in names:
        payload = said(name)
        events += line.read(kinds.get(name) or f"{payload['eventName'].capitalize()}Event", payload)
    return events


@pytest.mark.parametrize(
    ("leaves", "how"),
    [("exit_a", Departure.ANSWERED), ("answer_a", Departure.ANSWERED), ("abandoned_a", Departure.ABANDONED)],
)
def test_the_call_back_is_for_a_never_b(line, leaves, how):
    *_, left = hear(line, "login_status", "join_a", "join_b", leaves)
    assert left == CallerLeft(
        at=at("11:31:00"),
        queue=left.queue,
        caller=WaitingCaller(call_id=A, number="0500000001", joined_at=at("11:30:05")),
        how=how,
    )
    assert [caller.call_id for caller in left.queue.callers] == [B]


def test_one_who_joined_before_we_listened_is_known_by_the_call_alone(line):
    (left,) = hear(line, "abandoned_a")
    assert left.caller == WaitingCaller(call_id=A)
    assert [caller.number for caller in left.queue.callers] == ["0500000004"]


def test_who_waits_at_the_full_status_is_remembered(line):
    status = said("login_status")
    status["queues"][0]["Calls"] = said("join_a")["data"]["Calls"]
    line.read("loginStatus", status)
    (left,) = hear(line, "abandoned_a")
    assert left.caller.number == "0500000001"


def test_a_full_status_is_a_reset(line):
    hear(line, "join_a", "login_status")
    (left,) = hear(line, "abandoned_a")
    assert left.caller.number == ""


def test_answer_and_exit_of_one_caller_are_one_departure(line):
    events = hear(line, "join_a", "answer_a", "exit_a")
    assert [type(event) for event in events] == [CallerJoined, CallerLeft]
    again = hear(line, "join_a", "exit_a")
    assert [type(event) for event in again] == [CallerJoined, CallerLeft]
    assert not line.unknown


def test_what_is_remembered_of_departures_has_an_end(line):
    for number in range(DEPARTED_KEPT + 50):
        payload = said("abandoned_a") | {"ivruniqueid": f"call-{number}"}
        assert len(line.read("QueueEvent", payload)) == 1
    assert len(line._left) == DEPARTED_KEPT


def test_queues_and_extensions_of_a_full_status(line):
    queues, extensions = hear(line, "login_status", "all_extensions")
    assert isinstance(queues, AllQueues)
    assert [(queue.id, queue.name) for queue in queues.queues] == [(100200, "מכירות"), (100201, "שירות")]
    assert isinstance(extensions, AllExtensions)
    desk, free = extensions.extensions
    assert (desk.code, desk.number, desk.name) == ("Ab3dE6gH", "301", "Desk 1")
    assert (desk.agent_code, desk.agent_name, desk.status) == ("10007", "דנה", 1)
    assert desk.status_since == at("09:53:20")  # sent in milliseconds
    assert (free.agent_code, free.agent_name, free.status) == ("", "", 2)


def test_a_call_from_ringing_to_its_end(line):
    events = hear(line, "newcall", "answer", "hold", "unhold", "hangup")
    assert [event.change for event in events] == [
        Change.CALL_BEGAN,
        Change.CALL_ANSWERED,
        Change.CALL_HELD,
        Change.CALL_RESUMED,
        Change.CALL_ENDED,
    ]
    began, answered, held, resumed, ended = events
    assert [event.call.phase for event in events[:4]] == [Phase.RINGING, Phase.TALKING, Phase.HELD, Phase.TALKING]
    assert (began.call.call_id, began.call.number, began.call.did) == (A, "0500000001", "0720000000")
    assert (began.call.queue_id, began.call.direction) == (100200, Direction.IN)
    assert (began.call.started_at, began.call.answered_at) == (at("11:30:05"), None)
    assert answered.call.answered_at == at("11:30:11")
    assert began.extension.calls == (began.call,)
    assert held.at < resumed.at < ended.at == at("11:31:40")
    assert (ended.extension.calls, ended.cause) == ((), "Normal hangup")


def test_a_hangup_without_its_call_names_it_still(line):
    (ended,) = hear(line, "hangup_without_call")
    assert (ended.call.call_id, ended.cause) == (A, "Answered elsewhere")


def test_a_status_is_about_no_call(line):
    (event,) = hear(line, "status_update")
    assert isinstance(event, ExtensionChanged)
    assert (event.change, event.call, event.extension.status) == (Change.AGENT_STATUS, None, 5)
    assert event.extension.status_since == at("11:31:39")


def test_of_a_click_to_call_the_customer_is_shown(line):
    (event,) = hear(line, "click_to_call")
    assert (event.call.number, event.call.direction) == ("972500000009", Direction.OUT)


def test_winter_and_summer_differ_by_the_offset_that_was_sent(line):
    summer, winter = said("join_a"), said("join_a") | {"servertimeoffset": 120}
    assert line.read("QueueEvent", summer)[0].caller.joined_at == at("11:30:05")
    assert line.read("QueueEvent", winter)[0].caller.joined_at == at("12:30:05")


def test_without_an_offset_it_is_israel_wall_time(line):
    payload = said("join_a")
    del payload["servertimeoffset"]
    assert line.read("QueueEvent", payload)[0].caller.joined_at == at("11:30:05")


@pytest.mark.parametrize("absurd", [0, -1, 10**18, 15616841651 * 10, "soon", None, True, float("nan")])
def test_an_absurd_time_is_none_and_the_event_stands(line, absurd):
    payload = said("join_a")
    payload["servertime"] = payload["data"]["Calls"][0]["JoinTimeStamp"] = absurd
    (event,) = line.read("QueueEvent", payload)
    assert (event.at, event.caller.joined_at, event.caller.number) == (NOW, None, "0500000001")


def test_keys_come_in_any_case_and_numbers_as_text(line):
    payload = said("join_a")
    shouted = {key.upper(): value for key, value in payload.items()}
    shouted["DATA"] = {key.upper(): value for key, value in payload["data"].items()} | {"QUEUEID": "100200"}
    assert line.read("queueEVENT", shouted) == line.read("QueueEvent", payload)


def test_what_is_not_known_is_counted_and_ignored(line):
    assert line.read("WeatherReport", {"reason": "RAIN"}) == []
    assert line.read("QueueEvent", said("join_a") | {"reason": "TELEPORTED"}) == []
    assert line.read("ExtensionEvent", said("newcall") | {"reason": "PARKED"}) == []
    assert line.read("loginStatus", {"queues": "none"}) == []
    assert hear(line, "all_dialers") == []
    assert line.unknown == {
        "WeatherReport RAIN": 1,
        "QueueEvent TELEPORTED": 1,
        "ExtensionEvent PARKED": 1,
        "loginStatus": 1,
    }


def test_a_flood_of_unknown_names_has_an_end(line, caplog):
    for number in range(3 * UNKNOWN_KEPT):
        line.read(f"Spam {number}", {})
    assert (len(line.unknown), sum(line.unknown.values())) == (UNKNOWN_KEPT + 1, 3 * UNKNOWN_KEPT)
    assert len(caplog.records) == UNKNOWN_KEPT + 1


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
EVENTS = {
    "loginStatus": "login_status",
    "AllExtensionsStatus": "all_extensions",
    "ExtensionEvent": "newcall",
    "QueueEvent": "join_a",
}


@given(name=st.sampled_from(list(EVENTS)), junk=ANYTHING, data=st.data())
def test_hostile_payloads_never_raise(name, junk, data):
    line, payload = Normaliser(lambda: NOW), said(EVENTS[name])
    inner = payload.get("data") or payload
    inner[data.draw(st.sampled_from(list(inner)))] = junk
    line.read(name, payload)
    line.read(name, junk)
