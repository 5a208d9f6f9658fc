"""Adding up: rollup rows of the hours in which something changed are made anew, and their local days (ADR 20).

Adding up reads legs and forgets what the rows said before, so it may be done twice or by two at once: it is done in the
transaction that clears the very generations it was asked for, after them.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from calls import bulk
from calls.models import Cdr, DirtyHour
from voicenter_console.organisation.models import Account

from .cubes import CUBES, Cube, leg_hour

logger = logging.getLogger(__name__)


class _Changed(Exception):
    """Something changed since the hours were listed: the next sweep adds them up."""


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
    """Make the rows of the day's `dirty` hours (by generation) anew, and the day's; False where they changed since."""
    try:
        with transaction.atomic():
            # one at a time, as two that make one day would both write its row
            Account.objects.select_for_update(no_key=True).get(pk=account.pk)
            _clear(account, dirty)
            for cube in CUBES:
                _write(cube, account, day, sorted(dirty))
    except _Changed:
        logger.debug("%s changed since it was to be added up", day)
        return False
    return True


def _clear(account: Account, dirty: Mapping[datetime, int]) -> None:
    """Raises _Changed where one of them is of another generation."""
    marks = DirtyHour.objects.filter(account=account, hour__in=dirty)
    # taken in the order in which `dirty.mark` takes them
    if dict(marks.order_by("hour").select_for_update().values_list("hour", "generation")) != dirty:
        raise _Changed
    marks.delete()


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A local day in UTC: 23 or 25 hours of it when the clocks change."""
    midnights = (datetime.combine(one, clock(), zone) for one in (day, day + timedelta(days=1)))
    start, end = (midnight.astimezone(UTC) for midnight in midnights)
    return start, end


def _write(cube: Cube, account: Account, day: date, hours: Sequence[datetime]) -> None:
    """The hours from their legs, and the day from its hours: of those that are dirty by now it is made again."""
    cube.hours.objects.filter(account=account, hour__in=hours).delete()
    names = [*cube.keys, *cube.sums]
    bulk.insert_from(cube.hours, ["hour", *names], _hours(cube, account, hours))
    cube.days.objects.filter(account=account, day=day).delete()
    start, end = day_bounds(day, ZoneInfo(account.zone))
    of_day = cube.hours.objects.filter(account=account, hour__gte=start, hour__lt=end).order_by()
    sums = {f"s_{name}": cube.column(name) for name in cube.sums}
    bulk.insert_from(cube.days, names, of_day.values(*cube.keys).annotate(**sums), day=day)


def _hours(cube: Cube, account: Account, hours: Sequence[datetime]) -> QuerySet[Any]:
    """The sums of these hours by hour and keys, from the legs."""
    between = {"started_at__gte": hours[0], "started_at__lt": hours[-1] + timedelta(hours=1)}
    legs = Cdr.objects.filter(cube.legs, account=account, **between).order_by()
    legs = legs.annotate(hour=leg_hour(ZoneInfo(account.zone))).filter(hour__in=hours)
    keys = {f"k_{name}": cube.leg_key(name) for name in cube.keys}
    # prefixed: a sum must not hide the column of the same name from the sums after it
    sums = {f"s_{name}": aggregate for name, aggregate in cube.sums.items()}
    return legs.annotate(**keys).values("hour", *keys).annotate(**sums)
