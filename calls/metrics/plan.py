"""Where the sums of a period are read from: days and hours that are added up, and legs for what is not. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from .cubes import hour_of
from .rollups import day_bounds

HOUR = timedelta(hours=1)
# More stretches than these make a long statement: then all between the first and the last is read from legs.
MOST_STRETCHES = 40

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Plan:
    """Half-open stretches that cover the period once: `days` are first and last local days, both included."""

    days: tuple[tuple[date, date], ...]
    hours: tuple[Span, ...]
    legs: tuple[Span, ...]


def plan(start: datetime, end: datetime, dirty: Collection[datetime], zone: ZoneInfo, *, by_day: bool) -> Plan:
    """Of [start, end): what is no whole hour, or is dirty, from legs; whole clean days, if `by_day`, from days."""
    first = hour_of(start, zone)
    first = first if first == start else first + HOUR
    last = hour_of(end, zone)
    if first >= last:
        return Plan((), (), ((start, end),) if start < end else ())
    unfit = sorted(hour for hour in dirty if first <= hour < last)
    legs = _joined([(start, first), *((hour, hour + HOUR) for hour in unfit), (last, end)])
    if len(legs) > MOST_STRETCHES:
        legs = [(legs[0][0], legs[-1][1])]
    clean = list(_between(legs, start, end))
    if not by_day:
        return Plan((), tuple(clean), tuple(legs))
    days, hours = [], []
    for stretch in clean:
        its_days, rest = _whole_days(stretch, zone)
        days += its_days
        hours += rest
    return Plan(tuple(days), tuple(hours), tuple(legs))


def _joined(spans: list[Span]) -> list[Span]:
    """Without the empty ones; those that touch are one."""
    joined: list[Span] = []
    for start, end in spans:
        if start >= end:
            continue
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _between(spans: list[Span], start: datetime, end: datetime) -> Iterator[Span]:
    at = start
    for its_start, its_end in spans:
        if at < its_start:
            yield at, its_start
        at = its_end
    if at < end:
        yield at, end


def _whole_days(stretch: Span, zone: ZoneInfo) -> tuple[list[tuple[date, date]], list[Span]]:
    start, end = stretch
    first = start.astimezone(zone).date()
    if day_bounds(first, zone)[0] < start:
        first += timedelta(days=1)
    last = end.astimezone(zone).date() - timedelta(days=1)
    if last < first:
        return [], [stretch]
    edges = [(start, day_bounds(first, zone)[0]), (day_bounds(last, zone)[1], end)]
    return [(first, last)], [(a, b) for a, b in edges if a < b]
