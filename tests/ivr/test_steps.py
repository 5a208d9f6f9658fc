"""What a caller at the front desk hears, step by step, and what stands on the wire for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.graph import Flow, read
from ivr.runtime import Heard, NothingKnown, Position, Reached, answers, step
from ivr.runtime.checks import israeli_id, luhn
from voicenter_console.voicenter import actions

FLOWS = Path(__file__).parent / "flows"
ZONE = ZoneInfo("Asia/Jerusalem")
SUNDAY_NOON = datetime(2026, 11, 22, 10, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 21, 10, tzinfo=UTC)
PESACH = datetime(2026, 4, 2, 9, tzinfo=UTC)


def _flow(name: str) -> Flow:
    return read(json.loads((FLOWS / f"{name}.json").read_text()))


def _heard(digits: str = "", at: Position | None = None, now: datetime = SUNDAY_NOON) -> Heard:
    return Heard(
        call_id="202611221200000123a1b2c3d4e5f607", caller="0540000001", did="0355501420", digits=digits, at=at,
        now=now, zone=ZONE,
    )  # fmt: skip


def _step(name: str, heard: Heard) -> Reached:
    return step(_flow(name), 17, heard, NothingKnown())


def test_a_caller_in_office_hours_hears_the_menu_and_reaches_the_desk() -> None:
    first = _step("front_desk", _heard())
    assert (first.node.id, str(first.position)) == ("main", "17.main.1.1")
    then = _step("front_desk", _heard("1", first.position))
    assert (then.node.id, then.path) == ("reception", (("main", "1"),))


@pytest.mark.parametrize("now", [SATURDAY, PESACH])
def test_out_of_hours_and_on_a_holiday_the_call_ends_politely(now: datetime) -> None:
    assert _step("front_desk", _heard(now=now)).node.id == "goodbye"


def test_the_eve_of_a_holiday_has_fridays_hours() -> None:
    flow = _flow("front_desk")
    week = {"mon": [["08:00", "18:00"]], "fri": [["08:00", "13:00"]]}
    node = flow.nodes["hours"]
    flow = Flow(flow.dialect, flow.language, flow.entry, flow.fallback,
                {**flow.nodes, "hours": type(node)(node.id, node.kind, "", node.exits, {**node.fields, "week": week})},
                flow.prompts)  # fmt: skip
    eve = datetime(2026, 9, 20, 11, tzinfo=UTC)  # the eve of Yom Kippur, a Sunday, 14:00 in Israel
    assert step(flow, 17, _heard(now=eve), NothingKnown()).node.id == "goodbye"
    assert step(flow, 17, _heard(now=eve.replace(hour=7)), NothingKnown()).node.id == "main"


def test_a_wrong_key_is_asked_again_and_the_third_time_goes_to_the_desk() -> None:
    at = _step("front_desk", _heard()).position
    for tries in (2, 3):
        asked = _step("front_desk", _heard("9", at))
        assert asked.node.id == "main"
        assert asked.position.tries == tries
        at = asked.position
    assert _step("front_desk", _heard("9", at)).node.id == "reception"


def test_a_dial_that_failed_goes_on_where_the_flow_says() -> None:
    dial = _step("front_desk", _heard("1", Position(17, "main", 1, 1)))
    assert _step("front_desk", _heard("", dial.position)).node.id == "goodbye"


@pytest.mark.fault("F-76")
def test_a_position_that_the_flow_does_not_know_gets_the_fallback_and_says_why() -> None:
    lost = _step("front_desk", _heard("1", Position(17, "removed", 1, 1)))
    assert lost.node.id == "reception"
    assert "removed" in lost.broken


@pytest.mark.parametrize(
    "text", ["", "-1", "main", "17.main", "17.main.1.1.1", "x.main.1.1", "17.MAIN.1.1", "٣.main.1.1"]
)
def test_what_is_no_position_of_ours_is_none(text: str) -> None:
    assert Position.parse(text) is None


def test_the_menu_on_the_wire() -> None:
    flow, heard = _flow("front_desk"), _heard()
    assert answers.external(flow, heard, step(flow, 17, heard, NothingKnown())) == actions.Menu(
        prompt="welcome", menu="17.main.1.1", size=1, loops=2, delay=3
    )


def test_the_dial_on_the_wire_shows_the_caller_and_comes_back_when_nobody_answers() -> None:
    flow, heard = _flow("front_desk"), _heard("1", Position(17, "main", 1, 1))
    call = answers.external(flow, heard, step(flow, 17, heard, NothingKnown()))
    assert (call.target, call.show, call.next_menu) == ("0355501420", "0540000001", "17.reception.1.2")


@pytest.mark.fault("F-62")
def test_no_key_sequence_reaches_a_number_off_the_list() -> None:
    flow = _flow("front_desk")
    for digits in ["0900123456", "1", "*", "#", "00", "0540000000", "+1900", "' OR 1=1"]:
        heard = _heard(digits, Position(17, "main", 3, 1))
        call = answers.external(flow, heard, step(flow, 17, heard, NothingKnown()))
        assert not isinstance(call, actions.Call) or call.target in flow.nodes["reception"].get("targets")


def test_check_digits() -> None:
    assert israeli_id("123456782")
    assert israeli_id("18")  # leading zeros left out
    assert not israeli_id("123456789")
    assert not israeli_id("000000000")
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")
