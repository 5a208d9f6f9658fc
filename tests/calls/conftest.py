"""A cloud of the account's own, in this process, and the pull in its time: nobody waits for real."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
import pytest

from calls import sync
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.rate import SharedLimiter
from voicenter_console.sandbox.clock import STILL, Clock
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.http import application
from voicenter_console.sandbox.legs import Kind, Leg, call_id
from voicenter_console.sandbox.scenarios import Scenario
from voicenter_console.webhooks import ingest

MORNING = datetime(2025, 7, 16, 8, 0, tzinfo=UTC)  # a Wednesday, 11:00 in Israel


NEARLY_SILENT = Scenario("nearly silent", rate=2, floor=0.5, gap=None)


@pytest.fixture
def cloud(account: Account, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Stands still on a summer morning, after an hour of calls; few follow; its clock is the limiter's, too."""
    cloud = Cloud(code=account.code, clock=Clock(MORNING - timedelta(hours=1), STILL), scenario="quiet")
    monkeypatch.setattr(gateway, "transport", httpx.WSGITransport(app=application(cloud)))
    monkeypatch.setattr(gateway, "limiter", SharedLimiter(now=cloud.now, sleep=cloud.clock.advance))
    cloud.timeline.catch_up()
    cloud.clock.advance(3600)
    cloud.timeline.change_to(NEARLY_SILENT)
    return cloud


@pytest.fixture
def pull(account: Account, cloud: Cloud) -> Callable[..., sync.Report]:
    """Pull in the cloud's time, and (`take`) ingest what came."""

    def pulled(*, take: bool = True, **options) -> sync.Report:
        report = sync.run(account, now=cloud.now, **options)
        if take:
            ingest.drain(account)
        return report

    return pulled


@pytest.fixture
def plant(cloud: Cloud) -> Callable[..., list[Leg]]:
    """Put calls into the past: `count` of them, `step` seconds apart from `at` on, `late` seconds until they show."""

    def planted(count: int, at: datetime, *, kind: Kind = Kind.INCOMING, step: float = 0, late: float = 0, **more):
        rng = Random(f"{count}:{at}:{kind}")
        legs = []
        for number in range(count):
            began = at + timedelta(seconds=number * step)
            leg = Leg(call_id(rng, began), kind, began, "ANSWER", talk=5, caller="0545550118", target="0772255133",
                      department=cloud.centre.top, **more)  # fmt: skip
            legs.append(leg)
        cloud.timeline.expect(legs)
        cloud.timeline.catch_up()
        for leg in legs:
            told = cloud.timeline.told[leg.key]
            cloud.timeline.told[leg.key] = replace(told, visible_at=leg.ended + timedelta(seconds=late))
        return legs

    return planted


@pytest.fixture
def limit(cloud: Cloud) -> Callable[..., None]:
    """Make the cloud stricter: rows an answer, requests a minute."""

    def limited(**limits: int) -> None:
        cloud.timeline.scenario = replace(cloud.scenario, **limits)

    return limited
