"""Rollups: whatever happens to a call, the figures are right before the next sweep and after it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction

from calls.metrics import dirty, rollups
from calls.models import Call, Cdr, DirtyHour, QueueDay, QueueHour
from tests.calls.telling import NOON, pull, push, tell
from tests.fixtures.voicenter.spelling import pulled, pushed
from voicenter_console.organisation.models import Department

pytestmark = pytest.mark.django_db
DAY = {"from": "2026-11-22", "to": "2026-11-22"}
COUNTS = ("offered", "answered", "abandoned", "flowed_out", "service_level", "asa_seconds", "abandon_rate")


def both_ways(report, **query):
    """The figures from legs and from rollups, which must be the same; those."""
    before = report(**(query or DAY))
    rollups.sweep()
    assert not DirtyHour.objects.exists()
    assert report(**(query or DAY)) == before
    return before


def test_a_day_of_calls(queue_call, report):
    queue_call(NOON, wait=20)
    queue_call(NOON + timedelta(minutes=1), wait=21)
    queue_call(NOON + timedelta(hours=2), "ABANDONE", wait=30, caller="0545550119")
    queue_call(NOON + timedelta(hours=2), "ABANDONE", wait=4)
    queue_call(NOON + timedelta(hours=3), "EXIT", wait=50)

    (row,) = both_ways(report)

    assert row | {"service_level_definition": "sl.default v1"} == row
    counts = [row[name] for name in ("offered", "answered", "abandoned", "short_abandoned", "flowed_out")]
    assert counts == [5, 2, 2, 1, 1]
    assert row["service_level"] == 33.33  # 1 of 2 + 2 - 1
    assert row["asa_seconds"] == 20.5
    assert (row["abandon_rate"], row["abandon_rate_net"]) == (40.0, 25.0)
    assert (row["queue_id"], row["queue_name"]) == (7, "Service")
    assert QueueHour.objects.count() == 3
    assert QueueDay.objects.get().offered == 5


def test_a_doubled_call_counts_once(queue_call, report, account):
    said = pushed(NOON, call_id="20261122120000x", type="Queue", status="ANSWER", wait=3, duration=9)
    tell(account, push(said))
    once = both_ways(report)
    tell(account, push(said), push({**said}))
    assert not DirtyHour.objects.exists()  # nothing changed, so nothing is added up again
    assert both_ways(report) == once


def test_a_late_call_comes_into_its_own_hour(queue_call, report):
    queue_call(NOON)
    both_ways(report)
    queue_call(NOON - timedelta(days=3), "ABANDONE")
    assert [row["offered"] for row in both_ways(report)] == [1]
    assert [row["abandoned"] for row in both_ways(report, **{"from": "2026-11-19", "to": "2026-11-22"})] == [1]


def test_a_corrected_call_moves_to_the_other_hour_and_queue(account, report):
    uid = "corrected-0001"
    tell(account, push(pushed(NOON, call_id=uid, type="Queue", status="ABANDONE", wait=9, queue_name="Sales")))
    both_ways(report)
    right = pulled(NOON - timedelta(hours=5), call_id=uid, type="Queue", type_id=8, status="ANSWER", duration=50,
                   queue_name="Service")  # fmt: skip
    tell(account, pull(right))

    (row,) = both_ways(report)

    assert (row["queue_name"], row["answered"], row["abandoned"]) == ("Service", 1, 0)
    assert list(QueueHour.objects.values_list("hour", flat=True)) == [NOON - timedelta(hours=5)]


def test_an_erased_call_counts_no_more(queue_call, report, account):
    queue_call(NOON)
    queue_call(NOON, "ABANDONE")
    both_ways(report)
    with transaction.atomic():
        gone = Cdr.objects.filter(status="ABANDONE")
        dirty.mark(account, gone.values_list("started_at", flat=True))
        Call.objects.filter(pk__in=gone.values("call")).delete()
    assert [(row["offered"], row["abandoned"]) for row in both_ways(report)] == [(1, 0)]


def test_a_call_whose_department_changes_takes_its_figures_along(account, queue_call, as_rina, report):
    uid = queue_call(NOON)
    rollups.sweep()
    assert as_rina.get("/api/v1/reports/queues/", DAY).json()["results"][0]["offered"] == 1
    said = pulled(NOON, call_id=uid, type="Queue", type_id=8, status="ANSWER", queue_name="Service", department_id=99)
    tell(account, pull(said))
    for _ in ["before the sweep", "after it"]:
        assert as_rina.get("/api/v1/reports/queues/", DAY).json()["results"] == []
        rollups.sweep()
    assert both_ways(report)[0]["offered"] == 1


def test_a_pull_that_lacks_the_queue_number_is_the_queue_last_seen_with_that_name(account, queue_call, report):
    queue_call(NOON)
    said = pulled(NOON, call_id="by-name", type="Queue", type_id=8, status="ANSWER", duration=9, queue_name="Service")
    tell(account, pull(said))
    (row,) = both_ways(report)
    assert (row["queue_id"], row["offered"], row["wait_unknown"], row["asa_seconds"]) == (7, 2, 1, 7.0)
    queue_call(NOON + timedelta(hours=1), queue_name="Customer service")
    assert [row["queue_name"] for row in both_ways(report)] == ["Customer service"]


def test_internal_calls_stay_out(queue_call, report):
    queue_call(NOON)
    queue_call(NOON, "ABANDONE", caller="204")
    (row,) = both_ways(report)
    assert (row["offered"], row["abandoned"]) == (1, 0)
    assert QueueDay.objects.get().internal == 1


def test_what_changes_while_it_is_added_up_stays_dirty(queue_call, account, report, monkeypatch):
    queue_call(NOON)
    days = rollups._days

    def interrupted(account):
        listed = days(account)
        queue_call(NOON, "ABANDONE")
        return listed

    monkeypatch.setattr(rollups, "_days", interrupted)
    assert rollups.sweep() == 0
    monkeypatch.undo()
    assert not QueueHour.objects.exists()
    assert DirtyHour.objects.get().generation == 2
    assert [row["offered"] for row in report(**DAY)] == [2]
    assert [row["offered"] for row in both_ways(report)] == [2]


def test_an_hour_that_changes_beside_those_that_are_added_up_counts_in_its_day(queue_call, account, report):
    queue_call(NOON)
    (listed,) = rollups._days(account)
    queue_call(NOON + timedelta(hours=1), "ABANDONE")
    assert rollups.add_up(account, *listed)
    assert [row["offered"] for row in report(**DAY)] == [2]
    assert [row["offered"] for row in both_ways(report)] == [2]


def test_a_sweep_that_dies_halfway_leaves_all_as_it_was(queue_call, report, monkeypatch):
    queue_call(NOON)
    both_ways(report)
    queue_call(NOON, "ABANDONE")
    write = rollups._write

    def dies(cube, *rest):
        write(cube, *rest)
        raise RuntimeError("killed")

    monkeypatch.setattr(rollups, "_write", dies)
    with pytest.raises(RuntimeError):
        rollups.sweep()
    monkeypatch.undo()
    assert QueueHour.objects.get().offered == 1
    assert [row["offered"] for row in both_ways(report)] == [2]


def test_adding_up_twice_changes_nothing(queue_call, account):
    queue_call(NOON)
    rollups.sweep()
    rows = list(QueueHour.objects.values("hour", "offered", "answered"))
    dirty.mark_all(account)
    rollups.sweep()
    assert list(QueueHour.objects.values("hour", "offered", "answered")) == rows


def test_an_account_that_moves_to_another_zone_has_other_days(queue_call, account, report):
    queue_call(NOON.replace(hour=23))  # Monday in Israel
    assert [row["offered"] for row in both_ways(report, **{"from": "2026-11-23", "to": "2026-11-23"})] == [1]
    account.zone = "Asia/Kolkata"
    account.save()
    queue_call(NOON.replace(hour=18, minute=29))  # a minute before midnight there
    assert [row["offered"] for row in both_ways(report)] == [1]
    assert {row.day for row in QueueDay.objects.all()} == {date(2026, 11, 22), date(2026, 11, 23)}


def test_a_deleted_department_leaves_its_calls_to_nobody(queue_call, service, report):
    queue_call(NOON)
    rollups.sweep()
    Department.objects.get(pk=service.pk).delete()
    assert [row["offered"] for row in both_ways(report)] == [1]


def test_a_year_is_read_in_few_queries(queue_call, account, report, count_queries):
    for number in range(3):
        queue_call(NOON - timedelta(days=40 * number))
    rollups.sweep()
    year = {"from": "2026-01-01", "to": "2026-12-31"}
    few = count_queries(lambda: report(**year))
    for number in range(9):
        queue_call(NOON - timedelta(days=30 * number), queue_id=number + 1, queue_name=f"Queue {number}")
    rollups.sweep()
    assert count_queries(lambda: report(**year)) == few
