"""RealTime: the login door, and monitors that speak the old socket.io on ports of their own (PROTOCOL S10)."""

import asyncio
import contextlib
import logging
import secrets
import socket
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import socketio
import uvicorn

from voicenter_console.sandbox.exchange import Answer, Request
from voicenter_console.sandbox.feed import Feed, Said

if TYPE_CHECKING:
    from voicenter_console.sandbox.cloud import Cloud

# Theirs would write every event, with people's numbers.
quiet = logging.getLogger(f"{__name__}.wire")
quiet.setLevel(logging.WARNING)

DOOR = "realtime"
PATHS = (
    "/monitorapi/login/token",
    "/monitorapi/login/user",
    "/monitorapi/login/account",
    "/monitorapi/refreshidentitytoken",
)
LOOK_SECONDS = 0.2
ACCOUNT_NAME = "kinneret"


def answer(cloud: "Cloud", request: Request) -> Answer:
    """Log in with a token, as a user or as an account; GET …/RefreshIdentityToken gives the next token."""
    asked = request.json()
    match request.path.rstrip("/").rpartition("/")[2].lower():
        case "token":
            good = asked.get("token") == cloud.code
        case "user":
            emails = {f"{agent.code}@kinneret.example": agent.identity_code for agent in cloud.centre.agents}
            good = emails.get(asked.get("email")) == asked.get("pin") is not None
        case "account":
            good = (asked.get("username"), asked.get("password")) == (ACCOUNT_NAME, cloud.code)
        case _:
            good = cloud.realtime.refreshes(request.bearer)
    if cloud.faults.wrong_code or not good:
        # Guess: the body repeats the HTTP status.
        return Answer.of_json({"StatusCode": 401, "Status": "Unauthorized", "Data": None}, 401)
    return Answer.of_json({"StatusCode": 200, "Status": "OK", "Data": {"Socket": cloud.realtime.issue()}})


