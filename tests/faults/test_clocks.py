"""F-13: a host's clock jumps, or two hosts disagree. The database's clock measures the leases, ids give the order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest
import time_machine
from django.db.models.functions import Now
from django.utils import timezone

from calls.board import lease
from calls.models import Cdr, LiveBoard
from tests.faults import traffic
from voicenter_console.jobs import claims
from voicenter_console.jobs.models import Job
from voicenter_console.notifications import post, sending
from voicenter_console.notifications.models import Dispatch, Endpoint
from voicenter_console.organisation import breaker
from voicenter_console.organisation.breaker import SharedBreaker
from voicenter_console.webhooks import ingest
from voicenter_console.webhooks.models import Delivery

pytestmark = [pytest.mark.django_db, pytest.mark.fault("F-13")]
WRONG = [timedelta(days=1), timedelta(days=-1), timedelta(minutes=5), timedelta(minutes=-5)]


def host(wrong: timedelta) -> time_machine.travel:
    """What runs inside runs on a host whose clock is `wrong`."""
    return time_machine.travel(datetime.now(UTC) + wrong)


@pytest.fixture(params=WRONG, ids=str)
def wrong(request: pytest.FixtureRequest) -> timedelta:
    return request.param


@pytest.fixture
def kind() -> str:
    claims.register("tests.clock", lambda progress: None)
    yield "tests.clock"
    del claims._runners["tests.clock"]


@pytest.mark.parametrize("holder_is_wrong", [False, True])
def test_a_job_s_lease_is_stolen_by_no_clock_and_ends_when_it_ran_out(kind, wrong, holder_is_wrong):
    holder, other = (wrong, timedelta(0)) if holder_is_wrong else (timedelta(0), wrong)
    with host(holder):
        job = claims.enqueue(kind, "a job")
        progress = claims.Progress(claims.claim(job.pk))
        progress.report(1, 2)
    with host(other):
        assert claims.due() == []
        assert claims.claim(job.pk) is None

    Job.objects.update(lease_until=Now() - timedelta(seconds=1))
    with host(other):
        assert claims.due() == [job.pk]
        assert claims.claim(job.pk).attempts == 2


def test_a_job_that_is_asked_for_is_due_at_once_on_every_host(kind, wrong):
    with host(wrong):
        here = claims.enqueue(kind, "asked by the wrong host")
    assert claims.claim(here.pk)
    there = claims.enqueue(kind, "asked by the right host")
    with host(wrong):
        assert claims.claim(there.pk)


@pytest.mark.parametrize("holder_is_wrong", [False, True])
def test_an_account_has_one_collector_whatever_its_host_s_clock_says(account, wrong, holder_is_wrong):
    holder, other = (wrong, timedelta(0)) if holder_is_wrong else (timedelta(0), wrong)
    one, two = uuid4(), uuid4()
    with host(holder):
        assert lease.claim(account.pk, one)
        lease.renew(one)
    with host(other):
        assert not lease.claim(account.pk, two)

    LiveBoard.objects.update(lease_until=Now() - timedelta(seconds=1))
    with host(holder):
        lease.renew(one)  # too late
    with host(other):
        assert lease.claim(account.pk, two)
    with host(holder):
        assert not lease.claim(account.pk, one)


@pytest.mark.parametrize("sender_is_wrong", [False, True])
def test_a_notice_is_due_at_once_and_sent_by_one_whatever_its_host_s_clock_says(
    account, wrong, sender_is_wrong, monkeypatch
):
    """While one host sends, another whose clock is ahead does not send it too."""
    sender, other = (wrong, timedelta(0)) if sender_is_wrong else (timedelta(0), wrong)
    endpoint = Endpoint.objects.create(account=account, name="CRM", url="https://hooks.example.org/", kinds=["a.kind"])
    monkeypatch.setattr(sending, "_hint", lambda pk: None)
    with host(other):
        sending.notify(account, "a.kind", "a key", {})
    (pk,) = sending.due()
    sent = []

    def meanwhile(dispatch, now):
        sent.append(dispatch.pk)
        if len(sent) == 1:
            with host(other):
                assert sending.due() == []
                sending.send(pk)
        return post.Answer(204, "", None)

    monkeypatch.setattr(post, "send", meanwhile)
    with host(sender):
        sending.send(pk)
    assert sent == [pk]
    assert Dispatch.objects.get(endpoint=endpoint).state == "sent"


def test_a_clock_that_was_wrong_leaves_no_host_alone_for_long(db):
    ahead, right = SharedBreaker(lambda: timezone.now() + timedelta(days=1)), SharedBreaker()
    for _ in range(breaker.FAILURES):
        ahead.failed("account-1", "api.voicenter.com")
    assert right.wait("account-1", "api.voicenter.com") == 0
    assert right.wait("account-1", "api.voicenter.com") > 0  # that one tries for all


def test_a_body_is_due_at_once_on_every_host_and_taken_by_one(post_hook, account, a_push, wrong):
    with host(wrong):
        post_hook(a_push)
    (taken,) = ingest._take(account)
    with host(wrong):
        assert ingest._take(account) == []  # its worker may still be at it

    Delivery.objects.update(due_at=Now())
    with host(wrong):
        assert ingest._take(account) == [taken]
    assert ingest._take(account) == []


def test_a_day_through_jumping_clocks_is_the_same_day(post_hook, account):
    """Every body comes to a host with another clock, and is ingested on another."""
    day, rng = traffic.day(60), Random(13)
    for message in day.messages:
        with host(rng.choice(WRONG)):
            assert post_hook(message.body, message.content_type).status_code == 200
        with host(rng.choice(WRONG)):
            ingest.drain(account)

    assert not Delivery.objects.exclude(state="done").exists()
    rows = Cdr.objects.values_list("call_uid", "type_id", "status", "started_at", "talk_seconds")
    assert sorted(rows) == sorted(fact.row for fact in day.facts)
    families: dict[int, set[tuple[str, int]]] = {}
    for call, *key in Cdr.objects.values_list("call_id", "call_uid", "type_id"):
        families.setdefault(call, set()).add(tuple(key))
    assert {frozenset(keys) for keys in families.values()} == day.families()


@pytest.mark.parametrize("dated", [timedelta(days=2), timedelta(days=400), timedelta(days=160_000)], ids=str)
def test_a_stamp_of_the_future_is_flagged_and_its_id_believed(push, a_push, dated):
    ahead = int((timezone.now() + dated).timestamp())
    push({**a_push, "time": ahead})
    cdr = Cdr.objects.get()
    assert cdr.time_uncertain
    assert cdr.started_at < timezone.now()
