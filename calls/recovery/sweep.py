"""What time does to cards: claims run out, snoozed ones wake, nobody is waited for for ever.

Each by a conditional UPDATE, so that an act or a call of the same moment goes before it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from calls.models import Recovery, RecoveryAct, RecoveryPolicy
from calls.recovery.news import tell

State = Recovery.State
KEEP = timedelta(hours=RecoveryPolicy._meta.get_field("keep_hours").default)
_MOST = 500
_OPEN: dict[str, Any] = {
    "state": State.OPEN, "claimed_by": None, "claimed_name": "", "claimed_until": None, "snoozed_until": None,
}  # fmt: skip


def run() -> None:
    """All of it, once. Safe to run at any time, by any number of workers."""
    now = timezone.now()
    _end_claims(now)
    _change(Q(state=State.SNOOZED, snoozed_until__lte=now), _OPEN)
    _give_up(now)


def _end_claims(now: datetime) -> None:
    _change(Q(state=State.CLAIMED, claimed_until__lte=now), _OPEN, _write_lapse)


def _write_lapse(row: Recovery) -> None:
    RecoveryAct.objects.create(
        recovery=row, kind=RecoveryAct.Kind.LAPSE, by_id=row.claimed_by_id, name=row.claimed_name,
        version=row.version + 1,
    )  # fmt: skip


def _give_up(now: datetime) -> None:
    """By each account's own patience; a card that somebody holds waits for them."""
    own = {policy.pk: timedelta(hours=policy.keep_hours) for policy in RecoveryPolicy.objects.all()}
    for account, keep in [*own.items(), (None, KEEP)]:
        due = Q(account=account) if account else ~Q(account__in=own)
        due &= Q(state__in=[State.OPEN, State.SNOOZED], last_lost_at__lte=now - keep)
        given_up = {**_OPEN, "state": State.CLOSED, "reason": Recovery.Reason.GAVE_UP}
        _change(due, {**given_up, "closed_at": F("last_lost_at") + keep})


def _change(due: Q, values: dict[str, Any], also: Callable[[Recovery], None] | None = None) -> None:
    """Each card in a transaction of its own; `also` writes there what the change means, from the card as it was."""
    rows = Recovery.objects.filter(due).select_related("account").order_by("pk")[:_MOST]
    for row in list(rows):
        with transaction.atomic():
            still = Recovery.objects.filter(due, pk=row.pk, version=row.version)
            if still.update(**values, version=F("version") + 1, changed_at=timezone.now()):
                if also:
                    also(row)
                tell(row.account, [row])
