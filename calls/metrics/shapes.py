"""Figures that are no quotient: calls at one time, and a week's hours on average. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from .totals import ratio

Cell = tuple[int, int]  # weekday (Sunday is 0), hour of the local day
HOUR = timedelta(hours=1)


def concurrency(spans: Iterable[tuple[datetime, datetime]]) -> int:
    """The most calls at one instant. Half open: one that ends as another begins is not beside it; an empty one is
    nowhere."""
    steps: Counter[datetime] = Counter()
    for start, end in spans:
        if end > start:
            steps[start] += 1
            steps[end] -= 1
    now = most = 0
    for instant in sorted(steps):
        now += steps[instant]
        most = max(most, now)
    return most


def cell_of(instant: datetime, zone: ZoneInfo) -> Cell:
    """The weekday, from Sunday, and the hour of that instant on the clocks of `zone`."""
    local = instant.astimezone(zone)
    return local.isoweekday() % 7, local.hour


def such_hours(start: datetime, end: datetime, zone: ZoneInfo) -> dict[Cell, int]:
    """How often each weekday's hour lies in [start, end): the night when clocks go back has one of them twice."""
    found: Counter[Cell] = Counter()
    while start < end:
        found[cell_of(start, zone)] += 1
        start += HOUR
    return dict(found)


def heat(counts: Mapping[Cell, int], hours: Mapping[Cell, int]) -> dict[Cell, Decimal | None]:
    """Calls per such hour (METRICS, Heatmap cell): otherwise a month of five Mondays lies. None: no such hour."""
    return {cell: ratio(counts.get(cell, 0), hours.get(cell, 0)) for cell in hours.keys() | counts.keys()}
