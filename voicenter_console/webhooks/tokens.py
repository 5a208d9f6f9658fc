"""Whose hook is this? A snapshot of all valid tokens, read at most once a second by each process.

A new or revoked token therefore works within a second everywhere, and a guess costs a hash and a dictionary look-up,
whether it is right or wrong. While the database is away the last snapshot holds: the body is then refused with 503,
not with 404.
"""

from __future__ import annotations

from voicenter_console.organisation import tokens
from voicenter_console.organisation.models import Account, HookToken

from .snapshot import Snapshot


def _read() -> dict[tuple[str, str], Account]:
    rows = HookToken.objects.filter(revoked_at=None).select_related("account")
    return {(row.digest, channel): row.account for row in rows for channel in row.channels}


_accounts = Snapshot(_read)


def account_for(token: str, channel: str) -> Account | None:
    """The account whose token for `channel` this is, or None. Raises DatabaseError before the first snapshot."""
    return _accounts.get().get((tokens.digest(token), channel))


def forget() -> None:
    """Read again at the next look-up."""
    _accounts.forget()
