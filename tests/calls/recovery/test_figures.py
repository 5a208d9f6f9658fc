"""METRICS, recovery rate and its neighbours: persons, not calls; won within 24 hours; median and nine of ten."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from calls.models import Call, Recovery
from calls.recovery import acts, definitions, figures
from tests.calls.recovery.telling import after, answered, called, lost
from tests.calls.telling import NOON, tell

pytestmark = pytest.mark.django_db
DAY = NOON - timedelta(hours=12), NOON + timedelta(hours=12)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(after(60), tick=False):
        yield


def number(n: int) -> str:
    return f"05455501{n:02}"


def of_today() -> figures.Figures:
    return figures.of(Recovery.objects.all(), *DAY)


def test_ten_people(account):
    """Three reached after 14, 18 and 30 minutes, one tried after 40, two who came back, four that nobody called."""
    messages = [lost(-80 + n, caller=number(n)) for n in range(10)] + [lost(-30, caller=number(9))]
    messages += [called(-80 + n + wait, target=number(n)) for n, wait in ((0, 14), (1, 18), (2, 30))]
    messages += [called(-37, "NOANSWER", number(3)), answered(-20, number(4)), answered(-19, number(5))]
    tell(account, messages)
    found = of_today()
    assert (found.people, found.reached, found.returned, found.left) == (10, 3, 2, 5)
    assert (found.rate, found.called, found.called_rate) == (50.0, 4, 40.0)
    assert (found.median_seconds, found.p90_seconds) == (24 * 60, 40 * 60)


def test_too_late_is_not_won_back(account):
    with time_machine.travel(after(60), tick=False):
        tell(account, lost(-25 * 60), called(-30), lost(-3 * 60, caller=number(1)), called(-20, target=number(1)))
    before = figures.of(Recovery.objects.all(), NOON - timedelta(days=2), NOON + timedelta(days=1))
    assert (before.people, before.reached, before.called) == (2, 1, 2)


def test_nobody_lost_is_no_percentage():
    found = of_today()
    assert (found.people, found.rate, found.called_rate, found.median_seconds, found.p90_seconds) == (
        0, None, None, None, None
    )  # fmt: skip


def test_the_same_person_in_two_cards_counts_once(account, dana):
    tell(account, lost(-10), lost(-9, caller=number(1)))
    acts.close(dana, Recovery.objects.get(number="+972545550101"), "duplicate")
    assert of_today().people == 1


@pytest.mark.parametrize("name", definitions.METRICS)
def test_a_figure_can_be_asked(as_dana, account, name):
    tell(account, lost(-30), lost(-29, caller=number(1)), called(-10))
    page = as_dana.get(f"/recovery/figures/{name}/").content.decode()
    assert f"{name} v1" in page
    assert "50.00" in page or "20" in page
    assert as_dana.get("/recovery/figures/nothing/").status_code == 404


def test_half_up_with_two_decimals(account):
    tell(account, [lost(-30 + n, caller=number(n)) for n in range(8)], answered(-1, number(0)))
    assert of_today().rate == 12.5
    tell(account, [lost(-10, caller=number(8))])
    assert of_today().rate == Decimal("11.11")


def test_where_most_are_lost(account):
    tell(account, lost(-3, wait=20), lost(-2, caller=number(1), wait=40), lost(-200, caller=number(2)),
         lost(-1, caller=number(3), queue_name="Sales"), lost(-4, caller=number(4)),
         answered(0, number(4)))  # fmt: skip
    first = figures.lost_most(Recovery.objects.all(), *DAY)[0]
    assert (first["queue_name"], first["hour"], first["people"], first["waited"]) == ("Service", 11, 2, 30)


def test_who_withholds_the_number_is_counted_as_calls(account):
    tell(account, lost(-3, caller="Anonymous"), lost(-2, caller="Anonymous"), lost(-1), answered(0, "Anonymous"))
    assert figures.anonymous(Call.objects.all(), *DAY) == 2
    assert of_today().people == 1
