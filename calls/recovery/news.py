"""News of cards for the open boards of those who share the work."""

from __future__ import annotations

from collections.abc import Iterable

from calls.models import Recovery
from voicenter_console.live.publish import Hint, publish_all
from voicenter_console.organisation.models import Account

KIND = "recoveries"


def of(
    rows: Iterable[Recovery], *, departments: Iterable[int | None] = (), people: Iterable[int] = ()
) -> Hint:  # fmt: skip
    """One for these cards, for their departments and for whoever holds them."""
    rows = list(rows)
    holders = {row.claimed_by_id for row in rows if row.claimed_by_id}
    return Hint(KIND, {*departments, *(row.department_id for row in rows)}, {*people, *holders})


def tell(account: Account, rows: Iterable[Recovery], *, people: Iterable[int] = ()) -> None:
    """Publish it. Last in the transaction."""
    publish_all(account, [of(rows, people=people)])
