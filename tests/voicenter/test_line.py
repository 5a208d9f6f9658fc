"""A line to a peer that is none: it redirects, stays silent, speaks nonsense or does not end."""

import base64
import hashlib
import socket
import struct
import threading

import pytest

from voicenter_console.voicenter import line as lines
from voicenter_console.voicenter.errors import LineLost
from voicenter_console.voicenter.line import Line

OPEN = '0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":5000}'
MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Peer:
    """Accepts connections, one after the other; answers the handshake with `answer`, or well, then sends `frames`."""

    def __init__(self, *frames: bytes, answer: bytes | None = None):
        self.requests: list[str] = []
        self._frames, self._answer = frames, answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in (self._socket, *self._open):
            one.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._open.append(connection)
            request = connection.recv(65536).decode()
            self.requests.append(request)
            key = request.split("Sec-WebSocket-Key: ")[1].split("\r\n")[0]
            accept = base64.b64encode(hashlib.sha1((key + MAGIC).encode()).digest()).decode()
            well = (
                f"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
            )
            try:
                connection.sendall(well.encode() if self._answer is None else self._answer)
                for frame in self._frames:
                    connection.sendall(frame)
            except OSError:
                continue


def text(words: str) -> bytes:
    body = words.encode()
    return b"\x81" + (bytes([len(body)]) if len(body) < 126 else b"\x7e" + struct.pack("!H", len(body))) + body


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(lines, "CONNECT_SECONDS", 0.5)


@pytest.mark.fault("F-58")
def test_a_redirect_is_not_followed():
    with Peer() as elsewhere:
        answer = f"HTTP/1.1 302 x\r\nLocation: {elsewhere.url.replace('http', 'ws')}/\r\nContent-Length: 0\r\n\r\n"
        with Peer(answer=answer.encode()) as peer, pytest.raises(LineLost):
            Line(peer.url, "t0ken")
        assert elsewhere.requests == []


def test_the_environment_s_proxy_does_not_see_the_token(monkeypatch):
    with Peer() as proxy, Peer(text(OPEN)) as peer:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        Line(peer.url, "t0ken").close()
        assert (len(peer.requests), proxy.requests) == (1, [])


def test_it_asks_for_the_old_protocol_by_websocket_alone():
    with Peer(text(OPEN)) as peer:
        Line(peer.url, "a token/with&signs").close()
        assert peer.requests[0].startswith(
            "GET /socket.io/?token=a+token%2Fwith%26signs&transport=websocket&EIO=3 HTTP/1.1\r\n"
        )


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_says_so(status):
    answer = f"HTTP/1.1 {status} x\r\nContent-Length: 6\r\n\r\nt0ken!".encode()
    with Peer(answer=answer) as peer, pytest.raises(LineLost) as caught:
        Line(peer.url, "t0ken")
    assert caught.value.refused
    assert "t0ken" not in str(caught.value)


@pytest.mark.parametrize(
    "frames",
    [
        (),
        (text("4hello"),),
        (text("0{not json"),),
        (text('0["a list"]'),),
        (b"\x88\x00",),
        (b"\xff\xff\xff\xff",),
        (b"\x82\x03abc",),
    ],
)
def test_a_peer_that_does_not_open_is_left(frames):
    with Peer(*frames) as peer, pytest.raises(LineLost):
        Line(peer.url, "t0ken")


def test_nobody_at_the_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(LineLost):
        Line(f"http://127.0.0.1:{port}", "t0ken")


def test_events_among_noise():
    noise = [
        text("3"),
        text("40"),
        text("6"),
        text("4" + "5" + '1-["binary",{"_placeholder":true,"num":0}]'),
        b"\x82\x04\x04abc",
        text("42[broken"),
        text('42{"not":"a list"}'),
        text("42[7]"),
        text('42["ping-less"]'),
        text('42["QueueEvent",{"reason":"JOIN","n":NaN}]'),
        text('42["QueueEvent",{"reason":"JOIN"},"more"]'),
    ]
    with Peer(text(OPEN), *noise) as peer:
        line = Line(peer.url, "t0ken")
        got = []
        while len(got) < 6:
            got.append(line.receive(1))
        assert got == [
            (lines.UNREADABLE, None),
            (lines.UNREADABLE, None),
            (lines.UNREADABLE, None),
            ("ping-less", None),
            (lines.UNREADABLE, None),
            ("QueueEvent", {"reason": "JOIN"}),
        ]
        assert line.receive(0.01) is None
        line.close()


def test_a_message_in_pieces_is_waited_for():
    whole = text('42["QueueEvent",{"reason":"JOIN"}]')
    with Peer(text(OPEN), whole[:7]) as peer:
        line = Line(peer.url, "t0ken")
        assert line.receive(0.05) is None
        peer._open[0].sendall(whole[7:])
        assert line.receive(1) == ("QueueEvent", {"reason": "JOIN"})
        line.close()


@pytest.mark.parametrize("message", ["1", "41", '44"no"'])
def test_the_monitor_hangs_up(message):
    with Peer(text(OPEN), text(message)) as peer:
        line = Line(peer.url, "t0ken")
        with pytest.raises(LineLost) as caught:
            line.receive(1)
        assert caught.value.refused == (message == '44"no"')
        line.close()


def test_a_message_without_end_is_not_read(monkeypatch):
    monkeypatch.setattr(lines, "MESSAGE_BYTES", 50_000)
    huge = b"\x81\x7f" + struct.pack("!Q", 2**40) + b"4" * 100_000
    with Peer(text(OPEN), huge) as peer:
        line = Line(peer.url, "t0ken")
        with pytest.raises(LineLost, match="did not end"):
            line.receive(1)
        line.close()
