"""Locks that die with their process: one holder per account and purpose."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from django.conf import settings
from django.db import connection

# The first key of our advisory locks; the second is the account.
_PURPOSES = {"ingest": 0x5643, "pull": 0x5644}


def ingester(account_id: int) -> AbstractContextManager[bool]:
    """True for the one who may write the account's Cdrs and Calls."""
    return _held("ingest", account_id)


def puller(account_id: int) -> AbstractContextManager[bool]:
    """True for the one who reads the account's call log and writes its ledger."""
    return _held("pull", account_id)


@contextmanager
def _held(purpose: str, account_id: int) -> Iterator[bool]:
    """True for exactly one holder at a time: advisory on PostgreSQL, flock in DATA_DIR on SQLite."""
    if connection.vendor == "postgresql":
        keys = [_PURPOSES[purpose], account_id]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", keys)
            held = cursor.fetchone()[0]
            try:
                yield held
            finally:
                if held:
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", keys)
        return
    with open(settings.DATA_DIR / "locks" / f"{purpose}-{account_id}", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
