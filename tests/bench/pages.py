"""P12 and P13: how soon a newcomer sees something, and how many queries a page costs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.bench.table import Line
from tests.faults.chaos import wait_until
from tests.faults.console import ROOT, Storage, answers, free_port

COUNTS = ROOT / "tests" / "query_counts.json"


def first_minutes() -> list[Line]:
    """P12: `manage.py demo` on an empty folder, which is all that `make run` does once the packages are there."""
    with tempfile.TemporaryDirectory(prefix="bench-run-") as folder:
        storage, port = Storage(Path(folder)), free_port()
        environment = {**storage.environment, "PORT": str(port), "SANDBOX_PORT": str(free_port()), "DEMO": "1"}
        began = time.monotonic()
        run = subprocess.Popen(
            [sys.executable, "manage.py", "demo"], cwd=ROOT, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_until(
                lambda: answers(port) and _shows(f"http://127.0.0.1:{port}/sign-in/"), 60, "make run shows a page"
            )
            page = time.monotonic() - began
            wait_until(lambda: storage.query("SELECT count(*) FROM calls_call")[0][0], 60, "a call is in the call log")
            call = time.monotonic() - began
        finally:
            run.send_signal(signal.SIGINT)
            run.wait(20)
    return [
        Line("P12", "make run: first page (s)", page, "≤ 10", page <= 10, "from an empty folder, packages there"),
        Line("P12", "make run: first simulated call (s)", call, "≤ 15", call <= 15),
    ]


def _shows(url: str) -> bool:
    try:
        return httpx.get(url, timeout=20, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def queries() -> list[Line]:
    """P13: the baseline that the tests hold every page to."""
    if not COUNTS.exists():
        return [Line("P13", "queries of the costliest page", None, "constant", None, "no baseline yet")]
    counts: dict[str, int] = json.loads(COUNTS.read_text())
    page = max(counts, key=counts.__getitem__)
    note = f"{page}; {len(counts)} pages, constant in rows as tests/{os.path.basename(COUNTS)} is kept"
    return [Line("P13", "queries of the costliest page", counts[page], "constant", True, note)]
