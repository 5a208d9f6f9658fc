"""The collector: one per account, a snapshot that equals the cloud's own truth, news for those whom it concerns."""

from __future__ import annotations

import threading
import time
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from calls.board import collector, lease, news, sources
from calls.board.collector import Collector, Sitting
from calls.models import Extension, LiveBoard
from voicenter_console.live.models import Event
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account
from voicenter_console.sandbox import presence
from voicenter_console.sandbox.clock import STILL, Clock
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.http import application
from voicenter_console.voicenter.listening import Fallback, Polling
from voicenter_console.voicenter.realtime import RealTime

MORNING = datetime(2026, 7, 15, 8, 0, tzinfo=UTC)


@pytest.fixture
def cloud(monkeypatch):
    cloud = Cloud(seed=7, clock=Clock(MORNING, STILL))
    monkeypatch.setattr(gateway, "transport", httpx.WSGITransport(app=application(cloud)))
    yield cloud
    cloud.realtime.close()


@pytest.fixture
def centre(db, cloud) -> Account:
    """An account at the simulated cloud."""
    return Account.objects.create(name="Simulated centre", code=cloud.code, hosts={"base": "http://127.0.0.1"})


class Ticks:
    """Seconds that pass by the test's word, on the monotonic clock and in the cloud alike."""

    def __init__(self, cloud: Cloud):
        self.seconds, self._cloud = 1000.0, cloud

    def __call__(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.seconds += seconds

    def pass_(self, seconds: float) -> None:
        self.seconds += seconds
        self._cloud.advance(seconds)


@pytest.fixture
def ticks(cloud) -> Ticks:
    return Ticks(cloud)


@pytest.fixture
def sit(centre, cloud, ticks):
    """Begin to listen for the account, by polling."""

    def begin() -> Sitting:
        owner = uuid.uuid4()
        LiveBoard.objects.filter(account=centre).update(owner=None, lease_until=None)
        assert lease.claim(centre.pk, owner)
        source = Polling(gateway.client(centre), clock=ticks, now=cloud.now, wait=ticks.wait)
        return Sitting(centre, owner, source, ticks)

    return begin


def told(sitting: Sitting, ticks: Ticks, seconds: float = 6) -> LiveBoard:
    """Let time pass and the collector look; the row as it is then."""
    ticks.pass_(seconds)
    assert sitting.step(0)
    return LiveBoard.objects.get()


def truth(cloud: Cloud) -> tuple[dict, dict]:
    """Who waits and who talks by the cloud's own state."""
    waiting, talking = {}, {}
    for one in presence.in_queues(cloud.running_legs(), cloud.now()):
        waiting.setdefault(one.queue.id, []).append((one.leg.call_id, one.leg.caller, one.joined.isoformat()))
    for one in presence.on_phones(cloud.running_legs(), cloud.now()):
        talking.setdefault(one.extension.sip, set()).add((one.leg.call_id, one.started.isoformat()))
    return waiting, talking


def shown(state: dict) -> tuple[dict, dict]:
    waiting = {
        queue["id"]: [(one["call_id"], one["number"], one["joined_at"]) for one in queue["callers"]]
        for queue in state["queues"]
        if queue["callers"]
    }
    talking = {
        one["code"]: {(call["call_id"], call["started_at"]) for call in one["calls"]}
        for one in state["extensions"]
        if one["calls"]
    }
    return waiting, talking


def test_the_snapshot_is_the_cloud_s_own_truth_at_every_look(sit, cloud, ticks):
    sitting = sit()
    for _ in range(40):
        row = told(sitting, ticks)
        assert shown(row.state) == truth(cloud)
        assert (row.as_of, row.source, row.trouble) == (cloud.now(), "polling", "")


def test_by_realtime_it_is_the_same_truth_at_every_look(centre, cloud, ticks):
    cloud.realtime.open(2)
    Account.objects.filter(pk=centre.pk).update(realtime_way="token")
    centre.realtime_way, centre.realtime_secret = "token", cloud.code
    centre.save()
    client, login = gateway.client(centre), gateway.realtime_login(centre)
    source = RealTime(client, login, clock=ticks, now=cloud.now, wait=ticks.wait)
    owner = uuid.uuid4()
    assert lease.claim(centre.pk, owner)
    sitting = Sitting(centre, owner, source, ticks)
    while not sitting.board.whole:
        sitting.step(0.2)
    for _ in range(40):
        ticks.pass_(2)
        for _ in range(cloud.realtime.tell()):
            sitting.step(1)
        ticks.pass_(0)
        ticks.seconds += 1.5
        sitting.step(0)
        row = LiveBoard.objects.get()
        assert shown(row.state) == truth(cloud)
        assert row.source == "127.0.0.1"
    source.close()


def test_how_many_calls_began_in_the_last_minute_is_written(sit, cloud, ticks):
    """Each call once, however many phones it is at; those that began before the first look count at the beginning."""
    sitting, seen = sit(), {}
    for look in range(40):
        row = told(sitting, ticks)
        waiting, talking = shown(row.state)
        ids = [one[0] for callers in [*waiting.values(), *talking.values()] for one in callers]
        for one in ids:
            seen.setdefault(one, ticks())
        begun = sum(ticks() - at < 60 for at in seen.values())
        assert row.calls_a_minute == begun, look
    assert seen


def test_what_did_not_change_is_not_written_and_the_age_is(sit, cloud, ticks, monkeypatch):
    sitting = sit()
    row = told(sitting, ticks)
    cloud.timeline.running = list
    row = told(sitting, ticks)
    before = (row.version, row.changed_at, Event.objects.count())
    for _ in range(3):
        row = told(sitting, ticks)
    assert (row.version, row.changed_at, Event.objects.count()) == before
    assert row.as_of == cloud.now()


def test_it_is_written_once_a_second_at_most(sit, cloud, ticks):
    sitting = sit()
    told(sitting, ticks)
    version = LiveBoard.objects.get().version
    sitting.board.queues.clear()
    for _ in range(9):
        ticks.seconds += 0.1
        sitting.step(0)
    assert LiveBoard.objects.get().version == version
    ticks.seconds += 0.2
    sitting.step(0)
    assert LiveBoard.objects.get().version == version + 1


def test_a_cloud_that_is_down_leaves_what_is_known_and_its_age(sit, cloud, ticks):
    sitting = sit()
    before = told(sitting, ticks)
    cloud.faults.change(down=True)
    for _ in range(5):
        row = told(sitting, ticks, 20)
    assert (row.state, row.as_of, row.version) == (before.state, before.as_of, before.version)
    assert "Voicenter" in row.trouble or "read" in row.trouble
    cloud.faults.clear()
    row = told(sitting, ticks, 70)
    assert (row.trouble, row.as_of) == ("", cloud.now())
    assert shown(row.state) == truth(cloud)


def test_an_empty_list_empties_nothing(sit, cloud, ticks, centre):
    sitting = sit()
    before = told(sitting, ticks)
    cloud.centre.agents, everybody = [], cloud.centre.agents
    row = told(sitting, ticks)
    assert row.state == before.state
    assert "no extensions" in row.trouble
    cloud.centre.agents = everybody


def test_a_wrong_code_is_not_hammered(sit, cloud, ticks, centre):
    centre.code = "wrong"
    sitting = sit()
    for _ in range(100):
        told(sitting, ticks, 36)
    assert cloud.requests["monitor"] <= 4
    assert "code" in LiveBoard.objects.get().trouble


def test_another_s_lease_ends_the_sitting_at_its_next_write(sit, cloud, ticks, centre):
    sitting = sit()
    told(sitting, ticks)
    other = uuid.uuid4()
    LiveBoard.objects.update(owner=other)
    ticks.pass_(30)
    assert not sitting.step(0)
    assert LiveBoard.objects.get().owner == other


@pytest.mark.fault("F-33")
def test_f33_two_owners_never_hold_one_account(centre):
    one, two = uuid.uuid4(), uuid.uuid4()
    assert lease.claim(centre.pk, one)
    assert lease.claim(centre.pk, one)
    assert not lease.claim(centre.pk, two)
    lease.release(one)
    assert lease.claim(centre.pk, two)
    LiveBoard.objects.update(lease_until=datetime(2026, 1, 1, tzinfo=UTC))  # two's process died long ago
    assert lease.claim(centre.pk, one)
    lease.renew(two)
    assert LiveBoard.objects.get().owner == one


@pytest.mark.fault("F-33")
@pytest.mark.django_db(transaction=True)
def test_f33_two_collectors_ask_as_often_as_one(cloud, centre):
    """Each would ask as it begins; the second begins when the first is gone."""
    stops = {uuid.uuid4(): threading.Event() for _ in range(2)}
    crew = {
        owner: threading.Thread(target=Collector(centre.pk, owner).run, args=(stop,)) for owner, stop in stops.items()
    }
    try:
        for thread in crew.values():
            thread.start()
        until(lambda: cloud.requests["monitor"] >= 2)
        time.sleep(1.5)  # long enough for the other to try
        assert cloud.requests["monitor"] == 2  # extensions and queues, once each
        first = LiveBoard.objects.get().owner
        (second,) = stops.keys() - {first}
        stops[first].set()
        crew[first].join(5)
        until(lambda: LiveBoard.objects.get().owner == second)
        until(lambda: cloud.requests["monitor"] == 4)
    finally:
        for stop in stops.values():
            stop.set()
        for thread in crew.values():
            thread.join(5)
    assert LiveBoard.objects.get().owner is None


def until(true, seconds: float = 10) -> None:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it did not come"
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_settings_that_changed_are_taken_up(cloud, centre, monkeypatch):
    monkeypatch.setattr(collector, "SETTINGS_SECONDS", 0.1)
    made, stop = [], threading.Event()

    def source_of(account):
        made.append(account.realtime_way)
        return sources.of(account)

    thread = threading.Thread(target=Collector(centre.pk, uuid.uuid4(), source_of=source_of).run, args=(stop,))
    thread.start()
    try:
        until(lambda: made == [""])
        Account.objects.filter(pk=centre.pk).update(realtime_way="token")
        until(lambda: made == ["", "token"])
        Account.objects.filter(pk=centre.pk).update(follows_live=False)
        thread.join(10)
        assert not thread.is_alive()
    finally:
        stop.set()
        thread.join(10)


def test_realtime_is_for_accounts_that_log_in_to_it(centre, cloud):
    assert isinstance(sources.of(centre), Polling)
    centre.realtime_way, centre.realtime_secret = "token", cloud.code
    assert isinstance(sources.of(centre), Fallback)


def test_where_realtime_fails_it_is_polled_until_it_is_back(centre, cloud, ticks):
    cloud.realtime.open(1)
    (monitor,) = cloud.realtime.monitors
    centre.realtime_way, centre.realtime_secret = "token", cloud.code
    client, login = gateway.client(centre), gateway.realtime_login(centre)
    times = {"clock": ticks, "now": cloud.now, "wait": ticks.wait}
    source = Fallback(RealTime(client, login, **times), Polling(client, **times), clock=ticks)
    owner = uuid.uuid4()
    assert lease.claim(centre.pk, owner)
    sitting = Sitting(centre, owner, source, ticks)

    def shown_as(name: str) -> LiveBoard:
        for _ in range(200):
            ticks.pass_(1)
            cloud.realtime.tell()
            assert sitting.step(0.05)
            row = LiveBoard.objects.get()
            if row.source == name and sitting.board.whole:
                return row
        raise AssertionError(f"{row.source} {row.trouble}")

    shown_as("127.0.0.1")
    asked = cloud.requests["monitor"]
    monitor.kill()
    row = shown_as("polling")
    assert cloud.requests["monitor"] > asked
    assert cloud.now() - row.as_of < timedelta(seconds=10)
    assert row.trouble == ""
    monitor.start()
    shown_as("127.0.0.1")
    source.close()


def test_a_ringing_phone_is_news_for_its_person_alone(sit, cloud, ticks, centre, dana, gal):
    sip = cloud.centre.agents[0].extension.sip
    Extension.objects.create(account=centre, code=sip, user=dana)
    cloud.terminate(sip)
    sitting = sit()
    told(sitting, ticks)
    Event.objects.all().delete()
    call_id = cloud.place_call(sip, "972500000001")
    told(sitting, ticks)
    heard = [event for event in Event.objects.filter(kind="phone") if event.data["call_id"] == call_id]
    assert [(event.people, event.departments) for event in heard] == [([dana.pk], [])]
    assert heard[0].data.keys() == {"extension", "call_id", "phase"}  # nothing that tells who calls
    assert Event.objects.filter(kind="phone").exclude(people=[dana.pk]).count() == 0


def test_the_board_s_news_goes_to_the_account_s_departments(sit, ticks, centre):
    department = centre.departments.create(provider_id=5550101, name="Service")
    told(sit(), ticks)
    event = Event.objects.get(kind="board")
    assert (event.departments, event.people, event.data) == ([department.pk], [], {})


def test_news_of_phones_is_the_difference():
    def state(**calls):
        return {
            "extensions": [
                {"code": code, "calls": [{"call_id": i, "phase": p} for i, p in of]} for code, of in calls.items()
            ]
        }

    before = state(a=[("1", "ringing"), ("2", "talking")], b=[])
    after = state(a=[("1", "talking")], b=[("1", "ringing")])
    assert list(news.of_phones(before, after)) == [
        {"extension": "a", "call_id": "1", "phase": "talking"},
        {"extension": "a", "call_id": "2", "phase": "ended"},
        {"extension": "b", "call_id": "1", "phase": "ringing"},
    ]
    assert list(news.of_phones({}, {})) == []
