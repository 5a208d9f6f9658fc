"""F-07: PostgreSQL crashes, or only reads, while pushes arrive."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.faults import oracle, traffic
from tests.faults.cluster import Cluster, programs
from tests.faults.console import Console, Template
from tests.faults.ledger import Sender

pytestmark = pytest.mark.slow
CRASHES = 50 if os.environ.get("FAULTS_LONG") else 3
READ_ONLY_SECONDS = 30


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    bin_folder = programs()
    if bin_folder is None:
        pytest.skip("no initdb here: PostgreSQL's server programs are not installed")
    cluster = Cluster(bin_folder)
    yield cluster
    cluster.close()


@pytest.fixture(scope="module")
def made(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("cluster"), cluster.url, "")


@pytest.fixture
def console(made: Template) -> Iterator[Console]:
    console = Console(made.copy(), webs=2)
    try:
        yield console.start()
    finally:
        console.stop()
        print(console.logs()[-4000:])


class Load:
    """A day that is sent, each body until it is acknowledged, and again and again while the block runs."""

    def __init__(self, client: Sender, day: traffic.Day, at_once: int) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send, args=(client, day, at_once))
        self.error: BaseException | None = None

    def _send(self, client: Sender, day: traffic.Day, at_once: int) -> None:
        try:
            client.all(day.messages, at_once=at_once)
            while not self._over.is_set():
                client.all(day.messages[:100], at_once=at_once)
        except BaseException as error:
            self.error = error

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        if self.error:
            raise self.error


def refused(client: Sender, message) -> None:
    answer = client.post(message)
    assert (answer.status, answer.err) == (503, 2), answer


@pytest.mark.fault("F-07")
@pytest.mark.parametrize("end", [Cluster.crash, Cluster.kill], ids=["immediate", "kill"])
def test_a_database_that_crashes_loses_nothing_and_is_found_again_unaided(cluster, console, sender, ledger, end):
    day = traffic.day(1200)
    pids = [program.pid for program in console.programs]
    with Load(sender(console), day, at_once=4):
        for _ in range(CRASHES):
            time.sleep(1)
            _crash(cluster, end, sender(console), day)

    console.drained(60)
    oracle.check(ledger, day, console, unavailable=True)
    assert ledger.answers[503, 2] >= CRASHES
    assert [program.pid for program in console.programs if program.alive] == pids  # nobody helped


def _crash(cluster: Cluster, end: Callable[[Cluster], None], client: Sender, day: traffic.Day) -> None:
    end(cluster)
    try:
        refused(client, day.messages[0])
    finally:
        cluster.start()


@pytest.mark.fault("F-07")
def test_a_database_that_only_reads_is_503_until_it_writes_again(cluster, console, sender, ledger):
    day, client = traffic.day(300), sender(console)
    client.all(day.messages[:100], at_once=4)
    cluster.only_read(True)
    try:
        time.sleep(1)  # until every server process has read its settings anew
        before = set(ledger.acked)
        until = time.monotonic() + READ_ONLY_SECONDS
        while time.monotonic() < until:
            refused(client, day.messages[150])
        assert set(ledger.acked) == before
    finally:
        cluster.only_read(False)
    client.all(day.messages[100:], at_once=4)
    console.drained(60)
    oracle.check(ledger, day, console, unavailable=True)
