"""F-29: after an hour of silence everything comes at once, with callers on the line."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

import httpx
import pytest

from tests.faults.chaos import wait_until
from tests.faults.console import Console, manage
from tests.faults.flood import Flood
from tests.faults.test_callers import ask

pytestmark = [pytest.mark.slow, pytest.mark.fault("F-29")]
SECONDS = 60
CONNECTIONS = 300  # a hundred more than may wait
ACCEPTED_A_SECOND = 300  # on two cores
FULL = b'{"err": 2, "errdesc": "Application error"}'


class CallersOnTheLine:
    """Ask what to do with a caller, ten times a second; how long each waited for a valid answer."""

    def __init__(self, console: Console) -> None:
        self._console, self._over = console, threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.seconds: list[float] = []
        self.error: BaseException | None = None

    def _ask(self) -> None:
        try:
            with httpx.Client(timeout=10, trust_env=False) as client:
                while not self._over.wait(0.1):
                    self.seconds.append(ask(client, self._console, "ivr", len(self.seconds)))
        except BaseException as error:
            self.error = error

    def __enter__(self) -> CallersOnTheLine:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        if self.error:
            raise self.error


def cpu_seconds(console: Console) -> float:
    """Of the web, the worker, the database's processes that serve them, and of this one, which sends."""
    pids = [os.getpid(), *(program.pid for program in console.programs)]
    if console.storage.database:
        asked = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        pids += [pid for (pid,) in console.storage.query(asked)]
    ticks = 0
    for pid in pids:
        values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(values[11]) + int(values[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def test_a_burst_is_accepted_or_told_when_to_come_again_and_no_caller_waits(make_console):
    console = make_console()
    answer = """'{"do": "go_to_layer", "layer": 31}'"""
    console.storage.execute(f"UPDATE organisation_account SET ivr_answer = {answer}")
    password = manage(console.storage, "person", "add", "tal@centre.example").split()[-1]
    manage(console.storage, "collectstatic", "--no-input", "--verbosity=0")
    console.start()
    with console.signed_in("tal@centre.example", password) as browser, CallersOnTheLine(console) as callers:
        wait_until(lambda: len(callers.seconds) > 20, 30, "callers are answered")
        before = cpu_seconds(console)
        flood = Flood(console.hook(), CONNECTIONS, SECONDS).run()
        spent = cpu_seconds(console) - before
        backlog = re.search(r"([\d,]+) waiting to be read", browser.get("/deliveries/").text)[1]

    a_second, on_two_cores = flood.within / SECONDS, 2 * len(flood.acked) / spent
    waited = sorted(callers.seconds)
    print(
        f"{a_second:.0f} accepted a second, {on_two_cores:.0f} for each second of two cores; "
        f"{sum(flood.answers.values()) - len(flood.acked):,} told to come again; backlog {backlog}; callers waited "
        f"p99 {waited[int(len(waited) * 0.99)] * 1000:.0f} ms, longest {waited[-1] * 1000:.0f} ms"
    )
    told = {(status, body, after) for status, body, after in flood.answers if status != 200}
    assert told == {(503, FULL, b"5")}
    assert len(flood.acked) == flood._number
    assert flood.acked <= console.inbox().keys()
    assert int(backlog.replace(",", "")) > 0
    # The figure of a machine that does nothing else: what others took of this one is not counted.
    assert max(a_second, on_two_cores) >= ACCEPTED_A_SECOND
    assert waited[-1] < 1  # a caller never hears a second of silence

    left = console.waiting()
    wait_until(lambda: console.waiting() < left / 2, 300, "the backlog goes down")
    assert not [row for row in console.inbox().values() if row[0] == "dead"]
