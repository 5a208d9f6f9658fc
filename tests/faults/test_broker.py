"""F-04, F-05: Redis goes away, or comes back empty. It carries hints only; the rows are the truth (ADR 1)."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.faults import oracle, traffic
from tests.faults.chaos import wait_until
from tests.faults.console import free_port
from tests.faults.ledger import Ledger, Sender

pytestmark = pytest.mark.slow


class Redis:
    """A Redis server of the test's own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([*command, "--dir", str(self._folder)], stdout=subprocess.DEVNULL)
        wait_until(self._answers, 10, "Redis answers")

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def wipe(self) -> None:
        self.client().flushall()

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, socket_timeout=2)

    def _answers(self) -> bool:
        try:
            return self.client().ping()
        except redis.ConnectionError:
            return False


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Redis]:
    if not shutil.which("redis-server"):
        if os.environ.get("CI") == "true" and os.environ.get("CI_MAY_SKIP") != "1":
            pytest.fail("no redis-server on this machine")
        pytest.skip("no redis-server on this machine")
    server = Redis(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.mark.fault("F-04")
def test_without_redis_every_push_is_acknowledged_and_ingested_all_the_same(make_console, sender, ledger, broker):
    console, day = make_console(REDIS_URL=broker.url), traffic.day(1000, twice=0)
    console.start()
    client, with_redis = sender(console), Ledger()
    Sender(with_redis, console.hook).all(day.messages[:200], at_once=2, once=True)
    console.drained(30)
    broker.kill()

    answers = client.all(day.messages, at_once=2, once=True)
    last = time.monotonic()
    assert {(answer.status, answer.err) for answer in answers} == {(200, 0)}
    wait_until(lambda: not console.waiting(), 30, "the sweep took what no hint told of")
    assert time.monotonic() - last < 10
    oracle.check_projection(day, console)
    # 150 ms, or on a machine that is busy with other things no more than twice what it took with Redis
    assert ledger.percentile(0.99) < max(0.150, 2 * with_redis.percentile(0.99))
    assert console.workers[0].alive


@pytest.mark.fault("F-05")
def test_a_wiped_redis_costs_nothing(make_console, sender, ledger, broker):
    """Ten thousand wait; Redis is wiped as they arrive, and in the middle of the drain."""
    console, day = make_console(REDIS_URL=broker.url), traffic.day(10_000, twice=0)
    (worker,) = console.workers
    console.webs[0].start()
    console.ready()
    client = sender(console)
    client.all(day.messages[:5_000], at_once=4)
    broker.wipe()
    client.all(day.messages[5_000:], at_once=4)
    assert console.waiting() == 10_000

    worker.start()
    wait_until(lambda: console.waiting() < 6_000, 120, "the drain is in its middle")
    broker.wipe()
    took = console.drained(60)
    print(f"the last six thousand of ten were done {took:.1f} s after the wipe")
    oracle.check(ledger, day, console)
    assert worker.alive
