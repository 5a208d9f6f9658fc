"""A week without us (TARGETS T5): 425,000 rows at 10,000 an answer, here with both a fiftieth of that."""

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

ANSWERS_A_WEEK = 42.5  # 425,000 rows at 10,000 each: what no plan can do with less


@pytest.fixture
def cloud(account: Account, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """A week of ordinary days, cut by night and weekend as a centre's are."""
    cloud = Cloud(code=account.code, clock=Clock(MORNING, STILL), scenario="quiet", history_days=7)
    monkeypatch.setattr(gateway, "transport", httpx.WSGITransport(app=application(cloud)))
    monkeypatch.setattr(gateway, "limiter", SharedLimiter(now=cloud.now, sleep=cloud.clock.advance))
    return cloud


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
    SyncWindow.objects.create(
        account=account, from_at=week_ago - timedelta(days=28), to_at=week_ago, state=SyncWindow.State.CLOSED,
        hits=0, rows=0, read_at=MORNING, settled=True,
    )  # fmt: skip
    wanted = {(leg.call_id, BY_ID[leg.kind].key) for leg in cloud.visible_legs(week_ago, MORNING)}

    report = sync.run(account, now=cloud.now)

    took = cloud.now() - MORNING
    pages = Delivery.objects.filter(channel=Delivery.Channel.CALL_LOG)
    rows = [call_log.outline(row, received_at=MORNING) for page in pages for row in rows_of_page(page.bytes)]
    came = {(row.call_id, row.type) for row in rows}
    said = f"{len(wanted)} rows, {most} an answer, {cloud.requests['call_log']} requests, {took}"
    assert not report.refused
    assert took <= timedelta(minutes=10), said
    assert cloud.requests["call_log error 1"] == 0
    missing = wanted - came
    gap = SyncGap.objects.get()
    assert (gap.from_at, gap.missing) == (crowded, len(missing)), said
    assert 0 < gap.missing <= 50
    assert truth.complete_until(account) > MORNING - timedelta(minutes=15)
