"""The live board: every number on it is the simulated cloud's own, and it says how old it is."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from django.utils import timezone

from calls.board import lease, standing
from calls.board.collector import Sitting
from calls.models import Extension, LiveBoard, QueueDay
from tests.calls.telling import push, tell
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account, Department, User
from voicenter_console.organisation.roles import Role
from voicenter_console.sandbox import presence
from voicenter_console.sandbox.clock import STILL, Clock
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.http import application
from voicenter_console.sandbox.legs import Kind
from voicenter_console.voicenter.listening import Polling

MORNING = datetime(2026, 7, 15, 8, 0, tzinfo=UTC)
LOOK = 20  # seconds between two looks in the hour


class Hour:
    """The cloud's hour on a clock of the test's, with a collector that polls it and records that are pushed."""

    def __init__(self, account: Account, cloud: Cloud) -> None:
        self.account, self.cloud, self.seconds = account, cloud, 1000.0
        owner = uuid.uuid4()
        assert lease.claim(account.pk, owner)
        source = Polling(gateway.client(account), clock=lambda: self.seconds, now=cloud.now, wait=self._wait)
        self.sitting = Sitting(account, owner, source, lambda: self.seconds)
        self.ended: list = []

    def _wait(self, seconds: float) -> None:
        self.seconds += seconds

    def pass_(self, seconds: float) -> None:
        self.seconds += seconds
        ended = self.cloud.advance(seconds)
        self.ended += ended
        if ended:
            tell(self.account, [push(self.cloud.notification(leg)) for leg in ended])
        assert self.sitting.step(0)


@pytest.fixture
def hour(db, monkeypatch) -> Hour:
    cloud = Cloud(seed=7, clock=Clock(MORNING, STILL))
    monkeypatch.setattr(gateway, "transport", httpx.WSGITransport(app=application(cloud)))
    account = Account.objects.create(name="Simulated centre", code=cloud.code, hosts={"base": "http://127.0.0.1"})
    yield Hour(account, cloud)
    cloud.realtime.close()


@pytest.fixture
def head(db) -> User:
    return User.objects.create_user("head@centre.example", "a password for tests", name="Head", role=Role.ADMIN)


def waiting_truth(cloud: Cloud) -> dict[int, tuple[int, datetime]]:
    """By queue: how many wait, and since when the first of them."""
    found: dict[int, list[datetime]] = {}
    for one in presence.in_queues(cloud.running_legs(), cloud.now()):
        found.setdefault(one.queue.id, []).append(one.joined)
    return {queue: (len(joined), min(joined)) for queue, joined in found.items()}


def agents_truth(cloud: Cloud) -> dict[str, str]:
    """By extension: what its agent does, from the cloud's legs and statuses."""
    phones: dict[str, set[bool]] = {}
    for one in presence.on_phones(cloud.running_legs(), cloud.now()):
        phones.setdefault(one.extension.sip, set()).add(one.answered_at is not None)
    statuses = {status.sip: status.id for _, status in cloud.statuses() if status.sip}
    said = {}
    for agent in cloud.centre.agents:
        sip = agent.extension.sip
        status = statuses.get(sip, 2)
        if sip in phones:
            said[sip] = "talking" if True in phones[sip] else "ringing"
        elif status not in (0, 2):
            said[sip] = "free" if status == 1 else "away"
    return said


def today_truth(hour: Hour) -> Counter[tuple[int, str]]:
    """By queue and status: the records of callers who reached it, of those that the cloud has told."""
    return Counter((leg.queue.id, leg.status) for leg in hour.ended if leg.kind is Kind.QUEUE and leg.queue)


