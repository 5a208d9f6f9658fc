"""Local days, half open: 23 or 25 hours long when the clocks change."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def around(moment: datetime) -> tuple[datetime, datetime]:
    """The beginning of `moment`'s day and of the next one, in the current zone."""
    day = timezone.localtime(moment).date()
    return _midnight(day), _midnight(day + timedelta(days=1))


def before(start: datetime, days: int) -> datetime:
    """The beginning of the day that lies `days` days before `start`'s."""
    return _midnight(timezone.localtime(start).date() - timedelta(days=days))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
