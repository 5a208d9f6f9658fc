"""The pusher against a small real server: encodings, retries until acknowledged, a console that is down."""

import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.sandbox.conftest import still
from voicenter_console.sandbox.pusher import Pusher
from voicenter_console.voicenter.wire import MEDIA_TYPE, Format, decode, encode_answer


class Console(ThreadingHTTPServer):
    """Answers as `script` says, one (HTTP status, err) a request, then 200 and err 0; keeps what it got."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Hook)
        self.script, self.got = [], []
        self.url = f"http://127.0.0.1:{self.server_port}/hooks/token/cdr/"


class Hook(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        message = decode(body, self.headers["Content-Type"])
        self.server.got.append((body, message))
        status, err = self.server.script.pop(0) if self.server.script else (200, 0)
        answer = encode_answer(message.format, {"err": err, "errdesc": "said"})
        self.send_response(status)
        self.send_header("Content-Type", MEDIA_TYPE[message.format])
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@pytest.fixture
def console():
    server = Console()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def pushing(console):
    """Makes pushers that retry at once, and closes their connections at the end."""
    made = []

    def pushing(cloud, url=None, **options):
        made.append(Pusher(cloud, url or console.url, **({"first_wait": 0.0} | options)))
        return made[-1]

    yield pushing
    for pusher in made:
        pusher.stop()
        pusher.client.close()


def test_every_ended_leg_arrives_in_its_encoding(console, pushing):
    cloud = still(history_days=1)
    cloud.faults.change(duplicate=0.0)
    pusher = pushing(cloud)
    assert pusher.collect() == 0  # the past is not pushed
    cloud.advance(300)
    assert pusher.collect() == pusher.push_due() > 60
    legs = {leg.key: leg for leg in cloud.ended_legs(cloud.started)}
    assert set(pusher.ledger) == set(legs)
    assert pusher.counts() == {
        "waiting": 0, "acknowledged": len(legs), "refused": 0, "dropped": 0, "requests": len(legs),
    }  # fmt: skip
    formats = Counter(message.format for _, message in console.got)
    assert formats[Format.JSON] > formats[Format.XML] > 0 < formats[Format.FORM]
    assert {message.payload["ivruniqueid"] for _, message in console.got} == {leg.call_id for leg in legs.values()}
    spoken = next(message.payload for _, message in console.got if message.format is Format.JSON)
    leg = next(
        leg
        for leg in legs.values()
        if cloud.notification(leg)["type"] == spoken["type"] and leg.call_id == spoken["ivruniqueid"]
    )
    assert spoken == json.loads(json.dumps(cloud.notification(leg)))


@pytest.mark.parametrize("format", list(Format))
def test_one_encoding_for_all(console, pushing, format):
    cloud = still()
    cloud.advance(20)
    pusher = pushing(cloud, only=format)
    pusher.collect()
    pusher.push_due()
    assert {message.format for _, message in console.got} == {format}


def one_leg(cloud) -> None:
    while not cloud.advance(1):
        pass
    cloud.faults.change(duplicate=0.0)


def test_a_push_is_repeated_byte_for_byte_until_err_0(console, pushing):
    cloud = still(scenario="quiet")
    one_leg(cloud)
    console.script = [(503, 2), (200, 2), (500, 0), (404, 0), (200, 0)]
    pusher = pushing(cloud)
    expected = pusher.collect()
    assert pusher.push_due() == expected + 4
    assert pusher.counts()["acknowledged"] == expected
    bodies = [body for body, _ in console.got]
    assert max(Counter(bodies).values()) >= 2
    assert len(set(bodies)) == expected


def test_err_1_is_final_after_some_tries(console, pushing):
    cloud = still(scenario="quiet")
    one_leg(cloud)
    console.script = [(200, 1)] * 20
    pusher = pushing(cloud, tries_when_garbled=3)
    legs = pusher.collect()
    assert pusher.push_due() == 3 * legs
    assert pusher.counts()["refused"] == legs


def test_waits_grow_with_each_failure(console, pushing):
    cloud = still(scenario="quiet")
    one_leg(cloud)
    console.script = [(503, 2)] * 20
    pusher = pushing(cloud, first_wait=100.0, longest_wait=150.0)
    legs = pusher.collect()
    assert pusher.push_due() == legs
    assert pusher.push_due() == 0
    waits = [due - time.monotonic() for due, _, _ in pusher._queue]
    assert all(99 < wait < 101 for wait in waits)


def test_a_console_that_is_down_gets_everything_later(console, pushing):
    cloud = still()
    cloud.faults.change(duplicate=0.0)
    cloud.advance(30)
    down = pushing(cloud, url="http://127.0.0.1:9/hooks/token/cdr/", first_wait=100.0)
    legs = down.collect()
    down.push_due()
    assert down.counts()["waiting"] == legs
    assert "ConnectError" in next(iter(down.ledger.values())).last
    down.hook_url, down.first_wait = console.url, 0.0
    down._queue = [(0.0, number, entry) for _, number, entry in down._queue]
    assert down.push_due() == legs
    assert down.counts()["acknowledged"] == legs


def test_dropped_doubled_and_held_pushes(console, pushing):
    cloud = still()
    cloud.faults.change(drop=0.3, duplicate=1.0)
    cloud.advance(300)
    pusher = pushing(cloud)
    legs = pusher.collect()
    cloud.faults.change(hold=True)
    assert pusher.push_due() == 0
    cloud.faults.change(hold=False)
    dropped = pusher.counts()["dropped"]
    assert 0.15 < dropped / legs < 0.45
    assert pusher.push_due() == 2 * (legs - dropped)
    assert max(Counter(body for body, _ in console.got).values()) == 2


def test_threads_push_by_themselves_and_stop_at_once(console, pushing):
    cloud = still()
    cloud.advance(60)
    pusher = pushing(cloud)
    pusher.start()
    deadline = time.monotonic() + 10
    while pusher.counts()["acknowledged"] < len(cloud.ended_legs()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert pusher.counts()["acknowledged"] == len(cloud.ended_legs()) > 10
    before = time.monotonic()
    pusher.stop()
    assert time.monotonic() - before < 1
