"""Local days, half open: 23 or 25 hours long when the clocks change."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime

# Beyond these a time cannot be told in every zone.
FIRST_YEAR, LAST_YEAR = 2, 9998


def moment(text: str) -> datetime | None:
    """ISO 8601 to an aware time, of the current zone where the text names none; None for all other text."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        return None
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def around(moment: datetime) -> tuple[datetime, datetime]:
    """The beginning of `moment`'s day and of the next one, in the current zone."""
    day = timezone.localtime(moment).date()
    return _midnight(day), _midnight(day + timedelta(days=1))


def before(start: datetime, days: int) -> datetime:
    """The beginning of the day that lies `days` days before `start`'s."""
    return _midnight(timezone.localtime(start).date() - timedelta(days=days))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
