"""Israel's days off, on dates everybody there remembers."""

from datetime import date

import pytest

from voicenter_console import israel
from voicenter_console.israel import DayKind


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 4, 1), DayKind.EVE),  # the eve of Pesach
        (date(2026, 4, 2), DayKind.HOLIDAY),
        (date(2026, 4, 5), DayKind.ORDINARY),  # the half holidays in between are working days
        (date(2026, 4, 21), DayKind.EVE),  # Memorial Day
        (date(2026, 4, 22), DayKind.HOLIDAY),  # Independence Day
        (date(2027, 5, 12), DayKind.HOLIDAY),  # the same, moved in that year
        (date(2026, 9, 12), DayKind.HOLIDAY),  # both days of Rosh Hashana
        (date(2026, 9, 13), DayKind.HOLIDAY),
        (date(2026, 9, 20), DayKind.EVE),  # Yom Kippur begins
        (date(2026, 11, 25), DayKind.ORDINARY),
    ],
)
def test_days_off_and_their_eves(day: date, expected: DayKind) -> None:
    assert israel.kind(day) == expected
