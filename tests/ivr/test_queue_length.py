"""How many wait, asked while a caller waits: by the collector's snapshot, where it is fresh."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connections
from django.utils import timezone

from calls.board.state import Board
from calls.models import LiveBoard
from ivr import knowing, publishing, shelf
from ivr.models import Binding, Flow
from ivr.runtime import Unknown
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter.live import AllQueues, QueueNow, WaitingCaller

pytestmark = pytest.mark.django_db(transaction=True)
QUEUE = 5550177


@pytest.fixture(autouse=True)
def _readers(monkeypatch) -> Iterator[None]:
    """A reader of the test's own, whose connection ends with the test's database."""
    with ThreadPoolExecutor(1) as readers:
        monkeypatch.setattr(knowing, "_readers", readers)
        yield
        readers.submit(connections.close_all).result()


@pytest.fixture
def queue_of_three(account: Account) -> Account:
    """Three wait in the queue, as the collector writes it."""
    board = Board()
    callers = tuple(WaitingCaller(call_id=f"c{n}", number=f"05455501{n:02}") for n in range(3))
    queues = (QueueNow(id=QUEUE, name="Service", callers=callers), QueueNow(id=QUEUE + 1, name="Sales"))
    board.apply(AllQueues(at=timezone.now(), queues=queues))
    LiveBoard.objects.create(account=account, state=board.data(), as_of=timezone.now())
    return account


def length(account: Account, queue: int = QUEUE) -> int:
    return knowing.ConsoleFacts(account, "call", time.monotonic()).queue_length(queue)


def test_as_many_as_the_snapshot_has(queue_of_three):
    assert (length(queue_of_three), length(queue_of_three, QUEUE + 1)) == (3, 0)


def test_an_old_snapshot_a_strange_queue_and_none_at_all_are_unknown(queue_of_three):
    other = Account.objects.create(name="Other")
    for account, queue in ((queue_of_three, 4), (other, QUEUE)):
        with pytest.raises(Unknown):
            length(account, queue)
    LiveBoard.objects.update(as_of=timezone.now() - timedelta(seconds=31))
    with pytest.raises(Unknown):
        length(queue_of_three)
    LiveBoard.objects.update(as_of=None)
    with pytest.raises(Unknown):
        length(queue_of_three)


@pytest.mark.fault("F-73")
def test_a_database_that_is_away_or_slow_is_unknown(queue_of_three, monkeypatch):
    def away(account: Account, queue: int) -> int:
        raise DatabaseError("gone")

    monkeypatch.setattr(knowing, "_waiting", away)
    with pytest.raises(Unknown):
        length(queue_of_three)
    monkeypatch.setattr(knowing, "READ_SECONDS", 0.01)
    monkeypatch.setattr(knowing, "_waiting", lambda account, queue: time.sleep(0.3) or 3)
    with pytest.raises(Unknown):
        length(queue_of_three)


def test_a_caller_goes_the_way_of_the_length(queue_of_three, front_desk, owner, ask):
    exits = {"below": "main", "reached": "goodbye", "unknown": "main"}
    front_desk["nodes"]["queue"] = {"kind": "queue_length", "queue": QUEUE, "limit": 3, "exits": exits}
    flow = Flow.objects.create(account=queue_of_three, name="By length", draft=front_desk | {"entry": "queue"})
    publishing.publish(flow, by=owner)
    Binding.objects.create(account=queue_of_three, flow=flow)
    shelf.forget()

    assert ask(call_id="waits")["ACTION"] == "HANGUP"
    LiveBoard.objects.update(as_of=timezone.now() - timedelta(minutes=1))
    assert ask(call_id="nobody-knows")["ACTION"] == "MENU"
