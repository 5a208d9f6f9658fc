"""P9: an export of the call log to CSV, the whole job, against COPY TO of the same columns by psycopg."""

from __future__ import annotations

import random
import statistics
import time
from pathlib import Path

from tests.bench.inside import Inside, administrator, peak
from tests.bench.table import Line
from tests.faults.console import Storage

ROUNDS = 3
COLUMNS = ["wait", "ring", "talk", "queue", "agent", "department", "did", "recording", "cost"]
_PLAIN = """
COPY (SELECT c.started_at, c.direction, c.customer, c.wait_seconds, c.ring_seconds, c.talk_seconds, c.outcome,
    c.queue_name, c.agent_name, d.name, c.did, c.has_recording, c.price, c.root
    FROM calls_call c LEFT JOIN organisation_department d ON d.id = c.department_id{order}) TO STDOUT (FORMAT csv)
"""
_ORDER = " ORDER BY c.started_at DESC, c.id DESC"


def csv(storage: Storage, calls: int) -> list[Line]:
    """P9, on PostgreSQL, over `calls` calls."""
    inside, rng = Inside(storage), random.Random(1)
    acts = {"export": (_export,), "copy": (_copy, storage.database, ""), "sorted": (_copy, storage.database, _ORDER)}
    try:
        found: dict[str, list[tuple[float, int]]] = {name: [] for name in acts}
        for _ in range(ROUNDS):
            for name in rng.sample(list(acts), len(acts)):
                found[name].append(inside(*acts[name]))
    finally:
        inside.stop()
    took = {name: [seconds for seconds, _ in its] for name, its in found.items()}
    ratio, beside = (_ratio(took[limit], took["export"]) for limit in ("copy", "sorted"))
    grown = max(memory for _, memory in found["export"]) / 2**20
    middle = {name: statistics.median(its) for name, its in took.items()}
    words = f"{calls:,} calls: export {middle['export']:.1f} s, COPY {middle['copy']:.1f} s"
    return [
        Line("P9", "export to CSV, of COPY TO's rows/s", ratio, "≥ 0.5", ratio >= 0.5, words),
        Line("P9", "export to CSV, of a sorted COPY TO's rows/s", beside, "", None,
             f"COPY in the export's order {middle['sorted']:.1f} s"),
        Line("P9", "export to CSV, the worker's memory grows by (MB)", grown, "≤ 50", grown <= 50),
    ]  # fmt: skip


def _ratio(limit: list[float], ours: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(limit, ours, strict=True))


def _export() -> tuple[float, int]:
    """Seconds of the whole job, and bytes by which the process grew."""
    from django.utils import translation

    from calls import exports
    from voicenter_console.jobs import claims

    with translation.override("en"):
        job = exports.ask(administrator(), "", "csv", COLUMNS)
    with peak() as memory:
        began = time.perf_counter()
        claims.work(job.pk)
        took = time.perf_counter() - began
    job.refresh_from_db()
    if job.state != job.State.DONE:
        raise RuntimeError(job.message)
    exports.file_of(job).unlink()
    return took, memory[1] - memory[0]


def _copy(database: str, order: str) -> tuple[float, int]:
    import psycopg
    from django.conf import settings

    place = Path(settings.DATA_DIR) / "plain.csv"
    with psycopg.connect(database) as connection, place.open("wb") as out:
        began = time.perf_counter()
        with connection.cursor().copy(_PLAIN.format(order=order)) as rows:
            for row in rows:
                out.write(row)
        took = time.perf_counter() - began
    place.unlink()
    return took, 0
