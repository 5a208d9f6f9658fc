"""One line to one monitor: socket.io 2 over Engine.IO 3, on a websocket and nothing else (PROTOCOL S10).

The packets are python-socketio 4's. Its client is not used: it hands each message to a thread of its own, so
that events lose their order; it writes the token to its log, follows redirects, and waits for ever to connect.
"""

import json
import logging
import time
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

import websocket
from engineio import packet as frames
from socketio import packet as packets

from .errors import Garbled, LineLost
from .wire import bounded, read_json

CONNECT_SECONDS = 10
# A ping is asked for more often than need be: its answer tells that the line lives, and so how old what is known is.
PING_SECONDS = 5.0
MESSAGE_BYTES = 16 * 2**20
MAX_KEYS = 1_000_000
UNREADABLE = "unreadable"
# A proxy of the environment would see the token. Whom not to ask by it counts only where one is named.
_NO_PROXY = {"http_proxy_host": "none", "http_no_proxy": ["*"]}

# It would write addresses, and with them the token.
logging.getLogger("websocket").setLevel(logging.CRITICAL)


class _Json:
    """JSON as the rest of the library reads it: bounded, without NaN."""

    dumps = staticmethod(json.dumps)

    @staticmethod
    def loads(text: str) -> object:
        return bounded(read_json(text), MAX_KEYS)


class _Packet(packets.Packet):
    json = _Json


class _Socket(websocket.WebSocket):
    """A websocket that does not read a message without end."""

    unread = 0

    def _recv(self, bufsize: int) -> bytes:
        data = super()._recv(bufsize)
        self.unread += len(data)
        if self.unread > MESSAGE_BYTES:
            raise LineLost("a message did not end")
        return data


class Line:
    """Connects to `monitor` at once. Not for several threads. Raises LineLost, here and in every method.

    `lived_at` is when anything came from the other side, by `clock`, monotonic seconds.
    """

    def __init__(self, monitor: str, token: str, *, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        parts = urlsplit(monitor)
        scheme = "wss" if parts.scheme in ("https", "wss") else "ws"
        query = urlencode({"token": token, "transport": "websocket", "EIO": 3})
        try:
            self._socket = websocket.create_connection(
                f"{scheme}://{parts.netloc}/socket.io/?{query}",
                timeout=CONNECT_SECONDS, redirect_limit=0, suppress_origin=True, class_=_Socket, **_NO_PROXY,
            )  # fmt: skip
        except (OSError, ValueError, websocket.WebSocketException) as error:
            raise _lost(error) from None  # its text may hold the address, and that the token
        self.lived_at = clock()
        try:
            opened = self._read(CONNECT_SECONDS)
            if opened is None or opened.packet_type != frames.OPEN or not isinstance(opened.data, dict):
                raise LineLost("the monitor does not speak the old socket.io")
            self._ping_every = min(_seconds(opened.data.get("pingInterval"), 25), PING_SECONDS)
            self._pong_within = _seconds(opened.data.get("pingTimeout"), 60)
        except LineLost:
            self.close()
            raise
        self._pinged = self._clock()
        self._awaits_pong = False

    def receive(self, seconds: float) -> tuple[str, object] | None:
        """The next event and what came with it, or None where none came in so many real seconds."""
        until = time.monotonic() + seconds
        while True:
            self._keep_open()
            left = until - time.monotonic()
            frame = self._read(max(left, 0.001))
            if frame is None and left <= 0:
                return None
            if frame is not None and (event := self._take(frame)):
                return event

    def emit(self, event: str, payload: object) -> None:
        packet = _Packet(packets.EVENT, data=[event, payload])
        self._send(frames.Packet(frames.MESSAGE, data=packet.encode()))

    def close(self) -> None:
        """Hang up; nothing is said of a line that was gone already."""
        self._socket.close(timeout=0)

    # --- frames ------------------------------------------------------------
    def _keep_open(self) -> None:
        since = self._clock() - self._pinged
        if self._awaits_pong and since >= self._pong_within:
            raise LineLost("the monitor does not answer a ping")
        if not self._awaits_pong and since >= self._ping_every:
            self._pinged, self._awaits_pong = self._clock(), True
            self._send(frames.Packet(frames.PING))

    def _take(self, frame: frames.Packet) -> tuple[str, object] | None:
        if frame.packet_type == frames.PONG:
            self._awaits_pong = False
        if frame.packet_type == frames.CLOSE:
            raise LineLost("the monitor closed the line")
        if frame.packet_type != frames.MESSAGE:
            return None
        try:
            packet = _Packet(encoded_packet=frame.data)
        except (Garbled, ValueError, KeyError, TypeError):
            return UNREADABLE, None
        if packet.packet_type == packets.DISCONNECT:
            raise LineLost("the monitor closed the line")
        if packet.packet_type == packets.ERROR:
            raise LineLost("the monitor does not accept the token", refused=True)
        if packet.packet_type != packets.EVENT:
            return None
        match packet.data:
            case [str(name), *rest]:
                return name[:80], rest[0] if rest else None
        return UNREADABLE, None

    def _read(self, seconds: float) -> frames.Packet | None:
        """One frame; None where none came in time, or where it was no text."""
        self._socket.settimeout(seconds)
        try:
            opcode, data = self._socket.recv_data()
        except websocket.WebSocketTimeoutException:
            return None
        except (OSError, ValueError, websocket.WebSocketException) as error:
            raise _lost(error) from None
        self._socket.unread = 0
        self.lived_at = self._clock()
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            raise LineLost("the monitor closed the line")
        if opcode != websocket.ABNF.OPCODE_TEXT or not data[:1].isdigit():
            return None
        return _frame(data)

    def _send(self, frame: frames.Packet) -> None:
        self._socket.settimeout(CONNECT_SECONDS)
        try:
            self._socket.send(frame.encode(always_bytes=False))
        except (OSError, websocket.WebSocketException) as error:
            raise _lost(error) from None


def _frame(data: bytes) -> frames.Packet:
    """A frame whose message is text as it came; only the opening one is read as JSON here."""
    kind = int(data[:1])
    written = data[1:].decode("utf-8", "replace")
    if kind != frames.OPEN:
        return frames.Packet(kind, data=written)
    try:
        return frames.Packet(kind, data=_Json.loads(written))
    except Garbled:
        return frames.Packet(kind)


def _seconds(milliseconds: object, default: float) -> float:
    whole = isinstance(milliseconds, (int, float)) and not isinstance(milliseconds, bool)
    return min(max(milliseconds / 1000, 1), 300) if whole else default


def _lost(error: Exception) -> LineLost:
    match error:
        case websocket.WebSocketBadStatusException():
            refused = error.status_code in (401, 403)
            return LineLost(f"the monitor answered with HTTP status {error.status_code}", refused=refused)
        case websocket.WebSocketTimeoutException() | TimeoutError():
            return LineLost(f"no connection within {CONNECT_SECONDS} s")
        case websocket.WebSocketConnectionClosedException() | ConnectionError():
            return LineLost("the connection broke")
        case OSError():
            return LineLost(error.strerror or "no connection")
        case _:
            return LineLost("no websocket of the old socket.io")
