"""Voicenter is dead: nobody waits for it, nobody is called, and the pages say how old what they show is (F-42)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from calls import dialling, sync
from calls.models import DialRequest, SyncState
from tests.voicenter.test_dead import Mute
from voicenter_console.organisation import gateway
from voicenter_console.organisation.breaker import FAILURES, FIRST, LONGEST, TRIAL, SharedBreaker
from voicenter_console.organisation.models import Account, Outage
from voicenter_console.voicenter import client

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 15, 8, 0, tzinfo=UTC)
HOST = "api.voicenter.com"


class Time:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def breaker(time: Time) -> SharedBreaker:
    return SharedBreaker(time.now)


@pytest.mark.fault("F-42")
def test_f42_three_silences_in_a_row_and_it_is_left_alone(breaker, time):
    for _ in range(FAILURES - 1):
        breaker.failed("a", HOST)
        assert breaker.wait("a", HOST) == 0
    breaker.failed("a", HOST)
    assert breaker.wait("a", HOST) == FIRST.total_seconds()
    # Another account, another host, are not concerned.
    assert breaker.wait("b", HOST) == breaker.wait("a", "monitor.voicenter.co.il") == 0


@pytest.mark.fault("F-42")
def test_f42_one_tries_for_all_and_an_answer_opens_the_door(breaker, time):
    for _ in range(FAILURES):
        breaker.failed("a", HOST)
    time.at += FIRST
    assert breaker.wait("a", HOST) == 0
    assert breaker.wait("a", HOST) == TRIAL.total_seconds()
    breaker.answered("a", HOST)
    assert breaker.wait("a", HOST) == 0
    assert not Outage.objects.exists()


@pytest.mark.fault("F-42")
def test_f42_each_further_silence_doubles_the_wait_up_to_five_minutes(breaker, time):
    waits = []
    for _ in range(FAILURES + 8):
        breaker.failed("a", HOST)
        waits.append(breaker.wait("a", HOST))
        time.at += timedelta(seconds=waits[-1])
    assert waits[: FAILURES - 1] == [0] * (FAILURES - 1)
    assert waits[FAILURES - 1 : FAILURES + 2] == [15, 30, 60]
    assert waits[-1] == LONGEST.total_seconds()


def test_whoever_tried_and_died_keeps_the_others_away_for_a_while_only(breaker, time):
    for _ in range(FAILURES):
        breaker.failed("a", HOST)
    time.at += FIRST
    assert breaker.wait("a", HOST) == 0
    time.at += TRIAL
    assert breaker.wait("a", HOST) == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_tries(breaker, time):
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("an in-memory SQLite has one connection")
    for _ in range(FAILURES):
        breaker.failed("a", HOST)
    time.at += FIRST
    let_through = []

    def ask() -> None:
        if breaker.wait("a", HOST) == 0:
            let_through.append(1)
        connection.close()

    workers = [threading.Thread(target=ask) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(let_through) == 1


@pytest.fixture
def hole(account: Account, monkeypatch: pytest.MonkeyPatch):
    """The account's cloud takes connections and says nothing; a tenth of a second stands for thirty."""
    monkeypatch.setattr(client, "READ_SECONDS", 0.1)
    monkeypatch.setattr(gateway, "transport", None)
    with Mute() as hole:
        account.hosts = {"base": f"http://{hole.address}"}
        account.save()
        yield hole


@pytest.mark.fault("F-42")
def test_f42_a_mute_cloud_holds_no_worker_rings_nobody_and_the_pages_stand(account, hole, dana, as_owner):
    time = Time()
    for _ in range(FAILURES + 3):
        assert sync.run(account, now=time.now).refused
        time.at += timedelta(hours=1)
    assert hole.connections == FAILURES
    assert "tried again" in SyncState.objects.get().error

    asked = dialling.dial(dana, "0545550118")
    assert dialling.send(asked.pk) is None
    asked.refresh_from_db()
    assert (asked.state, asked.error) == (DialRequest.State.REFUSED, "unreachable")
    assert hole.connections == FAILURES

    told = {page: as_owner.get(page) for page in ("/", "/calls/", "/deliveries/")}
    assert {answer.status_code for answer in told.values()} == {200}
    assert "Voicenter could not be reached" in told["/deliveries/"].content.decode()
    # How old what they show is: nothing was ever pulled.
    assert all("calls are shown as they are pushed" in answer.content.decode() for answer in told.values())
    assert hole.connections == FAILURES
