"""F-06: Redis restarts; a worker that is connected and hears nothing ends, and its supervisor starts another."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime

import pytest

from tests.faults import oracle, traffic
from tests.faults.chaos import Supervisor, wait_until
from tests.faults.console import ROOT, Console, _moment
from tests.faults.test_broker import Redis, broker  # noqa: F401 - a fixture
from voicenter_console.jobs.watchdog import EXIT

pytestmark = [pytest.mark.slow, pytest.mark.fault("F-06")]


def echo(console: Console) -> datetime | None:
    """When the worker last heard what it sent itself through the broker."""
    rows = console.storage.query("SELECT at FROM jobs_heartbeat WHERE part = 'echo'")
    return _moment(rows[0][0]) if rows else None


def test_after_twenty_restarts_of_redis_the_worker_hears(make_console, sender, ledger, broker: Redis):  # noqa: F811
    console, day = make_console(REDIS_URL=broker.url), traffic.day(400, twice=0)
    console.start()
    client, (worker,) = sender(console), console.workers
    with Supervisor(worker) as supervisor:  # a worker whose broker goes may end, and be started again
        for turn in range(20):
            client.all(day.messages[turn::20], at_once=2)
            broker.kill()
            time.sleep(0.2)
            broker.start()
        before = echo(console)
        took = wait_until(lambda: echo(console) not in (None, before), 90, "an echo after the last restart")
        console.drained(60)
    oracle.check(ledger, day, console)
    print(f"{supervisor.deaths} workers ended; an echo {took:.0f} s after the last restart")


def test_a_deaf_worker_is_replaced_within_90_seconds(make_console, broker: Redis):  # noqa: F811
    """Told to take no more of its queue it stays connected, and deaf."""
    console = make_console(REDIS_URL=broker.url)
    console.start()
    (worker,) = console.workers
    wait_until(lambda: echo(console) is not None, 60, "the worker hears its first echo")
    command = [sys.executable, "-m", "celery", "--quiet", "--app", "voicenter_console.celery", "control"]
    environment = {**console.storage.environment, "REDIS_URL": broker.url}
    subprocess.run([*command, "cancel_consumer", "celery"], cwd=ROOT, env=environment, check=True, capture_output=True)
    assert worker.wait_for_death(seconds=90) == EXIT
    worker.start()
    before = echo(console)
    wait_until(lambda: echo(console) != before, 60, "the new worker hears")
    assert "hears nothing" in worker.log.read_text()
