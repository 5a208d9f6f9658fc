"""One bucket for all processes: 20 requests a minute, never 31 (FAULTS F-34)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import time_machine
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from calls import tasks
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account, RateBucket
from voicenter_console.organisation.rate import BURST, PER_MINUTE, SharedLimiter, first_in
from voicenter_console.sandbox.clock import Clock
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.http import application
from voicenter_console.voicenter import call_log

START = datetime(2025, 7, 16, 8, 0, tzinfo=UTC)


class Time:
    """A clock that a sleep moves."""

    def __init__(self) -> None:
        self.at = START
        self.slept = 0.0

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def limiter(db: None, time: Time) -> SharedLimiter:
    return SharedLimiter(now=time.now, sleep=time.sleep)


def test_no_minute_holds_more_than_the_burst_and_the_rate(limiter, time):
    sent = []
    for _ in range(100):
        limiter.wait("one", 1)
        sent.append(time.at)

    fullest = max(sum(at <= other < at + timedelta(minutes=1) for other in sent) for at in sent)
    assert fullest <= PER_MINUTE + BURST < 30
    assert sent[-1] - sent[0] == pytest.approx(timedelta(seconds=(100 - BURST) * 3), abs=timedelta(seconds=1))


def test_accounts_do_not_wait_for_each_other(limiter, time):
    for _ in range(BURST + 3):
        limiter.wait("one", 1)
    slept = time.slept
    limiter.wait("other", 1)
    assert time.slept == slept > 0


def test_a_back_off_holds_for_everybody(limiter, time):
    limiter.wait("one", 1)
    limiter.back_off("one", 60)
    SharedLimiter(now=time.now, sleep=time.sleep).wait("one", 1)
    assert time.slept == pytest.approx(60, abs=0.1)


def test_a_clock_that_was_wrong_does_not_stop_us_for_long(limiter, time):
    RateBucket.objects.create(key="one", tokens=0, at=START + timedelta(days=1))
    limiter.wait("one", 1)
    assert time.slept < 10


@pytest.mark.slow
@pytest.mark.fault("F-34")
@pytest.mark.django_db(transaction=True)
def test_ten_workers_pull_and_none_is_refused(account: Account, monkeypatch: pytest.MonkeyPatch):
    """Sixty times as fast as life, so that what a thread takes to come from its token to the cloud counts, too."""
    clock = Clock(START, speed=60)
    cloud = Cloud(code=account.code, clock=clock, scenario="quiet")
    monkeypatch.setattr(gateway, "transport", httpx.WSGITransport(app=application(cloud)))
    pause = threading.Event()
    limiter = SharedLimiter(now=clock.now, sleep=lambda seconds: pause.wait(seconds / 60))
    monkeypatch.setattr(gateway, "limiter", limiter)
    failures: list[Exception] = []

    def worker() -> None:
        try:
            with gateway.client(account) as client:
                for _ in range(6):
                    call_log.page(client, from_=START - timedelta(hours=1), to=START)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=worker) for _ in range(10)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()

    assert failures == []
    assert cloud.requests["call_log"] == 60
    assert cloud.requests["call_log error 1"] == 0


@pytest.mark.fault("F-33")
@pytest.mark.django_db
def test_of_two_beats_the_later_one_finds_its_turn_taken():
    """Whatever the hosts' clocks say: the database's tells."""
    minute = timedelta(minutes=1)
    assert first_in(minute, "a thing")
    assert first_in(minute, "another")
    for wrong in (timedelta(0), timedelta(days=1), timedelta(days=-1)):
        with time_machine.travel(timezone.now() + wrong):
            assert not first_in(minute, "a thing")
    RateBucket.objects.update(at=Now() - timedelta(seconds=50))  # a beat may be early
    assert first_in(minute, "a thing")
    assert not first_in(minute, "a thing")


@pytest.mark.slow
@pytest.mark.fault("F-33")
@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_ask_for_a_turn_at_once_one_has_it():
    start, had = threading.Barrier(20), []

    def ask() -> None:
        start.wait()
        had.append(first_in(timedelta(minutes=1), "a thing"))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(had) == [False] * 19 + [True]


@pytest.mark.fault("F-33")
@pytest.mark.django_db
def test_two_beats_pull_and_read_lists_as_often_as_one(account: Account, monkeypatch: pytest.MonkeyPatch):
    asked = []
    monkeypatch.setattr(tasks.sync_account, "apply_async", lambda arguments, **_: asked.append("pull"))
    monkeypatch.setattr(tasks.mirror_account, "apply_async", lambda arguments, **_: asked.append("lists"))
    for _ in range(2):
        tasks.sync_call_log()
        tasks.mirror()
    assert sorted(asked) == ["lists", "pull"]