def test_an_hour_of_the_board_is_the_cloud_s_own_truth_at_every_look(hour, head):
    waited = talked = 0
    for _ in range(3600 // LOOK):
        hour.pass_(LOOK)
        board = standing.of(head, hour.cloud.now())

        waiting = {one.id: (one.waiting, one.longest_since) for one in board.queues if one.waiting}
        assert waiting == waiting_truth(hour.cloud)
        assert {one.extension: one.state for one in board.agents} == agents_truth(hour.cloud)
        assert board.counts == Counter(agents_truth(hour.cloud).values())
        answered = {one.id: one.totals.answered for one in board.queues if one.totals.answered}
        abandoned = {one.id: one.totals.abandoned for one in board.queues if one.totals.abandoned}
        told = today_truth(hour)
        assert answered == {queue: n for (queue, status), n in told.items() if status == "ANSWER"}
        assert abandoned == {queue: n for (queue, status), n in told.items() if status == "ABANDONE"}
        in_phase = [one for one in board.calls if one.phase != "waiting"]
        assert len(in_phase) == len(presence.on_phones(hour.cloud.running_legs(), hour.cloud.now()))
        assert (board.as_of, board.is_stale) == (hour.cloud.now(), False)
        waited, talked = waited + len(waiting), talked + board.counts["talking"]
    assert min(waited, talked) > 0, "an hour in which somebody waited and somebody talked"


def test_seconds_on_the_board_are_those_of_the_cloud(hour, head):
    for _ in range(30):
        hour.pass_(LOOK)
        now = hour.cloud.now()
        board = standing.of(head, now)
        for one in board.queues:
            truth = waiting_truth(hour.cloud).get(one.id)
            assert one.longest(now) == (int((now - truth[1]).total_seconds()) if truth else None)
        since: dict[str, list[datetime]] = {}
        for one in presence.on_phones(hour.cloud.running_legs(), now):
            if one.answered_at:
                since.setdefault(one.extension.sip, []).append(one.answered_at)
        for agent in board.agents:
            if agent.state == "talking":
                assert agent.since == min(since[agent.extension]), "the first of those held and talked to"


def test_an_agent_is_free_since_the_call_was_heard_of_no_more_also_for_the_next_collector(hour, head):
    busy: set[str] = set()
    for _ in range(180):
        hour.pass_(LOOK)
        board = standing.of(head, hour.cloud.now())
        now_free = {one.extension: one for one in board.agents if one.state == "free"}
        came_free = busy & now_free.keys()
        if came_free:
            break
        busy = {one.extension for one in board.agents if one.state == "talking"}
    freed = hour.cloud.now()
    assert {now_free[code].since for code in came_free} == {freed}

    LiveBoard.objects.update(owner=None, lease_until=None)
    following = Hour(hour.account, hour.cloud)
    following.pass_(6)
    again = {one.extension: one for one in standing.of(head, hour.cloud.now()).agents if one.state == "free"}
    assert {again[code].since for code in came_free & again.keys()} <= {freed}


# --- who sees what -----------------------------------------------------------------------------------------------


def test_a_department_sees_its_own_phones_and_queues_only(hour):
    for _ in range(90):
        hour.pass_(LOOK)
    of_head = hour.cloud.centre.agents[0].department
    department = Department.objects.get(account=hour.account, provider_id=of_head.id)
    Department.objects.exclude(pk=department.pk).update(parent=None)
    top = Department.objects.exclude(pk=department.pk).first()
    Department.objects.filter(pk=department.pk).update(parent=top)
    for agent in hour.cloud.centre.agents:
        line, _ = Extension.objects.get_or_create(account=hour.account, code=agent.extension.sip)
        line.department = Department.objects.get(account=hour.account, provider_id=agent.department.id)
        line.save()
    rina = User.objects.create_user("r@centre.example", "a password for tests", name="Rina", role=Role.MANAGER)
    rina.departments.add(department)

    board = standing.of(rina, hour.cloud.now())
    theirs = {one.extension.sip for one in hour.cloud.centre.agents if one.department.id == of_head.id}
    assert {one.extension for one in board.agents} <= theirs
    assert board.agents
    queues = {leg.queue.id for leg in hour.ended if leg.queue and leg.department.id == of_head.id}
    assert {one.id for one in board.queues} == queues

    LiveBoard.objects.update(version=99)
    gal = User.objects.create_user("g@centre.example", "a password for tests", name="Gal", role=Role.MANAGER)
    assert standing.of(gal, hour.cloud.now()).queues == []
    assert standing.versions(gal) == {"accounts": {}}


# --- the page and the API ------------------------------------------------------------------------------------------


@pytest.fixture
def snapshot(account, service):
    """A board of now: two wait for Service, the first for 90 s; Dana talks."""
    now = timezone.now().replace(microsecond=0)
    ago = lambda seconds: (now - timedelta(seconds=seconds)).isoformat()  # noqa: E731
    call = {"call_id": "c3", "phase": "talking", "direction": "in", "number": "0545550118", "name": "", "did": "",
            "queue_id": 5, "started_at": ago(70), "answered_at": ago(60), "request": ""}  # fmt: skip
    state = {
        "queues": [{"id": 5, "name": "Service", "callers": [
            {"call_id": "c1", "number": "0525550112", "joined_at": ago(90)},
            {"call_id": "c2", "number": "anonymous", "joined_at": ago(30)}]}],
        "extensions": [
            {"code": "Ab3dE6gH", "number": "204", "name": "Line 204", "agent_code": "10007", "agent_name": "Dana Lavi",
             "status": 1, "status_since": None, "free_since": None, "calls": [call]},
            {"code": "Zz", "number": "", "name": "Line 205", "agent_code": "10008", "agent_name": "Noa Adari",
             "status": 3, "status_since": ago(400), "free_since": None, "calls": []}],
    }  # fmt: skip
    QueueDay.objects.create(account=account, department=service, queue_number=5, day=timezone.localdate())
    Extension.objects.update_or_create(account=account, code="Ab3dE6gH", defaults={"department": service})
    return LiveBoard.objects.create(account=account, state=state, as_of=now, version=4, source="polling")


def test_the_page_says_who_waits_who_talks_and_as_of_when(as_rina, snapshot):
    page = as_rina.get("/board/").content.decode()
    assert "Service" in page
    assert "Dana Lavi" in page
    assert "054-555-0118" in page
    assert f'data-as-of="{int(snapshot.as_of.timestamp() * 1000)}"' in page
    assert timezone.localtime(snapshot.as_of).strftime("%H:%M:%S") in page
    assert 'data-waiting="2"' in page
    assert f'data-since="{int((snapshot.as_of - timedelta(seconds=90)).timestamp() * 1000)}"' in page


def test_a_part_is_drawn_anew_without_the_frame(as_rina, snapshot):
    part = as_rina.get("/board/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<div")
    assert '<nav class="rail"' not in part
    assert 'id="board"' in part


def test_a_browser_hears_how_fresh_it_is(as_rina, account, snapshot):
    said = as_rina.get("/board/as-of/").json()
    assert said["accounts"] == {str(account.pk): {"as_of": int(snapshot.as_of.timestamp() * 1000), "version": 4}}


def test_numbers_are_masked_for_who_may_not_see_them(as_rina, rina, snapshot):
    rina.separate_rights = {"see_numbers": False}
    rina.save()
    page = as_rina.get("/board/").content.decode()
    assert "0545550118" not in page
    assert "054-555-0118" not in page
    assert "054•••118" in page


def test_an_agent_has_no_board(as_dana, snapshot):
    assert as_dana.get("/board/").status_code == 403
    assert "/board/" not in as_dana.get("/desk/").content.decode()


def test_the_api_says_the_same(api, account, snapshot):
    said = api.get("/api/v1/board/").json()
    (queue,) = said["queues"]
    assert (queue["queue_name"], queue["waiting"], queue["service_level"]) == ("Service", 2, None)
    assert queue["longest_wait_seconds"] >= 90
    assert [(one["agent_name"], one["state"]) for one in said["agents"]] == [
        ("Noa Adari", "away"),
        ("Dana Lavi", "talking"),
    ]
    assert [one["state"] for one in said["calls"]] == ["waiting", "waiting", "talking"]
    assert said["stale"] is False
    assert said["lines"][0]["account"] == "Kinneret Home"


def test_what_is_older_than_ten_seconds_is_called_old(api, snapshot):
    LiveBoard.objects.update(as_of=timezone.now() - timedelta(seconds=11))
    said = api.get("/api/v1/board/").json()
    assert (said["stale"], said["lines"][0]["stale"]) == (True, True)


def test_nothing_known_yet_is_said_so(as_rina, account, service):
    LiveBoard.objects.create(account=account)
    page = as_rina.get("/board/").content.decode()
    assert "nothing is known yet" in page
    assert "No queue is known yet." in page


def test_the_number_of_queries_does_not_grow_with_what_goes_on(as_rina, snapshot, count_queries):
    few = count_queries(lambda: as_rina.get("/board/"))
    state = snapshot.state
    state["extensions"] *= 30
    state["queues"][0]["callers"] *= 30
    LiveBoard.objects.update(state=state)
    assert count_queries(lambda: as_rina.get("/board/")) == few
