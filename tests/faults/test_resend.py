"""F-19: one CDR a thousand times, fifty at a time."""

from __future__ import annotations

import pytest

from tests.faults import oracle, traffic

pytestmark = [pytest.mark.slow, pytest.mark.fault("F-19")]


def test_a_thousand_resends_at_once_are_one_row_and_one_call(make_console, sender, ledger):
    console, day = make_console(webs=2), traffic.day(1, twice=0)
    console.start()
    answers = sender(console).all(day.messages * 1000, at_once=50, once=True)

    assert {(answer.status, answer.err) for answer in answers} == {(200, 0)}
    console.drained(20)
    assert console.inbox() == {day.messages[0].digest: ("done", 1000, 1, "")}
    oracle.check(ledger, day, console)
