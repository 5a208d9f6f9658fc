"""METRICS' own test vectors, to the digit, and its rules: nothing to divide is None, unknown waits stay out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.metrics import definitions as d
from calls.metrics.shapes import concurrency, heat, such_hours
from calls.metrics.totals import AgentTotals, DialTotals, QueueTotals, percent, ratio

# A = 1000, A_20 = 860, Ab = 60, Ab_20 = 20, Ab_5 = 10
SHARED = QueueTotals(
    offered=1060, waited=1060, answered=1000, answered_waited=1000, answered_in_time=860, abandoned=60,
    abandoned_waited=60, abandoned_in_time=20, abandoned_short=10,
)  # fmt: skip
JERUSALEM = ZoneInfo("Asia/Jerusalem")


@pytest.mark.parametrize(
    ("name", "level"),
    [("1", "83.02"), ("2", "86.00"), ("3", "81.13"), ("4", "82.69"), ("5", "82.08"), ("default", "81.90")],
)
def test_service_level_of_the_shared_example(name, level):
    assert d.service_level(name).of(SHARED) == Decimal(level)


def test_abandon_rates_of_the_shared_example():
    assert d.ABANDON_GROSS.of(SHARED) == Decimal("5.66")
    assert d.ABANDON_NET.of(SHARED) == Decimal("4.76")


def test_the_second_vector():
    other = QueueTotals(
        offered=400, waited=400, answered=300, answered_waited=300, answered_in_time=200, abandoned=100,
        abandoned_waited=100, abandoned_short=50, abandoned_in_time=50,
    )  # fmt: skip
    assert d.service_level("default").of(other) == Decimal("57.14")


def test_flow_outs_count_below_the_line_only_where_chosen():
    with_flow = SHARED + QueueTotals(offered=40, waited=40, flowed_out=40, flowed_out_waited=40)
    assert d.service_level("default").of(with_flow) == Decimal("81.90")
    assert d.service_level("flow").of(with_flow) == percent(860, 1090)
    assert with_flow.other == 0


@pytest.mark.parametrize("metric", [m for m in d.METRICS.values() if m.lower], ids=lambda metric: metric.id)
def test_an_empty_period_has_no_figure(metric):
    totals = {"q": QueueTotals, "s": QueueTotals, "a": AgentTotals, "d": DialTotals}[metric.id[0]]
    assert metric.of(totals()) is None


def test_an_unknown_wait_is_left_out_of_both_sides_and_counted():
    told = SHARED + QueueTotals(offered=500, answered=400, abandoned=100)  # no wait known of any of these
    assert told.wait_unknown == 500
    for name in d.SERVICE_LEVELS:
        assert d.service_level(name).of(told) == d.service_level(name).of(SHARED)
    assert d.ABANDON_NET.of(told) == d.ABANDON_NET.of(SHARED)
    assert d.ABANDON_GROSS.of(told) == percent(160, 1560)


def test_averages_divide_by_what_is_known():
    totals = QueueTotals(answered=3, answered_waited=2, answered_wait=25, abandoned_waited=3, abandoned_wait=100,
                         talked=2, talk=301)  # fmt: skip
    assert d.ASA.of(totals) == Decimal("12.50")
    assert d.ABANDON_TIME.of(totals) == Decimal("33.33")
    assert d.ATT.of(totals) == Decimal("150.50")


def test_ratios_of_dialling():
    dialled = DialTotals(attempts=8, answered=3, reached=7, not_dialled=2, talked=3, talk=100)
    assert (d.ASR.of(dialled), d.NER.of(dialled), d.ACD.of(dialled)) == (
        Decimal("37.50"), Decimal("87.50"), Decimal("33.33"),
    )  # fmt: skip


def test_two_decimals_half_up():
    assert percent(1, 800) == Decimal("0.13")  # 0.125: half even would say 0.12
    assert ratio(1, 3) == Decimal("0.33")
    assert ratio(5, 0) is None


_counts = st.integers(0, 10_000)
_some = st.builds(QueueTotals, offered=_counts, answered=_counts, answered_wait=_counts, longest_wait=_counts)


@given(st.lists(_some, max_size=6))
def test_totals_add_up_in_any_order(parts):
    one, other = QueueTotals.total(parts), QueueTotals.total(reversed(parts))
    assert one == other
    assert one.offered == sum(part.offered for part in parts)
    assert one.longest_wait == max([0, *(part.longest_wait for part in parts)])


def test_every_formula_names_inputs_that_exist():
    for metric in d.METRICS.values():
        for _, declared, name in metric.terms():
            assert declared or name in d.SUMMED, name
        assert all(name in d.INPUTS for name in metric.exclusions)


def _at(minute: int) -> datetime:
    return datetime(2026, 11, 22, 10, tzinfo=UTC) + timedelta(minutes=minute)


def test_concurrency_is_half_open():
    assert concurrency([]) == 0
    assert concurrency([(_at(0), _at(5)), (_at(5), _at(9))]) == 1
    assert concurrency([(_at(0), _at(6)), (_at(5), _at(9)), (_at(5), _at(5))]) == 2


def test_a_heat_cell_is_per_such_hour():
    start = datetime(2026, 11, 1, tzinfo=JERUSALEM)  # five Sundays and five Mondays
    hours = such_hours(start, datetime(2026, 12, 1, tzinfo=JERUSALEM), JERUSALEM)
    assert (hours[0, 9], hours[1, 9], hours[2, 9]) == (5, 5, 4)
    cells = heat({(0, 9): 12, (2, 9): 12}, hours)
    assert (cells[0, 9], cells[2, 9], cells[6, 3]) == (Decimal("2.40"), Decimal("3.00"), Decimal("0.00"))


def test_the_night_when_clocks_go_back_has_an_hour_twice():
    night = datetime(2025, 10, 26, tzinfo=JERUSALEM)  # a Sunday
    utc = night.astimezone(UTC)
    hours = such_hours(utc, datetime(2025, 10, 27, tzinfo=JERUSALEM).astimezone(UTC), JERUSALEM)
    assert hours[0, 1] == 2
    assert sum(hours.values()) == 25
