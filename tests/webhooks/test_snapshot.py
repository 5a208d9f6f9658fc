"""What every request needs is read aside: nobody waits for a database that is slow or away (FAULTS F-08, F-71)."""

import threading

import pytest
from django.db import OperationalError

from voicenter_console.webhooks import snapshot
from voicenter_console.webhooks.snapshot import Snapshot


class Source:
    """Reads 1, 2, 3, …; `trouble` is raised, `gate` is waited for."""

    def __init__(self):
        self.read, self.trouble, self.gate = 0, None, threading.Event()
        self.gate.set()

    def __call__(self):
        assert self.gate.wait(10)
        if self.trouble:
            raise self.trouble
        self.read += 1
        return self.read


@pytest.fixture
def source(monkeypatch):
    monkeypatch.setattr(snapshot, "close_old_connections", lambda: None)
    monkeypatch.setattr(snapshot, "FRESH_SECONDS", -1.0)  # old as soon as it was read
    return Source()


def settled(held: Snapshot) -> None:
    """Wait for the reading that is under way."""
    held._asked.result(10)


def test_it_is_read_again_when_it_is_old(source):
    held = Snapshot(source)
    assert held.get() == 1
    assert held.get() == 2


def test_while_it_is_fresh_it_is_not_read(source, monkeypatch):
    monkeypatch.setattr(snapshot, "FRESH_SECONDS", 3600.0)
    held = Snapshot(source)
    assert [held.get() for _ in range(5)] == [1] * 5
    held.forget()
    assert held.get() == 2


def test_a_slow_reading_leaves_the_last_one_in_force_and_is_not_asked_for_twice(source, monkeypatch):
    monkeypatch.setattr(snapshot, "WAIT_SECONDS", 0.01)
    held = Snapshot(source)
    assert held.get() == 1
    source.gate.clear()
    assert [held.get() for _ in range(50)] == [1] * 50
    source.gate.set()
    settled(held)
    assert source.read == 2


def test_a_database_that_is_away_leaves_the_last_one_in_force(source):
    held = Snapshot(source)
    assert held.get() == 1
    source.trouble = OperationalError("away")
    assert held.get() == 1
    source.trouble = None
    assert held.get() == 2


def test_what_was_never_read_says_so(source):
    source.trouble = OperationalError("away")
    held = Snapshot(source)
    with pytest.raises(OperationalError):
        held.get()
