"""P8: dashboard and reports from the console's sums, against the same aggregates of the same legs in a column store.

The statements that the column store is asked are the console's own: what a report asks while no hour is added up.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from tests.bench.inside import Inside, administrator, spent
from tests.bench.table import Line
from tests.faults.console import Storage

ROUNDS = 7
SPANS = {"a day": 1, "a month": 30, "a year": 365}
# Name, days, how many times the column store's time it may take.
REPORTS = {
    "dashboard": ("home", 1, 1.0),
    **{f"queue report, {name}": ("queues", days, 1.0) for name, days in SPANS.items()},
    **{f"agent report, {name}": ("agents", days, 2.0) for name, days in SPANS.items()},
}
_COLUMNS = (
    "id, account_id, type_id, status, direction, internal, started_at, wait_seconds, talk_seconds, queue_id, "
    "queue_name, agent_id"
)


def reports(few: tuple[Storage, int], many: tuple[Storage, int], last: date) -> list[Line]:
    """P8: the reports of two databases, each with its number of calls."""
    insides = [Inside(storage) for storage, _ in (few, many)]
    try:
        insides[0](_add_up)
        statements = {name: insides[1](_statements, *report[:2], last) for name, report in REPORTS.items()}
        days, took = insides[1](_add_up)
        store = _column_store(many[0])
        measured: dict[str, Callable[[str], float]] = {
            "few": lambda name: insides[0](_asked, *REPORTS[name][:2], last),
            "many": lambda name: insides[1](_asked, *REPORTS[name][:2], last),
            "store": lambda name: _answered(store, statements[name]),
        }
        found = _measure(measured)
    finally:
        for inside in insides:
            inside.stop()
    lines = []
    for name, took_by in found.items():
        most = REPORTS[name][2]
        over, grown = _ratio(took_by["many"], took_by["store"]), _ratio(took_by["many"], took_by["few"])
        low, high, beside = (1000 * statistics.median(took_by[which]) for which in ("few", "many", "store"))
        words = f"database {high:.1f} ms, DuckDB {beside:.1f} ms for {len(statements[name])} aggregates"
        lines += [
            Line("P8", f"{name}: over a column store, {many[1]:,}", over, f"≤ {most:g}", over <= most, words),
            Line("P8", f"{name}: {many[1]:,} over {few[1]:,}", grown, "≤ 1.5", grown <= 1.5,
                 f"database {low:.1f} → {high:.1f} ms"),
        ]  # fmt: skip
    words = f"{days} days; two tables by hour and by day"
    return [*lines, Line("P8", f"all sums of {many[1]:,} calls made anew (s)", took, "", None, words)]


def _ratio(ours: list[float], limit: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(ours, limit, strict=True))


def _measure(measured: dict[str, Callable[[str], float]]) -> dict[str, dict[str, list[float]]]:
    """Seconds of each round by report and by who was asked; the first round warms up."""
    rng, found = random.Random(1), {name: {which: [] for which in measured} for name in REPORTS}
    for number in range(ROUNDS + 1):
        for name in rng.sample(list(REPORTS), len(REPORTS)):
            for which in rng.sample(list(measured), len(measured)):
                took = measured[which](name)
                if number:
                    found[name][which].append(took)
    return found


def _column_store(storage: Storage) -> duckdb.DuckDBPyConnection:
    """The legs in memory, in the order of time."""
    place = storage.folder / "legs.csv"
    with storage.cursor() as cursor, place.open("wb") as out:
        cursor.execute("SET timezone = 'UTC'")
        query = f"SELECT {_COLUMNS} FROM calls_cdr ORDER BY started_at"
        with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)") as rows:
            for row in rows:
                out.write(row)
    store = duckdb.connect()
    store.execute("SET timezone = 'UTC'")
    types = "{'queue_name': 'VARCHAR', 'status': 'VARCHAR', 'started_at': 'TIMESTAMPTZ', 'queue_id': 'BIGINT'}"
    store.execute(f"CREATE TABLE calls_cdr AS SELECT * FROM read_csv('{place}', types = {types})")
    place.unlink()
    return store


def _answered(store: duckdb.DuckDBPyConnection, statements: list[str]) -> float:
    began = time.perf_counter()
    for statement in statements:
        store.execute(statement).fetchall()
    return time.perf_counter() - began


# --- inside a console's process ---------------------------------------------------------------------------------------


def _add_up() -> tuple[int, float]:
    """Make every sum; how many days, and the seconds it took."""
    from calls.metrics import dirty, rollups
    from calls.models import DirtyHour
    from voicenter_console.organisation.models import Account

    for account in Account.objects.all():
        dirty.mark_all(account)
    began, days = time.perf_counter(), 0
    while DirtyHour.objects.exists():
        days += rollups.sweep(600)
    took = time.perf_counter() - began
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("queuehour", "queueday", "agenthour", "agentday", "dirtyhour"):
            cursor.execute(f"VACUUM ANALYZE calls_{table}")
    return days, took


def _statements(report: str, days: int, last: date) -> list[str]:
    """The aggregates over legs that the report asks where nothing is added up, with their values in them."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from calls.metrics import dirty
    from calls.models import DirtyHour
    from voicenter_console.organisation.models import Account

    if not DirtyHour.objects.exists():
        dirty.mark_all(Account.objects.get())
    with CaptureQueriesContext(connection) as captured:
        _show(report, days, last)
    asked = [query["sql"] for query in captured]
    return [sql for sql in asked if 'FROM "calls_cdr"' in sql and "GROUP BY" in sql]


def _asked(report: str, days: int, last: date) -> float:
    """Seconds in the database that the report takes."""
    with spent() as found:
        _show(report, days, last)
    return found.database


def _show(report: str, days: int, last: date) -> Any:
    """As an administrator sees it in the evening of the last day."""
    from django.http import QueryDict

    from calls import home
    from calls.reports.pages.parts import Address
    from calls.reports.pages.registry import PAGES
    from calls.reports.scope import scope

    actor = administrator()
    now = datetime.combine(last, datetime.min.time(), ZoneInfo("Asia/Jerusalem")) + timedelta(hours=22)
    if report == "home":
        return home.today(actor, now)
    query = QueryDict(f"from={last - timedelta(days=days - 1)}&to={last}")
    its = scope(actor, query, against="before", now=now)
    return PAGES[report][1](its, Address(f"/reports/{report}/", query))
