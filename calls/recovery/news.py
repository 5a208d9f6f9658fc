"""News of cards for the open boards of those who share the work."""

from __future__ import annotations

from collections.abc import Iterable

from calls.models import Recovery
from voicenter_console.live.publish import publish
from voicenter_console.organisation.models import Account

KIND = "recoveries"


def tell(
    account: Account, rows: Iterable[Recovery], *, departments: Iterable[int | None] = (), people: Iterable[int] = ()
) -> None:
    """One event for these cards, for their departments and for whoever holds them. Last in the transaction."""
    rows = list(rows)
    holders = {row.claimed_by_id for row in rows if row.claimed_by_id}
    publish(account, KIND, departments={*departments, *(row.department_id for row in rows)}, people={*people, *holders})
