"""What happened in a call, line after line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calls import presentation
from calls.models import Cdr
from tests.calls.telling import NOON

ANSWERED = {"type": "Queue", "status": "ANSWER", "talk_seconds": 40, "agent_name": "Dana Lavi"}
MENU = {"type": "IVR", "status": "ANSWER", "ivr_path": [{"layer_name": "Main menu", "layer_number": 1, "dtmf": "2"}]}


@pytest.mark.parametrize("turned", [False, True])
def test_the_menu_comes_before_the_talk_of_the_same_second(turned):
    legs = [Cdr(started_at=NOON, **ANSWERED), Cdr(started_at=NOON, **MENU)]
    told = presentation.steps(presentation.with_labels(reversed(legs) if turned else legs))
    assert told[0]["title"] == "Main menu"
    assert "Talked with Dana Lavi" in [line["title"] for line in told[1:]]


def test_lines_of_legs_that_overlap_stand_by_their_times():
    first = Cdr(started_at=NOON, queue_name="Service", wait_seconds=30, ring_seconds=5, **ANSWERED)
    second = Cdr(started_at=NOON + timedelta(seconds=20), type="Queue", status="NOANSWER", agent_name="Rina")
    told = presentation.steps(presentation.with_labels([first, second]))
    assert [line["title"] for line in told] == ["Queue Service", "Rang Rina", "Rang Dana Lavi", "Talked with Dana Lavi"]
