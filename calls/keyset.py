"""Pages of the call log by key, not by number: as fast at the millionth call as at the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from calls import days
from calls.models import Call
from calls.querysets import CallQuerySet

SIZE = 50
COUNTED_TO = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """Calls, newest first, and the keys of the pages beside it (None where there is none)."""

    calls: list[Call]
    newer: str | None
    older: str | None


def key(call: Call) -> str:
    """Where a page begins or ends: `2026-11-22T09:40:17.000000+00:00_123`."""
    return f"{call.started_at.isoformat()}_{call.pk}"


def page(calls: CallQuerySet, *, older_than: str = "", newer_than: str = "", size: int = SIZE) -> Page:
    """The page after or before a key; a key that cannot be read gives the first page."""
    backwards = bool(newer_than)
    place = _place(newer_than or older_than)
    if place is None:
        found = list(calls.order_by("-started_at", "-pk")[: size + 1])
        backwards, older_than = False, ""
    else:
        at, pk = place
        if backwards:
            beyond = Q(started_at__gt=at) | Q(started_at=at, pk__gt=pk)
            found = list(calls.filter(started_at__gte=at).filter(beyond).order_by("started_at", "pk")[: size + 1])
        else:
            beyond = Q(started_at__lt=at) | Q(started_at=at, pk__lt=pk)
            found = list(calls.filter(started_at__lte=at).filter(beyond).order_by("-started_at", "-pk")[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_newer = more if backwards else bool(older_than)
    has_older = True if backwards else more
    return Page(
        found,
        newer=key(found[0]) if found and has_newer else None,
        older=key(found[-1]) if found and has_older else None,
    )


def count(calls: CallQuerySet) -> int:
    """How many, but never more than COUNTED_TO + 1: beyond that the page says 'over'."""
    return calls.order_by()[: COUNTED_TO + 1].count()


def _place(text: str) -> tuple[datetime, int] | None:
    at, _, pk = text.rpartition("_")
    moment = days.moment(at)
    return (moment, int(pk)) if moment and pk.isascii() and pk.isdigit() and len(pk) < 19 else None
