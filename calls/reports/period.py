"""The period of a report: local days, both included, or instants, the end excluded; and what it is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls import days
from calls.metrics.rollups import day_bounds

DAY = timedelta(days=1)
LONGEST = 3 * 366
# A week is compared with the one before, so that weekdays meet weekdays; so is a year, by 52 whole weeks.
YEAR = timedelta(weeks=52)

NAMED = [
    ("today", gettext_lazy("Today")),
    ("yesterday", gettext_lazy("Yesterday")),
    ("week", gettext_lazy("This week")),
    ("last_week", gettext_lazy("Last week")),
    ("days_7", gettext_lazy("Last 7 days")),
    ("month", gettext_lazy("This month")),
    ("last_month", gettext_lazy("Last month")),
    ("days_30", gettext_lazy("Last 30 days")),
    ("year", gettext_lazy("This year")),
]
AGAINST = [
    ("before", gettext_lazy("the period before")),
    ("year", gettext_lazy("a year before")),
    ("none", gettext_lazy("nothing")),
]


class NoPeriod(ValueError):
    """Words for the person who asked."""


@dataclass(frozen=True, slots=True)
class Period:
    """[start, end): a date is that local day's beginning in each account's zone, a time is an instant."""

    start: date | datetime
    end: date | datetime
    name: str = ""

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """In UTC."""
        return _instant(self.start, zone), _instant(self.end, zone)

    @property
    def is_days(self) -> bool:
        return not isinstance(self.start, datetime) and not isinstance(self.end, datetime)

    @property
    def last(self) -> date:
        """The last local day, where the period is made of days."""
        return self.end - DAY if self.is_days else self.end

    @property
    def days(self) -> int:
        """Whole local days in it, where it is made of days; else those that its length holds."""
        return (self.end - self.start).days if self.is_days else 0

    def compared(self, how: str, zone: ZoneInfo, now: datetime) -> Period | None:
        """What it is held against; of a period that is not over, only as much as has passed."""
        if how == "none":
            return None
        if how == "year":
            back = YEAR
        elif self.is_days and self.name in ("month", "last_month"):
            return self._month_before(zone, now)
        else:
            back = self._length(zone)
            back = timedelta(weeks=1) if back < timedelta(weeks=1) and self.is_days and self.days == 1 else back
        return self._moved(back, zone, now)

    def _length(self, zone: ZoneInfo) -> timedelta:
        if self.is_days:
            return self.end - self.start
        start, end = self.bounds(zone)
        return end - start

    def _moved(self, back: timedelta, zone: ZoneInfo, now: datetime) -> Period:
        if not self.is_days:
            start, end = self.bounds(zone)
            return Period(start - back, min(end, now) - back)
        moved = Period(self.start - back, self.end - back)
        return moved._cut(self, zone, now)

    def _month_before(self, zone: ZoneInfo, now: datetime) -> Period:
        start = (self.start - DAY).replace(day=1)
        return Period(start, self.start)._cut(self, zone, now)

    def _cut(self, whole: Period, zone: ZoneInfo, now: datetime) -> Period:
        """Of a period that is still going on, the same share of the other: to the same hour of the same day."""
        start, end = whole.bounds(zone)
        if not start < now < end:
            return self
        local = now.astimezone(zone)
        day = self.start + (local.date() - whole.start)
        until = datetime.combine(day, local.time(), zone).astimezone(UTC)
        return Period(_instant(self.start, zone), min(until, _instant(self.end, zone)))


def _instant(at: date | datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(UTC) if isinstance(at, datetime) else day_bounds(at, zone)[0]


def parse(query: Mapping[str, str], today: date, zone: ZoneInfo, default: str = "today") -> Period:
    """From `from` and `to` (dates, both included; or instants, `to` excluded), or a name in `period`.

    Raises NoPeriod with words.
    """
    first, last = query.get("from", "").strip(), query.get("to", "").strip()
    name = query.get("period", "")
    if name not in ("", "custom") or not (first or last):
        return named(default if name in ("", "custom") else name, today)
    start = _one(first, zone) if first else _one(last, zone)
    end = _one(last, zone) if last else _one(first, zone)
    if not isinstance(end, datetime):
        end += DAY
    period = Period(start, end)
    begin, stop = period.bounds(zone)
    if begin >= stop:
        raise NoPeriod(_("The period ends before it begins."))
    if stop - begin > timedelta(days=LONGEST):
        raise NoPeriod(_("A period is three years at most."))
    return period


def _one(text: str, zone: ZoneInfo) -> date | datetime:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = days.moment(text.replace(" ", "+") if "T" in text else text)
        if found is not None and found.tzinfo is None:
            found = found.replace(tzinfo=zone)
    if found is None or not 2000 <= found.year <= 2100:
        raise NoPeriod(_("“%(text)s” is no date (2026-11-22) and no time (2026-11-22T10:00:00Z).") % {"text": text})
    return found


def named(name: str, today: date) -> Period:
    """A period that moves with the days; weeks begin on Sunday."""
    tomorrow, sunday, first = today + DAY, today - DAY * (today.isoweekday() % 7), today.replace(day=1)
    spans = {
        "today": (today, tomorrow),
        "yesterday": (today - DAY, today),
        "week": (sunday, sunday + 7 * DAY),
        "last_week": (sunday - 7 * DAY, sunday),
        "days_7": (tomorrow - 7 * DAY, tomorrow),
        "month": (first, (first + 32 * DAY).replace(day=1)),
        "last_month": ((first - DAY).replace(day=1), first),
        "days_30": (tomorrow - 30 * DAY, tomorrow),
        "year": (today.replace(month=1, day=1), today.replace(year=today.year + 1, month=1, day=1)),
    }
    if name not in spans:
        raise NoPeriod(_("There is no period “%(name)s”.") % {"name": name})
    return Period(*spans[name], name=name)
