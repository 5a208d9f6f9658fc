"""Simulated callers through random sound flows: nobody ends in silence (TARGETS T6, FAULTS F-74)."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.graph import prove, read
from ivr.runtime import MOST_HOPS, Heard, NothingKnown, Position, step
from tests.ivr import flows

ZONE = ZoneInfo("Asia/Jerusalem")
PRESSES = ["", "", "0", "1", "2", "3", "9", "10", "11", "12", "123", "123456782", "*", "٣", "12345678901234567890"]


def _walk(dice: random.Random, flow, version: int) -> int:
    """One caller to the end; how often they were asked. Fails where the call does not end."""
    at, asked = None, 0
    call_id = f"2026112512{dice.randrange(10**8):08d}"
    now = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(minutes=dice.randrange(7 * 24 * 60))
    while True:
        heard = Heard(
            call_id=call_id, caller="0540000000", did="0355501420", digits=dice.choice(PRESSES),
            at=at, now=now, zone=ZONE,
        )  # fmt: skip
        reached = step(flow, version, heard, NothingKnown())
        again = step(flow, version, heard, NothingKnown())
        assert again == reached, "the same request, another answer"
        if reached.node.ends:
            return asked
        asked += 1
        assert asked <= MOST_HOPS
        at = Position.parse(str(reached.position))
        assert at == reached.position


def _every_caller_ends(flow_count: int, callers: int) -> None:
    dice = random.Random(20261125)
    for number in range(flow_count):
        document = flows.sound(dice)
        flow = read(document)
        assert [finding for finding in prove(flow) if finding.blocks] == [], document
        for _caller in range(callers):
            _walk(dice, flow, number)


@pytest.mark.fault("F-74")
def test_every_caller_of_every_sound_flow_comes_to_an_end() -> None:
    _every_caller_ends(400, 20)


@pytest.mark.fault("F-74")
@pytest.mark.slow
def test_a_million_callers_through_ten_thousand_flows_all_come_to_an_end() -> None:
    _every_caller_ends(10_000, 100)
