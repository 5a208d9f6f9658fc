"""When a worker takes itself for deaf."""

import pytest

from voicenter_console.jobs import watchdog
from voicenter_console.jobs.watchdog import DEAF_SECONDS, Ear


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def ear(now) -> Ear:
    return Ear(lambda: now[0])


def test_silence_after_echoes_is_deafness(ear, now):
    ear.sent()
    ear.sent()
    now[0] = DEAF_SECONDS - 1
    assert not ear.deaf
    now[0] = DEAF_SECONDS
    assert ear.deaf
    ear.heard()
    assert not ear.deaf


def test_without_a_broker_that_takes_echoes_silence_says_nothing(ear, now):
    ear.sent()
    now[0] = 10 * DEAF_SECONDS
    assert not ear.deaf


@pytest.mark.parametrize(("active", "ends"), [(set(), [watchdog.EXIT]), ({"a long pull"}, [])])
def test_a_worker_that_is_at_work_is_not_deaf(monkeypatch, ear, now, active, ends):
    ear.sent()
    ear.sent()
    now[0] = DEAF_SECONDS
    ended, slept = [], []

    def sleep(seconds):
        slept.append(seconds)
        if len(slept) > 3:
            raise StopIteration

    monkeypatch.setattr(watchdog, "ear", ear)
    monkeypatch.setattr(watchdog.time, "sleep", sleep)
    monkeypatch.setattr(watchdog.state, "active_requests", active)
    if ends:
        watchdog.watch(lambda: None, end=ended.append)
    else:
        with pytest.raises(StopIteration):
            watchdog.watch(lambda: None, end=ended.append)
    assert ended == ends
