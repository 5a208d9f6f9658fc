"""A week without us (TARGETS T5): 425,000 rows at 10,000 an answer; and the simulated centre's own week, with both a
fiftieth of that."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from calls import sync, truth
from calls.models import SyncGap, SyncWindow
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.rate import SharedLimiter
from voicenter_console.sandbox.clock import STILL, Clock
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.http import application
from voicenter_console.sandbox.legs import Kind
from voicenter_console.voicenter import call_log
from voicenter_console.voicenter.records import rows_of_page
from voicenter_console.voicenter.terms import BY_ID
from voicenter_console.webhooks.models import Delivery

from .conftest import MORNING
from .dense import DenseCallLog

ANSWERS_A_WEEK = 42.5  # 425,000 rows at 10,000 each: what no plan can do with less


@pytest.fixture
def cloud(account: Account, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """A week of ordinary days, cut by night and weekend as a centre's are."""
    cloud = Cloud(code=account.code, clock=Clock(MORNING, STILL), scenario="quiet", history_days=7)
    monkeypatch.setattr(gateway, "transport", httpx.WSGITransport(app=application(cloud)))
    monkeypatch.setattr(gateway, "limiter", SharedLimiter(now=cloud.now, sleep=cloud.clock.advance))
    return cloud


def all_before_is_read(account: Account, start) -> None:
    """The ledger of an account whose pull stopped at `start`."""
    SyncWindow.objects.create(
        account=account, from_at=start - timedelta(days=28), to_at=start, state=SyncWindow.State.CLOSED,
        hits=0, rows=0, read_at=MORNING, settled=True,
    )  # fmt: skip


def what_came() -> set[tuple[str, str]]:
    """Call id and type of every row of every page that was kept."""
    came: set[tuple[str, str]] = set()
    for page in Delivery.objects.filter(channel=Delivery.Channel.CALL_LOG).iterator(chunk_size=5):
        rows = (call_log.outline(row, received_at=MORNING) for row in rows_of_page(page.bytes))
        came |= {(row.call_id, row.type) for row in rows}
    return came


@pytest.mark.slow
@pytest.mark.fault("F-37")
@pytest.mark.fault("F-39")
@pytest.mark.django_db
def test_425_000_rows_of_a_week_come_and_12_000_that_cannot_are_declared(account, monkeypatch):
    """At 20 requests a minute, in the provider's own time; 22,000 calls of one type began in one second of it."""
    clock = Clock(MORNING, STILL)
    log = DenseCallLog(clock, MORNING, rows=425_000, crowd=22_000)
    monkeypatch.setattr(gateway, "transport", httpx.MockTransport(log.answer))
    monkeypatch.setattr(gateway, "limiter", SharedLimiter(now=clock.now, sleep=clock.advance))
    all_before_is_read(account, MORNING - timedelta(days=7))

    report = sync.run(account, now=clock.now)

    took = clock.now() - MORNING
    print(f"{log.requests} requests, {log.refused} refused, {took} at 20 a minute")
    assert (report.refused, log.refused) == ("", 0)
    assert took <= timedelta(minutes=10)
    came = {call_id for call_id, _ in what_came()}
    wanted = {log.call_id(place) for place in range(len(log.seconds))}
    assert came <= wanted
    missing = wanted - came
    assert len(missing) == 12_000
    assert {call_id[:14] for call_id in missing} == {f"{log.crowded:%Y%m%d%H%M%S}"}
    assert list(SyncGap.objects.values_list("from_at", "missing")) == [(log.crowded, 12_000)]
    assert not SyncWindow.objects.exclude(state=SyncWindow.State.CLOSED).exists()
    assert truth.complete_until(account) > MORNING - timedelta(minutes=15)


@pytest.mark.slow
@pytest.mark.fault("F-39")
@pytest.mark.django_db
def test_a_week_heals_within_ten_minutes(account, cloud, plant, limit):
    week_ago = MORNING - timedelta(days=7)
    legs = cloud.visible_legs(week_ago, MORNING)
    most = int(len(legs) / ANSWERS_A_WEEK)
    limit(rows_a_request=most)
    crowded = MORNING - timedelta(days=2, hours=9)
    plant(most + 50, crowded, kind=Kind.OUTGOING)
    all_before_is_read(account, week_ago)
    wanted = {(leg.call_id, BY_ID[leg.kind].key) for leg in cloud.visible_legs(week_ago, MORNING)}

    report = sync.run(account, now=cloud.now)

    took = cloud.now() - MORNING
    said = f"{len(wanted)} rows, {most} an answer, {cloud.requests['call_log']} requests, {took}"
    assert not report.refused
    assert took <= timedelta(minutes=10), said
    assert cloud.requests["call_log error 1"] == 0
    missing = wanted - what_came()
    gap = SyncGap.objects.get()
    assert (gap.from_at, gap.missing) == (crowded, len(missing)), said
    assert 0 < gap.missing <= 50
    assert truth.complete_until(account) > MORNING - timedelta(minutes=15)
