"""The live line: server-sent events for open pages, with replay from Last-Event-ID (ADR 7).

Runs on the async side. All its database work happens on one thread of its own, so a process needs one connection
for any number of listeners: one poller looks for new events and hands them to those who may hear of them.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings

from . import audience, wake
from .audience import Hearer, News

logger = logging.getLogger(__name__)
LOOK_SECONDS = 0.25
PING_SECONDS = 10.0
CHECK_SECONDS = 1.0
MOST_WAITING = 500

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]

_database = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live")


@dataclass(eq=False)
class Listener:
    """One open page."""

    hearer: Hearer
    news: asyncio.Queue[News | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))

    def tell(self, news: News | None) -> None:
        """Queue it; a page that stopped reading is closed, and loads itself anew when it comes back."""
        try:
            self.news.put_nowait(news)
        except asyncio.QueueFull:
            self.close()

    def close(self) -> None:
        while not self.news.empty():
            self.news.get_nowait()
        self.news.put_nowait(None)


class Hub:
    """All listeners of this process, and the one poller that serves them."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self._poller: asyncio.Task[None] | None = None
        self._last = 0
        self._woken = asyncio.Event()

    async def open(self, hearer: Hearer, after: int | None) -> Listener:
        """Begin to listen; with `after`, what happened since that event comes first."""
        if self._poller is None or self._poller.done():
            self._last = await _in_thread(audience.latest)
            self._poller = asyncio.create_task(self._poll())
        listener = Listener(hearer)
        missed: list[News] = []
        # Read until nothing was handed out beyond what is read: from there the poller goes on, with no gap between.
        while after is not None and (reached := missed[-1].id if missed else after) < self._last:
            missed += await _in_thread(audience.since, reached)
        for news in missed:
            if news.id <= self._last and hearer.may_hear(news):
                listener.tell(news)
        self.listeners.add(listener)
        return listener

    async def _poll(self) -> None:
        waker = asyncio.create_task(wake.listen(self._woken)) if settings.REDIS_URL else None
        try:
            await self._hand_out()
        finally:
            if waker:
                waker.cancel()

    async def _hand_out(self) -> None:
        checked = time.monotonic()
        while self.listeners:
            try:
                for news in await _in_thread(audience.since, self._last):
                    self._last = news.id
                    for listener in self.listeners:
                        if listener.hearer.may_hear(news):
                            listener.tell(news)
                if time.monotonic() - checked > CHECK_SECONDS:
                    checked = time.monotonic()
                    await self._dismiss()
            except Exception:
                # The database is away: pages see by the missing pings that they are old.
                logger.warning("the live line could not look for news", exc_info=True)
                await asyncio.sleep(1)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_SECONDS)
            self._woken.clear()

    async def _dismiss(self) -> None:
        """Close the pages of those who may no longer sign in, or signed out."""
        keys = {listener.hearer.session for listener in self.listeners}
        gone = await _in_thread(audience.gone, keys)
        for listener in [one for one in self.listeners if one.hearer.session in gone]:
            listener.close()

    def close(self) -> None:
        for listener in self.listeners:
            listener.close()


hub = Hub()


async def serve(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """GET /live/: the stream of the person who is signed in; 403 for anybody else."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    hearer = await _in_thread(audience.of_session, _session(headers.get("cookie", "")))
    if hearer is None:
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})
        return
    last = headers.get("last-event-id", "")
    listener = await hub.open(hearer, int(last) if last.isascii() and last.isdigit() and len(last) < 19 else None)
    gone = asyncio.create_task(_disconnected(receive))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await _stream(listener, send, gone)
    finally:
        gone.cancel()
        hub.listeners.discard(listener)


async def lifespan(receive: Receive, send: Send) -> None:
    """Start and stop with the server; open streams end, so that a stop or a reload need not wait for them."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            hub.close()
            await send({"type": "lifespan.shutdown.complete"})
            return


_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


async def _stream(listener: Listener, send: Send, gone: asyncio.Task[None]) -> None:
    await _write(send, "retry: 2000\n\n" + _ping())
    while not gone.done():
        waiting = asyncio.create_task(listener.news.get())
        await asyncio.wait({waiting, gone}, timeout=PING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
            await _write(send, _ping())
            continue
        news = waiting.result()
        if news is None:
            await send({"type": "http.response.body", "body": b""})
            return
        await _write(send, f"id: {news.id}\nevent: {news.kind}\ndata: {json.dumps(news.data)}\n\n")


def _ping() -> str:
    return f"event: ping\ndata: {int(time.time() * 1000)}\n\n"


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _session(cookies: str) -> str:
    morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else ""


async def _in_thread(function: Callable[..., Any], *args: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(_database, function, *args)
