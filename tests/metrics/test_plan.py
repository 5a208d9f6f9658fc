"""A period is covered exactly once, whatever is dirty and wherever it begins and ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from calls.metrics.cubes import hour_of
from calls.metrics.plan import HOUR, plan
from calls.metrics.rollups import day_bounds

ZONES = [ZoneInfo(name) for name in ("Asia/Jerusalem", "Asia/Kolkata", "America/New_York", "UTC")]
# around both nights of Israel and New York
STARTS = [datetime(2025, 3, 7, tzinfo=UTC), datetime(2025, 3, 26, tzinfo=UTC), datetime(2025, 10, 24, tzinfo=UTC)]


@given(
    st.sampled_from(STARTS), st.integers(0, 4000), st.integers(0, 12_000), st.sampled_from(ZONES), st.booleans(),
    st.sets(st.integers(0, 200), max_size=60),
)  # fmt: skip
def test_a_period_is_covered_once(base, offset, length, zone, by_day, dirty):
    start = base + timedelta(minutes=offset)
    end = start + timedelta(minutes=length)
    unfit = {hour_of(base, zone) + number * HOUR for number in dirty}

    found = plan(start, end, unfit, zone, by_day=by_day)

    days = [(day_bounds(first, zone)[0], day_bounds(last, zone)[1]) for first, last in found.days]
    spans = sorted([*days, *found.hours, *found.legs])
    assert all(a < b for a, b in spans)
    assert [span[0] for span in spans] == ([start] if spans else []) + [span[1] for span in spans[:-1]]
    assert (not spans and start == end) or spans[-1][1] == end
    summed = [*days, *found.hours]
    assert not any(a <= hour < b for hour in unfit for a, b in summed)
    assert all(hour_of(instant, zone) == instant for span in summed for instant in span)
    assert by_day or not found.days
