"""F-23, F-24: what one way alone told of is listed, kept, and above a thousandth of a week it is said first."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from calls.health import agreement
from calls.models import Cdr
from tests.calls.conftest import MORNING
from tests.calls.telling import push, tell
from tests.fixtures.voicenter.spelling import call_id, pushed

pytestmark = pytest.mark.django_db


def told_of(client, day: str, way: str) -> set[str]:
    return {leg.call_uid for leg in client.get(f"/deliveries/?day={day}").context["alone"][way]}


def push_again(account, legs) -> None:
    tell(account, [push(pushed(leg.started, call_id=leg.call_id, type="Incoming Call", status="ANSWER", duration=5,
                               caller="0545550118")) for leg in legs])  # fmt: skip


@pytest.mark.fault("F-23")
def test_pushes_that_never_came_are_filled_in_by_the_pull_and_listed(as_owner, account, cloud, pull, plant):
    legs = plant(100, MORNING - timedelta(minutes=50), step=20)
    push_again(account, legs[5:])  # 5 % never arrived
    pull()
    missed = {leg.call_id for leg in legs[:5]}
    assert {leg.call_id for leg in legs} <= set(Cdr.objects.values_list("call_uid", flat=True))
    alone = {leg.call_uid for leg in Cdr.objects.filter(sources=["pull"])}  # the cloud's own calls are among them
    with time_machine.travel(MORNING):
        newest = Cdr.objects.filter(sources=["pull"]).order_by("-started_at", "-pk")[: agreement.MOST_LISTED]
        assert told_of(as_owner, "2025-07-16", "pull") == {leg.call_uid for leg in newest}
    assert missed <= alone
    assert not alone & {leg.call_id for leg in legs[5:]}


@pytest.mark.fault("F-24")
def test_pushes_that_the_pull_never_shows_are_kept_listed_after_a_day_and_said_first(as_owner, account, cloud, pull):
    invented = [call_id(MORNING - timedelta(minutes=n), f"{n:018d}") for n in range(20)]
    tell(account, [push(pushed(MORNING - timedelta(minutes=n), call_id=uid, type="Queue", status="ANSWER",
                               caller="0545550118")) for n, uid in enumerate(invented)])  # fmt: skip
    pull()
    with time_machine.travel(MORNING + timedelta(hours=23)):
        assert told_of(as_owner, "2025-07-16", "push") == set()
    cloud.clock.advance(2 * 86400)
    for _ in range(3):
        pull()
    with time_machine.travel(cloud.now()):
        page = as_owner.get("/deliveries/?day=2025-07-16")
        listed = {leg.call_uid for leg in page.context["alone"]["push"]}
        assert listed == set(invented)
        assert page.context["answer"].tone == "miss"
        assert "20 calls were pushed that the call log does not show" in page.content.decode()
    assert Cdr.objects.filter(call_uid__in=invented).count() == 20


@pytest.mark.fault("F-24")
def test_a_thousandth_is_no_alarm(as_owner, account, cloud, pull, plant):
    legs = plant(50, MORNING - timedelta(minutes=50), step=20)
    push_again(account, legs)
    pull()
    with time_machine.travel(MORNING + timedelta(days=1, hours=2)):
        assert told_of(as_owner, "2025-07-16", "push") == set()
        assert "that the call log does not show" not in as_owner.get("/deliveries/").content.decode()
