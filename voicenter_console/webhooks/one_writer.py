"""SQLite's one writer: threads of a process queue here, and who is at the front writes for all that wait.

Each commit costs a sync to disk, so bodies that came together share one (ADR 2). Nobody returns before the commit
that holds their row.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection, transaction

MOST_TOGETHER = 50

_turn = threading.Lock()
_queue: deque[_Waiting] = deque()


@dataclass(slots=True, eq=False)
class _Waiting:
    """A statement on its way, and what became of it."""

    sql: str
    values: Sequence[Any]
    row: tuple[Any, ...] | None = None
    error: BaseException | None = None

    @property
    def over(self) -> bool:
        return self.row is not None or self.error is not None


def turn() -> AbstractContextManager[object]:
    """Hold this around a write of one's own; on PostgreSQL it is nothing."""
    return _turn if connection.vendor == "sqlite" else nullcontext()


def one_row(sql: str, values: Sequence[Any]) -> tuple[Any, ...]:
    """Execute `sql` and return its row, committed. Raises django.db.DatabaseError, and then nothing is stored."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchone()
    mine = _Waiting(sql, values)
    _queue.append(mine)
    with _turn:
        while not mine.over:
            _write([_queue.popleft() for _ in range(min(len(_queue), MOST_TOGETHER))])
    if mine.error is not None:
        raise DatabaseError(str(mine.error)) from mine.error
    return mine.row


def _write(together: Sequence[_Waiting]) -> None:
    """All of them or none: what could not be stored is refused, and comes again."""
    rows = []
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for one in together:
                cursor.execute(one.sql, one.values)
                rows.append(cursor.fetchone())
    except BaseException as error:
        for one in together:
            one.error = error
        if not isinstance(error, DatabaseError):
            raise
    else:
        for one, row in zip(together, rows, strict=True):
            one.row = row
