"""Whose hook is this? A snapshot of all valid tokens, read at most once a second by each process.

A new or revoked token therefore works within a second everywhere, and a guess costs a hash and a dictionary look-up,
whether it is right or wrong. While the database is away the last snapshot holds: the body is then refused with 503,
not with 404.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from django.db import DatabaseError

from voicenter_console.organisation import tokens
from voicenter_console.organisation.models import Account, HookToken

_FRESH_SECONDS = 1.0


@dataclass(slots=True)
class _Snapshot:
    at: float
    accounts: dict[tuple[str, str], Account]


_snapshot = _Snapshot(at=0.0, accounts={})
_refreshing = threading.Lock()


def account_for(token: str, channel: str) -> Account | None:
    """The account whose token for `channel` this is, or None."""
    if time.monotonic() - _snapshot.at > _FRESH_SECONDS:
        _refresh()
    return _snapshot.accounts.get((tokens.digest(token), channel))


def forget() -> None:
    """Read again at the next look-up."""
    _snapshot.at = 0.0


def _refresh() -> None:
    global _snapshot
    with _refreshing:
        if time.monotonic() - _snapshot.at <= _FRESH_SECONDS:
            return
        try:
            rows = list(HookToken.objects.filter(revoked_at=None).select_related("account"))
        except DatabaseError:
            if not _snapshot.accounts:
                raise
            _snapshot.at = time.monotonic()
            return
        found = {(row.digest, channel): row.account for row in rows for channel in row.channels}
        _snapshot = _Snapshot(at=time.monotonic(), accounts=found)
