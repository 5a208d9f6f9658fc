"""The truth line: until when the figures are complete, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.models import SyncGap, SyncState, SyncWindow
from calls.models.sync import BEHIND
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

_LATE = timedelta(minutes=30)


def complete_until(account: Account) -> datetime | None:
    """Every call of `account` that ended before this is here; None where nothing was read yet."""
    return completeness([account]).get(account.pk)


def completeness(accounts: Iterable[Account]) -> dict[int, datetime | None]:
    """`complete_until` by account id, in one query. Accounts without a window are not in it.

    Two things end it: the first window that was never read, and the last reading of a window in which calls may still
    have been going on (a call may last two hours, and its row appears minutes after its end: PROTOCOL S3, S4).
    """
    closed = Q(state=SyncWindow.State.CLOSED)
    rows = (
        SyncWindow.objects.filter(account__in=accounts, asked=False)
        .order_by()
        .values("account_id")
        .annotate(
            begin=Min("from_at"),
            end=Max("to_at", filter=closed),
            hole=Min("from_at", filter=Q(state=SyncWindow.State.OPEN)),
            unsettled=Min("read_at", filter=closed & Q(settled=False)),
        )
    )
    return {row["account_id"]: _until(row) for row in rows}


def _until(row: dict[str, Any]) -> datetime | None:
    if row["end"] is None:
        return None
    ends = [row["end"]]
    if row["hole"]:
        ends.append(row["hole"])
    if row["unsettled"]:
        ends.append(row["unsettled"] - BEHIND)
    return min(ends) if min(ends) > row["begin"] else None


def line(actor: Actor) -> dict[str, Any] | None:
    """What the foot of a page says: tone, until when, one sentence why. Its queries do not grow with the accounts."""
    if not actor.may(Right.SEE_CALLS):
        return None
    accounts = Account.objects.filter(pulls=True, provider=Account.Provider.VOICENTER)
    if not actor.may(Right.SEE_ALL_ACCOUNTS) and not actor.may(Right.SEE_OWN):
        accounts = accounts.filter(departments__in=actor.department_ids).distinct()
    accounts = list(accounts)
    untils = completeness(accounts)
    until = min(known) if len(known := [at for at in untils.values() if at]) == len(accounts) > 0 else None
    url = reverse("deliveries:list") if actor.may(Right.SEE_DELIVERIES) else ""
    ok, text = _why(accounts, until, begun=bool(untils))
    return {"tone": "ok" if ok else "miss", "until": until, "text": text, "url": url}


def _why(accounts: list[Account], until: datetime | None, *, begun: bool) -> tuple[bool, str]:
    """Whether all is well, and one sentence."""
    if SyncState.objects.filter(account__in=accounts, error_code__in=[2, 4]).exists():
        return False, _("Voicenter refuses to hand out the call log; calls are shown as they are pushed.")
    if until is None:
        reading = _("The call log of the last weeks is being read; calls are shown as they are pushed.")
        return False, reading if begun else _("The call log has not been read yet; calls are shown as they are pushed.")
    if SyncGap.objects.filter(account__in=accounts, closed_at=None).exists():
        return False, _("Voicenter counts calls that it does not hand out")
    if until < timezone.now() - _LATE:
        return False, _("the call log could not be read since")
    return True, _("later calls are shown as they are pushed")
