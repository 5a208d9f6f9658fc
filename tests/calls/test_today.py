"""The home page's figures: right for no calls, at midnight, and on the days when the clocks change (METRICS)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from calls import days, home
from tests.calls.telling import pull, push, tell
from tests.fixtures.voicenter.spelling import call_id, pulled, pushed

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
QUARTER = timedelta(minutes=15)
SHORT_DAY, LONG_DAY = (datetime(2026, *day, 10, tzinfo=UTC) for day in ((3, 27), (10, 25)))


def calls_at(account, *moments: datetime, **more) -> None:
    """A call from the queue at each of these, as a pull tells it, which is exact."""
    said = {"type": "Queue", "type_id": 8, "status": "ANSWER", "queue_name": "Service", "duration": 9, **more}
    tell(account, [pull(pulled(at, call_id=call_id(at, f"{n:018}"), **said)) for n, at in enumerate(moments)])


@pytest.fixture
def on(owner) -> Callable[[datetime], dict]:
    """The home page's figures as of that moment."""
    return lambda moment: home.today(owner, moment)


def counted(found: dict) -> int:
    """How many reached a queue on that day."""
    return sum(row[1].value for row in found["table"].rows)


def offered(hours: list[dict]) -> dict[str, int]:
    names = ("answered", "left", "abandoned", "other")
    return {row["hour"]: sum(row[name] for name in names) for row in hours if any(row[name] for name in names)}


def test_without_calls_nothing_is_divided(account, as_owner, on):
    found = on(LONG_DAY)
    assert found["is_empty"]
    assert [figure.value for figure in found["figures"]] == [None] * 2
    page = as_owner.get("/").content.decode()
    assert "no calls" in page
    assert "0.0 %" not in page
    assert "100.0 %" not in page


def test_midnight_is_israels_and_belongs_to_the_day_it_begins(account, on):
    midnight = datetime(2026, 7, 14, 21, tzinfo=UTC)
    calls_at(account, midnight - SECOND, midnight, midnight + timedelta(hours=24) - SECOND)

    assert [counted(on(midnight + timedelta(hours=12) - timedelta(days=n))) for n in (1, 0, -1)] == [1, 2, 0]


@pytest.mark.fault("F-14")
@pytest.mark.fault("F-15")
@pytest.mark.parametrize(("day", "hours"), [(SHORT_DAY, 23), (LONG_DAY, 25)])
def test_a_day_of_23_or_25_hours_has_each_call_once(account, on, day, hours):
    start, end = (moment.astimezone(UTC) for moment in days.around(day))
    assert end - start == timedelta(hours=hours)
    moments = [start + n * QUARTER for n in range(4 * hours)]
    calls_at(account, start - SECOND, *moments, end)

    found = on(day)
    assert counted(found) == len(moments)
    told = offered(found["hours"])
    assert sum(told.values()) == len(moments)
    # the hour that occurs twice stands once, with both; the one that is left out has none
    assert told.get("01:00", 0) == (8 if hours == 25 else 4)
    assert told.get("02:00", 0) == (4 if hours == 25 else 0)


@pytest.mark.fault("F-16")
@pytest.mark.parametrize("midnight", [datetime(2026, 1, 14, 22, tzinfo=UTC), datetime(2026, 7, 14, 21, tzinfo=UTC)])
@pytest.mark.parametrize("stream", ["true", "wall", "mixed"])
def test_a_day_is_the_same_however_the_pushed_epochs_count(account, on, midnight, stream):
    """Two hours ahead in winter, three in summer, or not: the ids tell which."""
    for n, at in enumerate(midnight + step * QUARTER for step in range(-6, 6)):
        wall = stream == "wall" or (stream == "mixed" and n % 2)
        epoch = {} if wall else {"epoch": int(at.timestamp())}
        said = {"type": "Queue", "status": "ANSWER", "queue_name": "Service", "duration": 9, **epoch}
        tell(account, push(pushed(at, call_id=call_id(at, f"{n:018}"), **said)))

    noon = midnight + timedelta(hours=12)
    assert [counted(on(noon - timedelta(days=n))) for n in (1, 0)] == [6, 6]
    assert offered(on(noon)["hours"]) == {"00:00": 4, "01:00": 2}
