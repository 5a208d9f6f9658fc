"""The pull against the simulated cloud: nothing missing, nothing doubled, nothing claimed that was not read."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.db.models import Q

from calls import sync, truth
from calls.models import Call, Cdr, CdrRecord, SyncWindow
from voicenter_console.jobs import stopping
from voicenter_console.sandbox.legs import Kind
from voicenter_console.sandbox.words import notification
from voicenter_console.webhooks import ingest, locks
from voicenter_console.webhooks.models import Delivery

from .conftest import MORNING

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def keys(legs) -> set[tuple[str, int]]:
    return {(leg.call_id, int(leg.kind)) for leg in legs}


def read() -> set[tuple[str, int]]:
    return set(Cdr.objects.values_list("call_uid", "type_id"))


def shown(cloud, by=None) -> set[tuple[str, int]]:
    """What the cloud's call log shows by now, or had begun to show by then."""
    legs = cloud.visible_legs(MORNING - timedelta(days=60), cloud.now())
    return keys(leg for leg in legs if by is None or cloud.timeline.told[leg.key].visible_at <= by)


def all_is_here(account, cloud) -> bool:
    """Everything that the cloud showed by the time up to which we say that all is here; and nothing invented."""
    return set() != shown(cloud, by=truth.complete_until(account)) <= read() <= shown(cloud)


def test_a_new_account_reaches_35_days_back_and_has_every_call(account, cloud, pull):
    report = pull()

    assert all_is_here(account, cloud)
    assert report.rows == Cdr.objects.count()
    assert SyncWindow.objects.order_by("from_at").first().from_at <= MORNING - timedelta(days=35)
    assert not SyncWindow.objects.exclude(state=SyncWindow.State.CLOSED).exists()
    assert cloud.now() - truth.complete_until(account) < timedelta(minutes=20)


def test_the_newest_is_read_first(account, cloud, pull, monkeypatch):
    asked = []
    ask = sync.Asker.ask
    monkeypatch.setattr(sync.Asker, "ask", lambda self, start, end: asked.append((start, end)) or ask(self, start, end))

    pull(take=False)

    assert asked == sorted(asked, reverse=True)
    assert len(asked) == 7


def test_every_tick_reads_the_last_hours_again_by_one_question(account, cloud, pull):
    pull(take=False)
    cloud.clock.advance(300)
    before = cloud.requests["call_log"]

    for _ in range(10):
        pull(take=False)
        cloud.clock.advance(300)

    assert cloud.requests["call_log"] - before <= 11  # one more for the hour
    assert cloud.now() - truth.complete_until(account) <= timedelta(minutes=16)


def test_a_page_that_says_nothing_new_is_nearly_free(account, cloud, pull, count_queries):
    night = (MORNING - HOUR, MORNING - HOUR / 2)
    cloud.clock.advance(12 * 3600)
    pull(only=night)
    changed = set(Cdr.objects.values_list("pk", "changed_at"))

    queries = count_queries(lambda: pull(only=night))

    assert Delivery.objects.get(rows_came(account)).times == 2
    assert set(Cdr.objects.values_list("pk", "changed_at")) == changed != set()
    assert queries < 40


def rows_came(account) -> Q:
    return Q(account=account, channel=Delivery.Channel.CALL_LOG)


@pytest.mark.slow
@pytest.mark.fault("F-40")
@pytest.mark.parametrize(
    ("late", "every"),
    [
        (timedelta(hours=2), timedelta(minutes=5)),
        (timedelta(hours=20), timedelta(hours=1)),
        (timedelta(days=6), timedelta(days=1)),
        (timedelta(days=20), timedelta(days=7)),
    ],
)
def test_a_row_that_appears_late_is_found_by_the_next_reading(account, cloud, pull, plant, late, every):
    (leg,) = plant(1, MORNING - timedelta(minutes=10), late=late.total_seconds())
    appears = leg.ended + late
    pull(take=False)
    cloud.clock.advance((appears - cloud.now()).total_seconds() - 60)
    pull()
    assert keys([leg]).isdisjoint(read())

    for _ in range(4):
        cloud.clock.advance(every.total_seconds() / 4)
        pull()

    assert keys([leg]) <= read()


@pytest.mark.fault("F-39")
def test_after_a_day_without_us_the_hole_heals(account, cloud, pull):
    pull(take=False)
    cloud.clock.advance(26 * 3600)
    stood = truth.complete_until(account)
    assert stood < MORNING + HOUR

    pull()

    assert truth.complete_until(account) > MORNING + timedelta(hours=25, minutes=45)
    assert all_is_here(account, cloud)


