"""Adding up: rollup rows of the hours in which something changed are made anew, a local day at a time (ADR 20).

Adding up reads legs and forgets what the rows said before, so it may be done twice, half, or by two at once: it is
written only together with the clearing of the very generations it began from.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from calls.models import Cdr, DirtyHour
from voicenter_console.organisation.models import Account

from .cubes import CUBES, Cube, leg_hour

logger = logging.getLogger(__name__)
Row = dict[str, Any]
_FOREIGN = ("account", "department", "agent")


class _Changed(Exception):
    """While we added up, something changed: the next sweep adds up again."""


def sweep(longest: float = 30.0) -> int:
    """Add up what is dirty, the newest days first, for `longest` seconds; how many days are done."""
    until, done = time.monotonic() + longest, 0
    for account in Account.objects.filter(pk__in=DirtyHour.objects.values("account")):
        for day, hours in _days(account):
            done += add_up(account, day, hours)
            if time.monotonic() > until:
                return done
    return done


def _days(account: Account) -> list[tuple[date, dict[datetime, int]]]:
    zone, days = ZoneInfo(account.zone), defaultdict(dict)
    for hour, generation in DirtyHour.objects.filter(account=account).values_list("hour", "generation"):
        days[hour.astimezone(zone).date()][hour] = generation
    return sorted(days.items(), reverse=True)


def add_up(account: Account, day: date, dirty: Mapping[datetime, int]) -> bool:
    """Make the day's row and those of its `dirty` hours (by generation) anew; False where they changed meanwhile."""
    sums = [(cube, _rows(cube, account, day)) for cube in CUBES]
    try:
        with transaction.atomic():
            for hour, generation in sorted(dirty.items()):  # in the order in which `dirty.mark` takes them
                if not DirtyHour.objects.filter(account=account, hour=hour, generation=generation).delete()[0]:
                    raise _Changed
            for cube, rows in sums:
                _write(cube, account, day, dirty, rows)
    except _Changed:
        logger.debug("%s changed while it was added up", day)
        return False
    return True


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A local day in UTC: 23 or 25 hours of it when the clocks change."""
    midnights = (datetime.combine(one, clock(), zone) for one in (day, day + timedelta(days=1)))
    start, end = (midnight.astimezone(UTC) for midnight in midnights)
    return start, end


def _rows(cube: Cube, account: Account, day: date) -> list[Row]:
    """The sums of the day by hour and keys, from the legs."""
    zone = ZoneInfo(account.zone)
    start, end = day_bounds(day, zone)
    legs = Cdr.objects.filter(cube.legs, account=account, started_at__gte=start, started_at__lt=end)
    keys = {f"k_{name}": cube.leg_key(name) for name in cube.keys}
    # prefixed: a sum must not hide the column of the same name from the sums after it
    sums = {f"s_{name}": aggregate for name, aggregate in cube.sums.items()}
    found = legs.order_by().annotate(hour=leg_hour(zone), **keys).values("hour", *keys).annotate(**sums)
    return [{name.removeprefix("s_"): value for name, value in row.items()} for row in found]


def _write(cube: Cube, account: Account, day: date, dirty: Iterable[datetime], rows: list[Row]) -> None:
    dirty = set(dirty)
    cube.hours.objects.filter(account=account, hour__in=dirty).delete()
    cube.hours.objects.bulk_create(
        [cube.hours(**_named(row), hour=row["hour"]) for row in rows if row["hour"] in dirty]
    )
    cube.days.objects.filter(account=account, day=day).delete()
    cube.days.objects.bulk_create([cube.days(**_named(row), day=day) for row in _folded(cube, rows)])


def _named(row: Row) -> Row:
    """The row with the names that the tables have: foreign keys by their column."""
    named = {name.removeprefix("k_"): value for name, value in row.items() if name != "hour"}
    return {f"{name}_id" if name in _FOREIGN else name: value for name, value in named.items()}


def _folded(cube: Cube, rows: Iterable[Row]) -> list[Row]:
    """Hours into the day they make: sums add up, the longest is the greatest."""
    days: dict[tuple, Row] = {}
    for row in rows:
        key = tuple(row[f"k_{name}"] for name in cube.keys)
        day = days.get(key)
        if day is None:
            days[key] = dict(row)
            continue
        for name in cube.sums:
            day[name] = max(day[name], row[name]) if name.startswith("longest") else day[name] + row[name]
    return list(days.values())
