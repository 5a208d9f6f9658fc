"""F-33 with real processes: of two collectors one follows an account, and the other goes on when it is killed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults.chaos import Program, wait_until
from tests.faults.console import ROOT, manage
from voicenter_console import processes
from voicenter_console.sandbox.clock import Clock
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.http import make_server

pytestmark = [pytest.mark.slow, pytest.mark.fault("F-33")]
ACCOUNT = "Live Centre"


@pytest.fixture
def cloud() -> Iterator[tuple[Cloud, str]]:
    cloud = Cloud(clock=Clock(speed=1))
    server = make_server(cloud, None, "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    yield cloud, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_second_of_two_collectors_stands_by_and_takes_over(template, cloud):
    simulated, url = cloud
    storage = template.copy()
    manage(storage, "account", "add", ACCOUNT, "--code", simulated.code, "--base-url", url)
    storage.execute(f"UPDATE organisation_account SET follows_live = false WHERE name <> '{ACCOUNT}'")

    def board() -> tuple | None:
        found = storage.query("SELECT owner, as_of, version FROM calls_liveboard")
        return found[0] if found else None

    command = [processes.console()["collector"][0], str(ROOT / "manage.py"), "collector"]
    crew = [Program(f"collector-{n}", command, storage.environment, storage.folder) for n in range(2)]
    try:
        crew[0].start()
        wait_until(lambda: board() and board()[1], 60, "the first collector follows the account")
        owner = board()[0]
        crew[1].start()
        asked, began = simulated.requests["monitor"], time.monotonic()
        time.sleep(12)
        polls = (simulated.requests["monitor"] - asked) / 2
        assert polls <= (time.monotonic() - began) / 5 + 1, "both ask"
        assert board()[0] == owner

        crew[0].kill()
        killed_at = board()[1]
        wait_until(lambda: board()[0] != owner and board()[1] != killed_at, 60, "the second goes on")
        assert crew[1].alive
        states = storage.query(
            "SELECT agent_id, count(*) FROM calls_agentstate WHERE ended_at IS NULL GROUP BY agent_id"
        )
        assert {count for _, count in states} <= {1}
    finally:
        for program in crew:
            program.kill()
        print("".join(program.log.read_text()[-2000:] for program in crew if program.log.exists()))