def test_reading_an_old_window_again_never_throws_the_truth_back(account, cloud, pull):
    pull(take=False)
    for _ in range(3):
        cloud.clock.advance(3600)
        pull(take=False)
    until = truth.complete_until(account)

    cloud.clock.advance(60)
    cloud.faults.change(html=True)
    pull(pressed=True, only=(MORNING - timedelta(days=20), cloud.now()), take=False)

    assert truth.complete_until(account) == until


@pytest.mark.slow
def test_the_ledger_stays_small(account, cloud, pull):
    pull(take=False)
    for _ in range(40):
        cloud.clock.advance(300)
        pull(take=False)
    cloud.clock.advance(40 * 86400)
    pull(take=False)
    cloud.clock.advance(86400)
    pull(take=False)

    windows = list(SyncWindow.objects.order_by("from_at"))
    assert len(windows) < 60
    assert all(one.to_at == other.from_at for one, other in pairwise(windows))
    assert windows[0].from_at <= MORNING - timedelta(days=35)


def test_pages_are_forgotten_after_35_days_and_what_they_said_is_not(account, cloud, pull):
    pull(only=(MORNING - HOUR, MORNING))
    legs, page = Cdr.objects.count(), Delivery.objects.get()
    cloud.clock.advance(34 * 86400)
    pull(only=(MORNING - 3 * HOUR, MORNING - 2 * HOUR))
    assert Delivery.objects.filter(pk=page.pk).exists()

    cloud.clock.advance(2 * 86400)
    pull(only=(MORNING - 3 * HOUR, MORNING - 2 * HOUR))

    assert not Delivery.objects.filter(pk=page.pk).exists()
    assert Cdr.objects.count() == legs == CdrRecord.objects.filter(delivery=None).count() > 0


def test_one_pull_of_an_account_at_a_time(account, cloud, pull):
    holds, done = threading.Event(), threading.Event()

    def other() -> None:
        with locks.puller(account.pk) as held:
            assert held
            holds.set()
            done.wait(30)
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    assert holds.wait(30)
    busy = pull().busy
    done.set()
    thread.join()

    assert busy
    assert not cloud.requests["call_log"]
    assert not pull().busy


@pytest.mark.parametrize("end", ["it takes too long", "its worker is told to end"])
def test_a_pull_that_ends_early_goes_on_with_the_next(account, cloud, pull, monkeypatch, end):
    with monkeypatch.context() as patch:
        patch.setattr(stopping, "asked", lambda: end == "its worker is told to end")
        pull(longest=timedelta(seconds=1) if end == "it takes too long" else None, take=False)
    assert SyncWindow.objects.filter(state=SyncWindow.State.OPEN).exists()
    assert truth.complete_until(account) is None

    pull(take=False)

    assert truth.complete_until(account) > MORNING - HOUR


def test_voicenter_is_asked_again_for_one_call(account, cloud, pull):
    (leg, *_) = [leg for leg in cloud.visible_legs(MORNING - HOUR, MORNING) if leg.kind == Kind.QUEUE]
    cloud.faults.change(hide_ids=[leg.call_id])
    other = cloud.visible_legs(MORNING - HOUR, MORNING)[0]
    account.calls.create(started_at=leg.started, direction="in").ids.create(account=account, call_uid=leg.call_id)
    assert sync.ask_again(Call.objects.get(), now=cloud.now) == 0
    cloud.faults.clear()

    assert sync.ask_again(Call.objects.get(), now=cloud.now) >= 1
    ingest.drain(account)

    assert keys([leg]) <= read()
    assert other.call_id == leg.call_id or keys([other]).isdisjoint(read())


def test_push_then_pull_equals_pull_then_push(account, cloud, pull, push):
    """The same rows, whatever came first (T4)."""
    cloud.clock.advance(3600)
    legs = cloud.visible_legs(MORNING - HOUR, MORNING)
    pushes = [notification(leg, cloud.centre.top, cloud.dialect) for leg in legs]
    said = {"cloud": cloud, "ids": {leg.call_id for leg in legs}}

    push(*pushes)
    pull(only=(MORNING - 5 * HOUR, MORNING))
    pushed_first = rows_of(**said)
    Call.objects.all().delete()
    Delivery.objects.all().delete()
    assert not Cdr.objects.exists()
    pull(only=(MORNING - 5 * HOUR, MORNING))
    push(*pushes)

    assert rows_of(**said) == pushed_first
    assert len(pushed_first) == len(legs) > 60


def rows_of(cloud, ids) -> dict:
    beside = {"id", "call", "changed_at", "agent", "line", "department"}
    names = [field.name for field in Cdr._meta.concrete_fields if field.name not in beside]
    return {
        (cdr.call_uid, cdr.type): [getattr(cdr, name) for name in names] for cdr in Cdr.objects.filter(call_uid__in=ids)
    }
