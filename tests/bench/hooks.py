"""P1 to P3: how fast a pushed CDR is kept and acknowledged, against the least that could be done."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.bench.load import PLACE
from tests.bench.table import Line
from tests.faults.chaos import Program, wait_until
from tests.faults.console import ROOT, TOKEN, Console, Storage, Template, answers, free_port
from voicenter_console import processes
from voicenter_console.voicenter.wire import MEDIA_TYPE, Format, encode_call

CONNECTIONS = 16
ROUNDS, SECONDS = int(os.environ.get("BENCH_ROUNDS", "7")), 3.0


def postgres(server: str, redis: str) -> list[Line]:
    """P1 and P2."""
    with _running(server, redis) as ports:
        found = _measure(ports, list(Format))
    p99 = _ratio(found, "json", "bare", "p99_ms")
    lines = [
        _line("P1", "hook, JSON, PostgreSQL, of a bare INSERT's requests/s", found, "json", "bare", 0.5),
        Line("P1", "hook, JSON, PostgreSQL, p99 over the bare INSERT's", p99, "≤ 3", p99 <= 3,
             _words(found, "json", "p99_ms", "bare")),
    ]  # fmt: skip
    lines += [_line("P2", f"hook, {form}, of JSON's requests/s", found, form, "json", 0.7) for form in ("xml", "form")]
    return lines


def sqlite() -> list[Line]:
    """P3."""
    with _running("", "") as ports:
        found = _measure(ports, [Format.JSON])
    longest = max(one["max_ms"] for one in found["json"])
    return [
        _line("P3", "hook, JSON, SQLite, of a bare INSERT's requests/s", found, "json", "bare", 0.5),
        Line("P3", "hook, JSON, SQLite, longest request (ms)", longest, "≤ 1000", longest <= 1000,
             _words(found, "json", "p99_ms", "bare")),
    ]  # fmt: skip


@contextmanager
def _running(server: str, redis: str) -> Iterator[dict[str, int]]:
    """Ports of the console's web process and of the bare application, both warm, on one database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        template = Template(folder, server, redis)
        stack.callback(template.close)
        storage = template.copy()
        console = Console(storage, workers=0, LOG_LEVEL="WARNING")
        stack.callback(console.stop)
        bare = _bare(storage)
        stack.callback(bare[0].kill)
        console.start()
        yield {"console": console.ports[0], "bare": bare[1]}


def _bare(storage: Storage) -> tuple[Program, int]:
    port = free_port()
    database = storage.database or str(storage.folder / "console.sqlite3")
    environment = {**storage.environment, "BARE_DATABASE": database}
    command = [part.replace("voicenter_console.asgi", "tests.bench.bare") for part in processes.console(port)["web"]]
    create = "from tests.bench import bare; bare._connection().execute(bare.CREATE)"
    subprocess.run([sys.executable, "-c", create], env=environment, check=True, cwd=ROOT)
    program = Program("bare", command, environment, storage.folder)
    program.start()
    wait_until(lambda: answers(port) or not program.alive, 30, "the bare application answers")
    return program, port


def _measure(ports: dict[str, int], forms: list[Format]) -> dict[str, list[dict[str, float]]]:
    """By name, one result a round; the order within a round is shuffled, the first round warms up."""
    record = json.loads((ROOT / "tests/fixtures/voicenter/queue_answered.json").read_text())
    record["ivruniqueid"] = PLACE.decode()
    found: dict[str, list[dict[str, float]]] = {}
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        targets = {"bare": (ports["bare"], Format.JSON), **{form.value: (ports["console"], form) for form in forms}}
        for number in range(ROUNDS + 1):
            for name in rng.sample(list(targets), len(targets)):
                port, form = targets[name]
                file = Path(folder) / name
                file.write_bytes(_request(form, encode_call(form, record)))
                result = _load(file, port, SECONDS)
                if number:
                    found.setdefault(name, []).append(result)
    return found


def _request(form: Format, body: bytes) -> bytes:
    head = (
        f"POST /hooks/{TOKEN}/cdr/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {MEDIA_TYPE[form]}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _load(file: Path, port: int, seconds: float) -> dict[str, float]:
    command = [
        sys.executable,
        "-m",
        "tests.bench.load",
        str(file),
        "127.0.0.1",
        str(port),
        str(CONNECTIONS),
        str(seconds),
    ]
    result: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
    if result["failed"]:
        raise RuntimeError(f"{result['failed']} of {result['requests']} requests failed: {result['words']}")
    return result


def _ratio(found: dict[str, list[dict[str, float]]], one: str, other: str, what: str) -> float:
    return statistics.median(a[what] / b[what] for a, b in zip(found[one], found[other], strict=True))


def _line(number: str, what: str, found: dict[str, Any], one: str, other: str, least: float) -> Line:
    ratio = _ratio(found, one, other, "per_second")
    return Line(number, what, ratio, f"≥ {least}", ratio >= least, _words(found, one, "per_second", other))


def _words(found: dict[str, Any], one: str, what: str, other: str) -> str:
    middle = {name: statistics.median(result[what] for result in found[name]) for name in (one, other)}
    return f"{what.replace('_', ' ')}: {one} {middle[one]:,.0f}, {other} {middle[other]:,.0f}"
