"""What each source asked for, by the hour, for the page and for an alarm (FAULTS F-46).

Requests are counted in memory and written after the answer, all that came while the last writing went on at once: a
flood costs the database little. Where most of what somebody asks for is unknown, whoever is to be told
of that is told.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from calls.models import PopUpHour
from voicenter_console.notifications import sending
from voicenter_console.organisation.models import Account
from voicenter_console.webhooks import afterwards, one_writer

KIND = "popup.enumeration"
KEPT = timedelta(days=35)
REFUSALS = 50


@dataclass(frozen=True, slots=True)
class Asker:
    """`source` as misses.source: an address and the token that it knows."""

    account_id: int
    source: str
    address: str


@dataclass(slots=True)
class _Counts:
    asked: int = 0
    unknown: int = 0
    refused: int = 0


_Counted = dict[tuple[Asker, datetime], _Counts]
_pending: _Counted = {}
_turn = threading.Lock()


def asked(asker: Asker, *, known: bool) -> None:
    """Somebody asked for a number that they had not asked for in this minute."""
    with _turn:
        counts = _of(asker)
        counts.asked += 1
        counts.unknown += not known
    afterwards.put(_Writing())


def refused(asker: Asker) -> None:
    """Somebody who had asked for too many asked again; written by the REFUSALS, since these may be a flood."""
    with _turn:
        counts = _of(asker)
        counts.refused += 1
    if counts.refused % REFUSALS == 0:
        afterwards.put(_Writing())


def _of(asker: Asker) -> _Counts:
    return _pending.setdefault((asker, _hour()), _Counts())


def _hour() -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0)


class _Writing:
    """Writes all that was counted until it began; tried again, it writes the same."""

    def __init__(self) -> None:
        self._counted: _Counted | None = None

    def __call__(self) -> None:
        if self._counted is None:
            with _turn:
                self._counted = dict(_pending)
                _pending.clear()
        if not self._counted:
            return
        with one_writer.turn(), transaction.atomic():
            for (asker, hour), more in self._counted.items():
                _tell(_row(asker, hour, more))


def _row(asker: Asker, hour: datetime, more: _Counts) -> PopUpHour:
    row, _ = PopUpHour.objects.get_or_create(
        account_id=asker.account_id, hour=hour, source=asker.source, defaults={"address": asker.address or None}
    )
    PopUpHour.objects.filter(pk=row.pk).update(
        asked=F("asked") + more.asked, unknown=F("unknown") + more.unknown, refused=F("refused") + more.refused
    )
    return row


def _tell(row: PopUpHour) -> None:
    """Once a day and source: an alarm that rings each hour is switched off."""
    found = PopUpHour.objects.suspicious().filter(pk=row.pk).select_related("account").first()
    if found:
        key = f"{KIND}:{found.source}:{timezone.localdate(found.hour)}"
        sending.notify(found.account, KIND, key, _facts(found))


def _facts(row: PopUpHour) -> Mapping[str, Any]:
    return {
        "address": row.address, "hour": row.hour.isoformat(), "asked": row.asked, "unknown": row.unknown,
        "refused": row.refused, "url": f"{settings.PUBLIC_URL.rstrip('/')}{reverse('deliveries:list')}",
    }  # fmt: skip


def alarms(accounts: list[Account], now: datetime) -> list[PopUpHour]:
    """Of the last day, each source's latest; the newest first, a few."""
    since = now - timedelta(days=1)
    rows = PopUpHour.objects.suspicious().filter(account__in=accounts, hour__gte=since).select_related("account")
    latest = {(row.account_id, row.source): row for row in rows.order_by("hour")}
    return sorted(latest.values(), key=lambda row: row.hour, reverse=True)[:10]


def tidy() -> None:
    """Forget old hours."""
    PopUpHour.objects.filter(hour__lt=timezone.now() - KEPT).delete()


def forget() -> None:
    """Drop what was counted and not yet written, in this process."""
    with _turn:
        _pending.clear()
