"""F-02, F-03: the worker dies in the middle of a parse, once or each time."""

from __future__ import annotations

import contextlib
import subprocess
import time

import pytest

from tests.faults import oracle, traffic
from tests.faults.chaos import Supervisor, wait_until
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
    """Two workers; one dies with the first body that it takes, and the other goes on."""
    console, day = make_console(workers=2), traffic.day(1000, twice=0)
    doomed, other = console.workers
    console.webs[0].start()
    other.start()
    console.ready()
    client = sender(console)
    client.until_acknowledged(day.messages[0])
    console.drained(60)  # the other is up
    doomed.start(FAULT_POINT="parse")
    for message in day.messages:  # each is taken by one or the other
        client.until_acknowledged(message)
        with contextlib.suppress(subprocess.TimeoutExpired):
            doomed.wait_for_death(0.1)
            break
    died_at = time.monotonic()
    assert not doomed.alive
    held = [digest for digest, row in console.inbox().items() if row[0] == "new" and row[2] == 1]
    assert held
    wait_until(lambda: all(console.inbox()[digest][0] == "done" for digest in held), 60, "the other has done it")
    assert time.monotonic() - died_at < 10
    assert {console.inbox()[digest] for digest in held} == {("done", 1, 2, "")}

    client.all(day.messages, at_once=4)
    console.drained(60)
    oracle.check(ledger, day, console)
    assert console.storage.query("SELECT count(*) FROM calls_cdrrecord") == [
        (1000,)
    ]  # what was said twice is once there


@pytest.mark.fault("F-03")
def test_a_body_that_kills_each_worker_ends_alone_among_the_dead_letters(make_console, sender, ledger):
    """One body kills whatever touches it; a thousand others are done within a minute of the first death."""
    console, day = make_console(FAULT_POINT="parse:poison-5550199"), traffic.day(1000, twice=0)
    (web,), (worker,) = console.webs, console.workers
    web.start()
    console.ready()
    poison = Message(b'{"ivruniqueid": "20261101120000poison", "caller": "poison-5550199", "type": "Queue"}')
    client = sender(console)
    client.all([*day.messages[:300], poison, *day.messages[300:]], at_once=8)

    worker.start()
    with Supervisor(worker) as supervisor:
        took = wait_until(lambda: console.waiting() <= 1, 60, "everything but the poison is done")
        console.drained(180)
    print(f"a thousand others in {took:.1f} s")
    assert supervisor.deaths == 5
    assert console.inbox()[poison.digest] == ("dead", 1, 6, "worker lost ×5")
    oracle.check_projection(day, console)
    assert [row for row in console.inbox().values() if row[0] == "dead"] == [("dead", 1, 6, "worker lost ×5")]
