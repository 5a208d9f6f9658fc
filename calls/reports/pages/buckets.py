"""A chart's time axis: hours of one day, days of some weeks, months of longer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.utils import formats

from calls.metrics.cubes import hour_of
from calls.metrics.reading import Question, queue_totals
from calls.metrics.rollups import day_bounds
from calls.metrics.totals import QueueTotals
from calls.reports.period import Period
from calls.reports.queues import every_day

HOUR = timedelta(hours=1)
MOST_DAYS = 92
# Hours that the chart of a day shows in any case.
OPENS, CLOSES = 7, 19


@dataclass(frozen=True, slots=True)
class Buckets:
    """`keys` are instants of hours, days, or first days of months, in order."""

    kind: Literal["hour", "day", "month"]
    keys: tuple[Any, ...]
    zone: ZoneInfo

    def labels(self) -> list[str]:
        if self.kind == "hour":
            return [f"{key.astimezone(self.zone):%H:%M}" for key in self.keys]
        form = "D j" if self.kind == "day" and len(self.keys) <= 14 else "j.n" if self.kind == "day" else "M Y"
        return [formats.date_format(key, form) for key in self.keys]

    def key_of(self, row: Mapping[str, Any]) -> Any:
        """Where a row of sums belongs."""
        if self.kind == "hour":
            return row["hour"]
        return row["day"] if self.kind == "day" else row["day"].replace(day=1)

    def totals(self, question: Question) -> dict[Any, QueueTotals]:
        return queue_totals(question, self.key_of, by="hour" if self.kind == "hour" else "day")

    def end(self, key: Any) -> datetime:
        if self.kind == "hour":
            return key + HOUR
        last = key if self.kind == "day" else (key + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        return day_bounds(last, self.zone)[1]

    def start(self, key: Any) -> datetime:
        return key if self.kind == "hour" else day_bounds(key, self.zone)[0]

    def unfinished(self, until: datetime | None, now: datetime) -> tuple[int, int] | None:
        """First and last of the buckets that have begun and may still grow."""
        grow = [
            n for n, key in enumerate(self.keys)
            if self.start(key) <= now and (until is None or self.end(key) > until)
        ]  # fmt: skip
        return (grow[0], grow[-1]) if grow else None

    def trimmed(self, used: Callable[[Any], bool]) -> Buckets:
        """Hours of a day without the idle ones before and after."""
        if self.kind != "hour":
            return self
        busy = [n for n, key in enumerate(self.keys) if used(key)]
        local = [key.astimezone(self.zone).hour for key in self.keys]
        open_hours = [n for n, hour in enumerate(local) if OPENS <= hour < CLOSES]
        shown = sorted({*busy, *open_hours})
        return Buckets("hour", self.keys[shown[0] : shown[-1] + 1] if shown else (), self.zone)


def of(period: Period, zone: ZoneInfo) -> Buckets:
    start, end = period.bounds(zone)
    if end - start <= 36 * HOUR:
        first = hour_of(start, zone)
        count = int((end - first) / HOUR + 0.999)
        return Buckets("hour", tuple(first + n * HOUR for n in range(count)), zone)
    first, last = start.astimezone(zone).date(), (end - timedelta(microseconds=1)).astimezone(zone).date()
    days = every_day(first, last)
    if len(days) <= MOST_DAYS:
        return Buckets("day", tuple(days), zone)
    months: list[date] = sorted({day.replace(day=1) for day in days})
    return Buckets("month", tuple(months), zone)


def aligned(totals: Mapping[Any, QueueTotals], keys: Buckets, count: int) -> list[QueueTotals]:
    """The compared period's sums, first beside first; empty ones where it is shorter."""
    found = [totals.get(key, QueueTotals()) for key in keys.keys[:count]]
    return found + [QueueTotals()] * (count - len(found))
