"""T1 in its short form: web and worker processes die at random while days arrive; nothing acknowledged is lost.

FAULTS_SECONDS makes it longer: 60 by default.
"""

from __future__ import annotations

import os

import pytest

from tests.faults import oracle, traffic
from tests.faults.chaos import Chaos, wait_until

SECONDS = int(os.environ.get("FAULTS_SECONDS", "60"))


@pytest.mark.slow
@pytest.mark.fault("T1")
def test_kills_of_any_process_lose_nothing_that_was_acknowledged(make_console, sender, ledger):
    console = make_console(webs=2, workers=2)
    console.start()
    day = traffic.day(20 * SECONDS, seed=11, twice=0.2)
    with Chaos(console.programs, every=1.5, seed=2, fit=console.serving) as chaos:
        sender(console).spread(day.messages, over=SECONDS, at_once=4)
        wait_until(lambda: chaos.kills >= SECONDS // 6, 180, "a kill each six seconds, at the least")
    assert chaos.deaths_of_their_own == []
    assert len(ledger.acked) == len({message.digest for message in day.messages})
    console.drained(120)
    oracle.check(ledger, day, console)
    print(f"{len(ledger.acked):,} bodies acknowledged, {chaos.kills} processes killed, none lost")
