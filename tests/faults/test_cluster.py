"""F-07: PostgreSQL crashes while pushes arrive."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults import oracle, traffic
from tests.faults.cluster import Cluster, programs
from tests.faults.console import Console, Template
from tests.faults.ledger import Sender

pytestmark = pytest.mark.slow
CRASHES = 50 if os.environ.get("FAULTS_LONG") else 3


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
    """A day that is sent, each body until it is acknowledged, while the block runs; sent whole when it is left."""

    def __init__(self, client: Sender, day: traffic.Day, at_once: int) -> None:
        self._thread = threading.Thread(target=self._send, args=(client, day, at_once))
        self.error: BaseException | None = None

    def _send(self, client: Sender, day: traffic.Day, at_once: int) -> None:
        try:
            client.all(day.messages, at_once=at_once)
        except BaseException as error:
            self.error = error

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        if self.error:
            raise self.error


def refused(client: Sender, message) -> None:
    answer = client.post(message)
    assert (answer.status, answer.err) == (503, 2), answer


@pytest.mark.fault("F-07")
def test_a_database_that_crashes_loses_nothing_and_is_found_again_unaided(cluster, console, sender, ledger):
    day = traffic.day(1200)
    pids = [program.pid for program in console.programs]
    with Load(sender(console), day, at_once=4):
        for _ in range(CRASHES):
            time.sleep(1)
            _crash(cluster, sender(console), day)

    console.drained(60)
    oracle.check(ledger, day, console, unavailable=True)
    assert ledger.answers[503, 2] >= CRASHES
    assert [program.pid for program in console.programs if program.alive] == pids  # nobody helped


def _crash(cluster: Cluster, client: Sender, day: traffic.Day) -> None:
    cluster.crash()
    try:
        refused(client, day.messages[0])
    finally:
        cluster.start()
