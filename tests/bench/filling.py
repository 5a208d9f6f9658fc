"""Fill the database of a console with the calls of `centre`, quickly: by COPY with its indexes away, or on SQLite by
one statement for all rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from tests.bench.centre import AGENTS, CALL, CDR, DEPARTMENTS, QUEUES, Centre, Row
from tests.faults.console import Storage

_AT_ONCE = 20_000
_SECONDARY = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = ANY (%s::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""
_TABLES = ["calls_call", "calls_cdr", "calls_callid"]
_ANALYZE = {True: "VACUUM ANALYZE", False: "ANALYZE"}


def fill(storage: Storage, number: int, last: date) -> None:
    """`number` calls of the 400 days up to `last`, with legs, ids and people, into an empty console."""
    ((account,),) = storage.query("SELECT id FROM organisation_account")
    with storage.cursor() as cursor, _quickly(cursor, bool(storage.database)):
        for table, columns, rows in _people(account, last):
            _write(cursor, table, columns, rows)
        legs = itertools.count(1)
        calls = Centre(account, number, last).calls()
        while slice_ := list(itertools.islice(calls, _AT_ONCE)):
            _write(cursor, "calls_call", CALL, [call for call, _ in slice_])
            of_slice = [(next(legs), *leg) for _, its in slice_ for leg in its]
            _write(cursor, "calls_cdr", ("id", *CDR), of_slice)
            ids = [(call[0], account, call[2], call[0]) for call, _ in slice_]
            _write(cursor, "calls_callid", ("id", "account_id", "call_uid", "call_id"), ids)
    storage.execute(_ANALYZE[bool(storage.database)])


def _people(account: int, last: date) -> Iterator[tuple[str, Sequence[str], Iterable[Row]]]:
    departments = [(n, account, 555000 + n, f"Department {n}", None) for n in range(1, DEPARTMENTS + 1)]
    yield "organisation_department", ("id", "account_id", "provider_id", "name", "parent_id"), departments
    agents = [(n, account, str(10000 + n), str(10000 + n), f"Agent {n}") for n in range(1, AGENTS + 1)]
    yield "calls_agent", ("id", "account_id", "key", "code", "name"), agents
    lines = [(n, account, f"Ext{n:05}", "", "") for n in range(1, AGENTS + 1)]
    yield "calls_extension", ("id", "account_id", "code", "name", "number"), lines
    queues = [(n + 1, account, 7000 + n, name, f"{last} 12:00:00") for n, name in enumerate(QUEUES)]
    yield "calls_queuename", ("id", "account_id", "number", "name", "last_hour"), queues


def _write(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    names = ", ".join(columns)
    if not hasattr(cursor, "copy"):
        places = ", ".join("?" * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)
        return
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


@contextmanager
def _quickly(cursor: Any, postgres: bool) -> Iterator[None]:
    """Without foreign keys' checks, and with secondary indexes made once, at the end."""
    if not postgres:
        cursor.execute("BEGIN")
        yield
        cursor.execute("COMMIT")
        return
    for setting in ("timezone = 'UTC'", "session_replication_role = replica", "synchronous_commit = off",
                    "maintenance_work_mem = '512MB'"):  # fmt: skip
        cursor.execute(f"SET {setting}")
    indexes = cursor.execute(_SECONDARY, [_TABLES]).fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        cursor.execute(definition)
