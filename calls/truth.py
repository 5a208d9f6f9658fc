"""The truth line: until when the figures are complete, and why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.models import SyncGap, SyncWindow
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

# A row appears minutes after its call ended, and belongs to the time at which the call began (PROTOCOL S3).
_BEHIND = timedelta(minutes=10)


def complete_until(account: Account) -> datetime | None:
    """The end of the unbroken run of closed windows; None where nothing was read yet."""
    windows = SyncWindow.objects.filter(account=account)
    first_open = windows.exclude(state=SyncWindow.State.CLOSED).order_by("from_at").values_list("from_at", flat=True).first()
    closed = windows.filter(state=SyncWindow.State.CLOSED)
    if first_open is not None:
        closed = closed.filter(to_at__lte=first_open)
    return closed.order_by("-to_at").values_list("to_at", flat=True).first()


def line(actor: Actor) -> dict[str, Any] | None:
    """What the foot of a page says: tone, until when, one sentence why."""
    if not actor.may(Right.SEE_CALLS):
        return None
    accounts = Account.objects.filter(pulls=True, provider=Account.Provider.VOICENTER)
    if not actor.may(Right.SEE_ALL_ACCOUNTS) and not actor.may(Right.SEE_OWN):
        accounts = accounts.filter(departments__in=actor.department_ids).distinct()
    untils = [complete_until(account) for account in accounts]
    url = reverse("deliveries:list") if actor.may(Right.SEE_DELIVERIES) else ""
    if not untils or None in untils:
        return {"tone": "miss", "until": None, "text": _("The call log has not been read yet; calls are shown as they are pushed."), "url": url}
    until = min(untils)
    if SyncGap.objects.filter(account__in=accounts, closed_at=None).exists():
        return {"tone": "miss", "until": until, "text": _("Voicenter counts calls that it does not hand out"), "url": url}
    late = until < timezone.now() - 3 * _BEHIND
    text = _("later calls are shown as they are pushed") if not late else _("the call log could not be read since")
    return {"tone": "miss" if late else "ok", "until": until, "text": text, "url": url}
