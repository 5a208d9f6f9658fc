"""One ingester per account, by a lock that dies with its process."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

_INGEST = 0x5643  # the first key of our advisory locks; the second is the account


@contextmanager
def ingester(account_id: int) -> Iterator[bool]:
    """True for exactly one holder at a time: advisory on PostgreSQL, flock in DATA_DIR on SQLite."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_INGEST, account_id])
            held = cursor.fetchone()[0]
            try:
                yield held
            finally:
                if held:
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_INGEST, account_id])
        return
    with open(settings.DATA_DIR / "locks" / f"ingest-{account_id}", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
