"""Israel's days off, and the days before them, on which offices close early. Pure, over `holidays`.

Days off are those of the law: Rosh Hashana (two days), Yom Kippur, Sukkot, Shemini Atzeret, the first and seventh
day of Pesach, Independence Day as moved in that year, Shavuot. Saturday is a day of the week, not a holiday.
"""

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

import holidays


class DayKind(StrEnum):
    """What a day is, apart from its weekday."""

    ORDINARY = "ordinary"
    EVE = "eve"
    HOLIDAY = "holiday"


@lru_cache(maxsize=16)
def _off(year: int) -> frozenset[date]:
    return frozenset(holidays.Israel(years=year, observed=False))


def kind(day: date) -> DayKind:
    """A holiday, the eve of one, or neither; a holiday on the eve of another is a holiday."""
    if day in _off(day.year):
        return DayKind.HOLIDAY
    tomorrow = day + timedelta(days=1)
    return DayKind.EVE if tomorrow in _off(tomorrow.year) else DayKind.ORDINARY