class RealTime:
    """The tokens that were given out, the monitors, and what a test broke. `token_seconds` is virtual time."""

    def __init__(self, cloud: "Cloud"):
        self._cloud = cloud
        self._tokens: dict[str, datetime] = {}
        self._refreshes: set[str] = set()
        self._stop = threading.Event()
        self._teller: threading.Thread | None = None
        self.token_seconds = 3600.0
        self.dropping = False
        self.monitors: list[Monitor] = []

    def open(self, count: int = 2, ports: tuple[int, ...] = ()) -> None:
        """Start so many monitors, on these ports or on free ones; they say what happens at each `tell`."""
        self.feed = Feed(self._cloud)
        self.monitors = [Monitor(self, (*ports, *[0] * count)[place]) for place in range(count)]
        for monitor in self.monitors:
            monitor.start()

    def run(self) -> None:
        """Tell by itself from now on."""
        self._teller = threading.Thread(target=self._tell, daemon=True)
        self._teller.start()

    def close(self) -> None:
        self._stop.set()
        if self._teller:
            self._teller.join(5)
        for monitor in self.monitors:
            monitor.leave()
        for monitor in self.monitors:
            monitor.kill()

    def tell(self) -> int:
        """Say to all monitors what happened since the last time; how many events that were."""
        news = self.feed.news()
        for monitor in self.monitors:
            for said in () if self.dropping else news:
                monitor.say(said)
        return len(news)

    def _tell(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            self.tell()

    # --- tokens ------------------------------------------------------------
    def issue(self) -> dict:
        """A token, as a login answers it."""
        token, refresh = secrets.token_hex(24), secrets.token_hex(24)
        ends = self._cloud.now() + timedelta(seconds=self.token_seconds)
        self._tokens[token] = ends
        self._refreshes.add(refresh)
        urls = [monitor.url for monitor in self.monitors]
        return {
            "Client": "https://cdn.example/GetSocketClient?v=2.4.0", "Version": "2.4.0", "PersonID": 5550100,
            "Token": token, "TokenExpiry": int(ends.timestamp()), "RefreshToken": refresh,
            "RefreshTokenExpiry": int((ends + timedelta(days=1)).timestamp()), "URLList": urls,
            "Url": urls[0] if urls else "",
        }  # fmt: skip

    def refreshes(self, token: str) -> bool:
        """Whether this refresh token is good, which it is once."""
        good = token in self._refreshes
        self._refreshes.discard(token)
        return good

    def admits(self, token: str) -> bool:
        return token in self._tokens and self._cloud.now() < self._tokens[token]

    def expire(self) -> None:
        """No token that was given out counts any more; nor can one be renewed."""
        self._tokens.clear()
        self._refreshes.clear()

    def control(self, kill: int = -1, revive: int = -1, silence: int = -1, speak: int = -1, expire: bool = False,
                drop: bool | None = None, token_seconds: float | None = None) -> None:  # fmt: skip
        """What the control door may ask; monitors by their place. Raises IndexError for one that is not there."""
        if kill >= 0:
            self.monitors[kill].kill()
        if revive >= 0:
            self.monitors[revive].start()
        if silence >= 0:
            self.monitors[silence].silent = True
        if speak >= 0:
            self.monitors[speak].silent = False
        if expire:
            self.expire()
        if drop is not None:
            self.dropping = drop
        if token_seconds is not None:
            self.token_seconds = float(token_seconds)

    def state(self) -> list[dict]:
        return [
            {"url": one.url, "alive": one.alive, "silent": one.silent, "listeners": len(one.sids), "heard": one.heard}
            for one in self.monitors
        ]


class _Manager(socketio.AsyncManager):
    """python-socketio 4.6.1 hands coroutines to asyncio.wait, which Python 3.11 refuses."""

    async def emit(self, event, data, namespace, room=None, skip_sid=None, callback=None, **kwargs) -> None:
        if room not in self.rooms.get(namespace, {}):
            return
        sids = list(self.get_participants(namespace, room))
        await asyncio.gather(*(self.server._emit_internal(sid, event, data, namespace) for sid in sids))


class Monitor:
    """One of the cloud's monitors: a server on a port, which `kill` takes away and `start` brings back."""

    def __init__(self, realtime: RealTime, port: int):
        self._realtime = realtime
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port = self._socket.getsockname()[1]
        self.sids: set[str] = set()
        self.heard: list[str] = []
        self.silent = False
        self.alive = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen again. Returns when it does."""
        if self.alive:
            return
        ready = threading.Event()
        if self._socket.fileno() < 0:
            self._socket = socket.create_server(("127.0.0.1", self.port))
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        ready.wait(10)

    def kill(self) -> None:
        """Gone, with every line to it. Returns when it is."""
        if not self.alive:
            return
        self.leave()
        self._thread.join(10)
        self.sids.clear()

    def leave(self) -> None:
        """Begin to go."""
        if self.alive:
            self._server.should_exit = self._server.force_exit = True

    def say(self, said: Said, sid: str | None = None) -> None:
        """To one listener, or to all, in the order of the calls."""
        if self.alive and not self.silent:
            with contextlib.suppress(RuntimeError):  # its loop ended meanwhile
                self._loop.call_soon_threadsafe(self._outbox.put_nowait, (sid, said))

    async def _serve(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._outbox: asyncio.Queue[tuple[str | None, Said]] = asyncio.Queue()
        sio = socketio.AsyncServer(async_mode="asgi", client_manager=_Manager(), logger=quiet, engineio_logger=quiet)
        self._listen(sio)
        app = socketio.ASGIApp(sio)
        config = uvicorn.Config(app, ws="wsproto", lifespan="off", log_level="critical", timeout_graceful_shutdown=0)
        self._server = uvicorn.Server(config)
        pump = asyncio.create_task(self._pump(sio))
        self.alive = True
        self._loop.call_soon(ready.set)
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            self.alive = False
            pump.cancel()
            self._socket.close()

    async def _pump(self, sio: socketio.AsyncServer) -> None:
        while True:
            sid, (name, payload) = await self._outbox.get()
            await sio.emit(name, payload, room=sid)

    def _listen(self, sio: socketio.AsyncServer) -> None:
        async def connect(sid: str, environ: dict) -> bool:
            token = parse_qs(environ["QUERY_STRING"]).get("token", [""])[0]
            if not self._realtime.admits(token):
                return False
            self.sids.add(sid)
            self._greet(sid)
            return True

        async def disconnect(sid: str) -> None:
            self.sids.discard(sid)

        async def keepalive(sid: str, token: object) -> None:
            self.heard.append("keepalive")
            code = 0 if self._realtime.admits(str(token)) else 1
            self.say(("keepaliveResponse", {"errorCode": code, "errorDesc": "" if code == 0 else "token"}), sid)

        async def resync(sid: str, asked: object) -> None:
            self.heard.append("resync")
            self._greet(sid)

        for handler in (connect, disconnect, keepalive, resync):
            sio.on(handler.__name__, handler)

    def _greet(self, sid: str) -> None:
        for said in self._realtime.feed.status():
            self.say(said, sid)
