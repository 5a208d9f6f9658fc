"""RealTime over real sockets, against monitors that speak the old socket.io: what happens when they do not."""

import logging
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from voicenter_console.sandbox import presence
from voicenter_console.sandbox.clock import STILL
from voicenter_console.sandbox.clock import Clock as VirtualClock
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.http import application
from voicenter_console.voicenter.client import Hosts, VoicenterClient
from voicenter_console.voicenter.errors import BadRequest, Garbled, NotAuthorised, Refused
from voicenter_console.voicenter.live import AllExtensions, AllQueues, CallerJoined, CallerLeft, Event, LineDown, LineUp
from voicenter_console.voicenter.realtime import (
    AFTER_REFUSAL,
    KEEPALIVE_AFTER,
    LONGEST_DELAY,
    SILENCE,
    Login,
    RealTime,
    Way,
    log_in,
    refresh,
)

MORNING = datetime(2026, 7, 15, 8, 0, tzinfo=UTC)
PATIENCE = 10  # real seconds, after which what a test waits for will not come


class Ticks:
    """Monotonic seconds that pass when somebody waits, or when the test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.waited: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.seconds += seconds


@pytest.fixture
def cloud():
    cloud = Cloud(seed=7, clock=VirtualClock(MORNING, STILL))
    cloud.realtime.open(2)
    yield cloud
    cloud.realtime.close()


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def client(cloud):
    transport = httpx.WSGITransport(app=application(cloud))
    with VoicenterClient(
        account="demo", code=cloud.code, hosts=Hosts.at("http://127.0.0.1"), transport=transport
    ) as client:
        yield client


@pytest.fixture
def line(client, cloud, ticks):
    line = RealTime(client, Login(Way.TOKEN, cloud.code), clock=ticks, now=cloud.now, wait=ticks.wait)
    yield line
    line.close()


def until(line: RealTime, *kinds: type[Event]) -> list[Event]:
    """Step until one of each kind was heard; what was heard."""
    heard: list[Event] = []
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        heard += line.step(0.1)
        if all(any(isinstance(event, kind) for event in heard) for kind in kinds):
            return heard
    raise AssertionError(f"heard only {[type(event).__name__ for event in heard]}")


def quiet(line: RealTime) -> None:
    """Step until nothing comes any more, not even what means nothing to us."""
    while line._line.receive(0.2) is not None:
        pass


def asked(cloud: Cloud) -> int:
    return cloud.requests["realtime"]


def test_the_first_statuses_are_the_cloud_s_own_truth(line, cloud):
    heard = until(line, LineUp, AllQueues, AllExtensions)
    queues = next(event for event in heard if isinstance(event, AllQueues))
    extensions = next(event for event in heard if isinstance(event, AllExtensions))
    assert {
        (queue.id, caller.call_id, caller.number, caller.joined_at)
        for queue in queues.queues
        for caller in queue.callers
    } == {
        (one.queue.id, one.leg.call_id, one.leg.caller, one.joined)
        for one in presence.in_queues(cloud.running_legs(), cloud.now())
    }
    assert {
        (one.code, call.call_id, call.number, call.started_at, call.answered_at)
        for one in extensions.extensions
        for call in one.calls
    } == {
        (one.extension.sip, one.leg.call_id, one.other, one.started, one.answered_at)
        for one in presence.on_phones(cloud.running_legs(), cloud.now())
    }
    assert {(one.code, one.agent_code, one.status) for one in extensions.extensions if one.agent_code} == {
        (status.sip, agent.code, status.id) for agent, status in cloud.statuses() if status.sip
    }
    assert len(extensions.extensions) == len(cloud.centre.agents)


def test_events_come_in_order_and_name_the_right_caller(line, cloud):
    until(line, AllQueues, AllExtensions)
    quiet(line)
    callers = {leg.call_id: leg.caller for leg in cloud.running_legs()}
    heard = []
    for _ in range(10):
        cloud.advance(30)
        callers |= {leg.call_id: leg.caller for leg in [*cloud.ended_legs(), *cloud.running_legs()]}
        sent = cloud.realtime.tell()
        while sent > 0:
            events = line.step(1)
            heard += events
            sent -= len(events)
            assert events, "an event was lost"
    assert [event.at for event in heard] == sorted(event.at for event in heard)
    queue = [event for event in heard if isinstance(event, CallerJoined | CallerLeft)]
    assert len({type(event) for event in queue}) == 2
    for event in queue:
        assert event.caller.number == callers[event.caller.call_id]
    assert not line.normaliser.unknown


def test_a_dead_monitor_is_followed_by_the_next_and_then_by_a_new_login(line, cloud, ticks):
    until(line, LineUp, AllExtensions)
    first, second = cloud.realtime.monitors
    first.kill()
    (down,) = until(line, LineDown)
    assert "closed" in down.reason or "broke" in down.reason
    until(line, LineUp, AllExtensions)
    assert (len(second.sids), asked(cloud), sum(ticks.waited)) == (1, 1, pytest.approx(10))
    second.kill()
    until(line, LineDown)
    first.start()
    until(line, LineUp, AllExtensions)
    assert (len(first.sids), asked(cloud)) == (1, 2)


def test_while_nobody_is_there_the_delay_grows_to_five_minutes(line, cloud, ticks):
    for monitor in cloud.realtime.monitors:
        monitor.kill()
    delays = []
    for _ in range(8):
        until(line, LineDown)
        before = len(ticks.waited)
        while not ticks.waited[before:] or ticks.seconds < line._not_before:
            line.step(1000)
        delays.append(round(sum(ticks.waited[before:])))
    assert delays == [10, 20, 40, 80, 160, LONGEST_DELAY, LONGEST_DELAY, LONGEST_DELAY]


def test_silence_is_asked_about_after_a_minute_and_left_after_two(line, cloud, ticks):
    until(line, AllQueues, AllExtensions)
    quiet(line)
    first, second = cloud.realtime.monitors
    ticks.seconds += KEEPALIVE_AFTER
    for _ in range(5):
        line.step(0.1)
    assert first.heard == ["keepalive"]
    ticks.seconds += SILENCE - 1  # it answered: nothing is wrong
    assert not any(isinstance(event, LineDown) for event in line.step(0.1))

    quiet(line)
    first.silent = True
    ticks.seconds += SILENCE
    heard = until(line, LineDown, LineUp, AllExtensions)
    assert "two minutes" in next(event.reason for event in heard if isinstance(event, LineDown))
    assert (len(second.sids), asked(cloud)) == (1, 1)


def test_a_monitor_that_answers_no_ping_is_left(line, cloud, ticks):
    until(line, AllQueues, AllExtensions)
    line._line._awaits_pong, line._line._pinged = True, ticks.seconds - line._line._pong_within
    (down,) = until(line, LineDown)
    assert "ping" in down.reason


def test_a_token_is_renewed_before_it_ends(client, cloud, ticks):
    cloud.realtime.token_seconds = 100
    line = RealTime(client, Login(Way.TOKEN, cloud.code), clock=ticks, now=cloud.now, wait=ticks.wait)
    until(line, AllExtensions)
    cloud.clock.advance(96)
    until(line, AllExtensions)
    assert asked(cloud) == 2  # a login, a refresh
    cloud.clock.advance(50)
    line._line.emit("keepalive", line._ticket.token)
    for _ in range(5):
        assert not any(isinstance(event, LineDown) for event in line.step(0.1))
    line.close()


def test_a_token_that_ended_early_means_a_new_login(line, cloud, ticks):
    until(line, AllExtensions)
    quiet(line)
    cloud.realtime.expire()
    ticks.seconds += KEEPALIVE_AFTER
    heard = until(line, LineDown, LineUp, AllExtensions)
    assert "token" in next(event.reason for event in heard if isinstance(event, LineDown))
    assert asked(cloud) == 2


def test_a_monitor_that_refuses_the_token_means_a_new_login(line, cloud):
    until(line, AllExtensions)
    cloud.realtime.expire()
    cloud.realtime.monitors[0].kill()
    until(line, LineDown)
    heard = until(line, LineDown, LineUp, AllExtensions)
    assert "HTTP status 40" in next(event.reason for event in heard if isinstance(event, LineDown))
    assert asked(cloud) == 2


def test_news_of_new_extensions_asks_for_all(line, cloud):
    until(line, AllQueues, AllExtensions)
    for name in ("ExtensionsUpdated", "QueuesUpdated", "DialersUpdated"):
        cloud.realtime.monitors[0].say((name, {}))
        until(line, AllQueues, AllExtensions)
    assert cloud.realtime.monitors[0].heard == ["resync"] * 3


def test_a_wrong_secret_is_tried_three_times_an_hour(client, cloud, ticks):
    line = RealTime(client, Login(Way.TOKEN, "wrong"), clock=ticks, now=cloud.now, wait=ticks.wait)
    began = ticks.seconds
    while ticks.seconds - began < 3600:
        line.step(60)
    assert asked(cloud) == 3600 / AFTER_REFUSAL


def test_all_three_ways_in(client, cloud):
    agent = cloud.centre.agents[0]
    for login in (
        Login(Way.TOKEN, cloud.code),
        Login(Way.USER, agent.identity_code, f"{agent.code}@kinneret.example"),
        Login(Way.ACCOUNT, cloud.code, "kinneret"),
    ):
        ticket = log_in(client, login)
        assert len(ticket.monitors) == 2
        assert ticket.expires_at == cloud.now() + timedelta(seconds=cloud.realtime.token_seconds)
        renewed = refresh(client, ticket)
        assert renewed.token != ticket.token
        with pytest.raises(NotAuthorised):
            refresh(client, ticket)  # a refresh token is good once


def answering(status: int, body: object, base: str = "https://login.example", **options) -> VoicenterClient:
    transport = httpx.MockTransport(lambda request: httpx.Response(status, json=body))
    return VoicenterClient(account="demo", code="the-code", hosts=Hosts.at(base), transport=transport, **options)


def ticket_for(urls: object, base: str = "https://login.example", **more: object) -> dict:
    return {"StatusCode": 200, "Data": {"Socket": {"Token": "t0ken", "URLList": urls, **more}}}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"StatusCode": 401, "Status": "bad s3cret and the-code"}, NotAuthorised),
        (403, {"Status": "s3cret"}, NotAuthorised),
        (400, {"Status": "type"}, BadRequest),
        (200, {"StatusCode": 401, "Status": "no"}, NotAuthorised),
        (503, {"Status": "later"}, Garbled),
        (200, {"StatusCode": 500, "Status": "later"}, Refused),
        (200, {"StatusCode": 200, "Data": {"Socket": {"URLList": ["https://m.example"]}}}, Garbled),
        (200, ticket_for([]), Garbled),
        (200, ticket_for("https://m.example"), Garbled),
        (200, {"Data": "none"}, Garbled),
    ],
)
def test_a_login_that_is_none(status, body, error):
    with pytest.raises(error) as caught:
        log_in(answering(status, body), Login(Way.TOKEN, "s3cret"))
    assert "s3cret" not in str(caught.value)
    assert "the-code" not in str(caught.value)


def test_a_server_in_trouble_is_asked_again_soon(cloud, ticks):
    line = RealTime(answering(503, {"Status": "later"}), Login(Way.TOKEN, "x"), clock=ticks, wait=ticks.wait)
    (down,) = line.step(1)
    assert isinstance(down, LineDown)
    assert line._not_before - ticks.seconds == 10


@pytest.mark.fault("F-58")
def test_only_monitors_that_may_be_spoken_to_are_kept():
    named = [
        "http://monitor1.example",
        "http://169.254.169.254",
        "http://127.0.0.1:6379",
        "ftp://m.example",
        "file:///etc/passwd",
        "//m.example",
        "https://",
        "https://user:word@m.example",
        "http://[",
        7,
        None,
        "https://monitor2.example",
        "https://monitor2.example",
        "wss://monitor3.example:8443",
    ]
    assert log_in(answering(200, ticket_for(named)), Login(Way.TOKEN, "x")).monitors == (
        "https://monitor2.example",
        "wss://monitor3.example:8443",
    )
    with pytest.raises(Garbled):
        log_in(answering(200, ticket_for(named[:10])), Login(Way.TOKEN, "x"))


def test_plain_monitors_are_for_a_login_that_may_be_plain():
    named = ["http://127.0.0.1:8091", "ws://lab.example", "http://monitor1.example"]
    client = answering(200, ticket_for(named), "http://lab.example", allow_http_hosts=["lab.example"])
    assert log_in(client, Login(Way.TOKEN, "x")).monitors == ("http://127.0.0.1:8091", "ws://lab.example")


def test_no_secret_is_written_anywhere(line, cloud, ticks, caplog):
    caplog.set_level(logging.DEBUG)
    until(line, AllExtensions)
    secrets = [cloud.code, line._ticket.token, line._ticket.refresh_token]
    seen = f"{line._ticket!r} {line._login!r} "
    for monitor in cloud.realtime.monitors:
        monitor.kill()
    for _ in range(3):
        seen += "".join(event.reason for event in until(line, LineDown) if isinstance(event, LineDown))
    seen += caplog.text
    assert not [secret for secret in secrets if secret in seen]
