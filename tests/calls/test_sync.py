"""The pull against the simulated cloud: nothing missing, nothing doubled, nothing claimed that was not read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calls import sync, truth
from calls.models import Call, Cdr, SyncGap, SyncState, SyncWindow
from voicenter_console.sandbox.words import notification
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


def test_the_newest_is_read_first(account, cloud, pull):
    cloud.faults.change(wrong_code=True)
    pull()
    cloud.faults.clear()
    asked = []
    with pytest.MonkeyPatch.context() as patch:
        ask = sync.pull.Asker.ask
        patch.setattr(sync.pull.Asker, "ask", lambda self, start, end, **more: asked.append(end) or ask(self, start, end))
        pull(pressed=True)

    backfill = [end for end in asked if end < MORNING]
    assert backfill == sorted(backfill, reverse=True)
    assert len(backfill) >= 34


def test_every_tick_reads_the_last_hours_again_and_only_those(account, cloud, pull):
    pull()
    cloud.clock.advance(300)
    before = cloud.requests["call_log"]

    for _ in range(10):
        pull()
        assert all_is_here(account, cloud)
        cloud.clock.advance(300)

    assert cloud.requests["call_log"] - before <= 11  # one more for the hour
    assert cloud.now() - truth.complete_until(account) <= timedelta(minutes=16)


def test_a_page_that_says_nothing_new_is_nearly_free(account, cloud, pull, count_queries):
    pull()
    cloud.clock.advance(3 * 3600)
    pull()
    stored = Delivery.objects.count()
    changed = set(Cdr.objects.values_list("pk", "changed_at"))
    cloud.set_scenario("quiet")

    pull(only=(MORNING - 5 * HOUR, MORNING - 2 * HOUR))
    kept = Delivery.objects.count()
    queries = count_queries(lambda: pull(only=(MORNING - 5 * HOUR, MORNING - 2 * HOUR)))

    assert (kept - stored, Delivery.objects.count()) == (1, kept)
    assert set(Cdr.objects.values_list("pk", "changed_at")) == changed
    assert queries < 40


def test_push_then_pull_equals_pull_then_push(account, cloud, pull, push):
    """The same rows, whatever came first (T4)."""
    legs = cloud.visible_legs(MORNING - 4 * HOUR, MORNING - HOUR)[:60]
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
    assert len(pushed_first) >= 60


def rows_of(cloud, ids) -> dict:
    beside = {"id", "call", "changed_at", "agent", "line", "department"}
    names = [field.name for field in Cdr._meta.concrete_fields if field.name not in beside]
    return {(cdr.call_uid, cdr.type): [getattr(cdr, name) for name in names] for cdr in Cdr.objects.filter(call_uid__in=ids)}
