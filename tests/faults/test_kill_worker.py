"""F-02, F-03: the worker dies in the middle of a parse, once or each time."""

from __future__ import annotations

import threading

import pytest

from tests.faults import oracle, traffic
from tests.faults.chaos import wait_until
from tests.faults.ledger import Message

pytestmark = pytest.mark.slow


@pytest.mark.fault("F-02")
def test_a_worker_killed_in_mid_parse_is_made_good(make_console, sender, ledger):
    console, day = make_console(), traffic.day(1, twice=0)
    (web,), (worker,), (message,) = console.webs, console.workers, day.messages
    web.start()
    worker.start(FAULT_POINT="parse")
    console.ready()
    sender(console).until_acknowledged(message)
    assert worker.wait_for_death(30) == -9
    assert console.inbox()[message.digest] == ("new", 1, 1, "")  # counted before the work
    assert console.cdrs() == []

    worker.start()
    assert console.drained(180) < 30
    assert console.inbox()[message.digest] == ("done", 1, 2, "")
    oracle.check(ledger, day, console)


@pytest.mark.fault("F-02")
def test_what_a_dead_worker_held_is_taken_by_the_living_one_within_ten_seconds(make_console, sender, ledger):
    console, day = make_console(workers=2), traffic.day(50, twice=0)
    doomed, other = console.workers
    console.webs[0].start()
    doomed.start(FAULT_POINT="parse")
    console.ready()
    sender(console).all(day.messages, at_once=4)
    assert doomed.wait_for_death(30) == -9

    other.start()
    wait_until(lambda: "celery" in other.log.read_text() or console.waiting() < 50, 30, "the other worker is up")
    assert console.drained(60) < 10
    oracle.check(ledger, day, console)


@pytest.mark.fault("F-03")
def test_a_body_that_kills_each_worker_ends_alone_among_the_dead_letters(make_console, sender, ledger):
    """One body kills whatever touches it; a thousand others are done, within a minute where nobody else works."""
    console, day = make_console(FAULT_POINT="parse:poison-5550199"), traffic.day(1000, twice=0)
    (web,), (worker,) = console.webs, console.workers
    web.start()
    console.ready()
    poison = Message(b'{"ivruniqueid": "20261101120000poison", "caller": "poison-5550199", "type": "Queue"}')
    client = sender(console)
    client.all([*day.messages[:300], poison, *day.messages[300:]], at_once=8)

    worker.start()
    with _restarting(worker) as deaths:
        wait_until(lambda: console.waiting() <= 1, 180, "everything but the poison is done")
        console.drained(180)
    assert deaths() == 5
    assert console.inbox()[poison.digest] == ("dead", 1, 6, "worker lost ×5")
    oracle.check_projection(day, console)
    assert [row for row in console.inbox().values() if row[0] == "dead"] == [("dead", 1, 6, "worker lost ×5")]


class _restarting:
    """Start `worker` again whenever it dies, as the supervisor does; gives the number of its deaths."""

    def __init__(self, worker) -> None:
        self._worker, self._deaths, self._over = worker, 0, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return lambda: self._deaths

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(0.1):
            if not self._worker.alive:
                self._deaths += 1
                self._worker.start()
