"""Pages of a list by key, not by number: as fast at the millionth row as at the first.

Rows are calls by their start, or others by a time of theirs (`by`), newest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from calls import days

SIZE = 50
COUNTED_TO = 10_000
BY = "started_at"


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, newest first, and the keys of the pages beside it (None where there is none)."""

    calls: list[Any]
    newer: str | None
    older: str | None


def key(row: Any, by: str = BY) -> str:
    """Where a page begins or ends: `2026-11-22T09:40:17.000000+00:00_123`."""
    return f"{getattr(row, by).isoformat()}_{row.pk}"


def page(rows: QuerySet[Any], *, older_than: str = "", newer_than: str = "", size: int = SIZE, by: str = BY) -> Page:
    """The page after or before a key; a key that cannot be read gives the first page."""
    backwards = bool(newer_than)
    place = _place(newer_than or older_than)
    if place is None:
        found = list(rows.order_by(f"-{by}", "-pk")[: size + 1])
        backwards, older_than = False, ""
    else:
        at, pk = place
        way, order = ("gt", "") if backwards else ("lt", "-")
        beyond = Q(**{f"{by}__{way}": at}) | Q(**{by: at, f"pk__{way}": pk})
        near = rows.filter(**{f"{by}__{way}e": at}).filter(beyond)
        found = list(near.order_by(f"{order}{by}", f"{order}pk")[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_newer = more if backwards else bool(older_than)
    has_older = True if backwards else more
    return Page(
        found,
        newer=key(found[0], by) if found and has_newer else None,
        older=key(found[-1], by) if found and has_older else None,
    )


def count(calls: QuerySet[Any]) -> int:
    """How many, but never more than COUNTED_TO + 1: beyond that the page says 'over'."""
    return calls.order_by()[: COUNTED_TO + 1].count()


def _place(text: str) -> tuple[datetime, int] | None:
    at, _, pk = text.rpartition("_")
    moment = days.moment(at)
    return (moment, int(pk)) if moment and pk.isascii() and pk.isdigit() and len(pk) < 19 else None
