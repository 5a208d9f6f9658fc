"""One process type: the live stream on the async side, everything else WSGI in fixed pools of threads (ADR 7).

A thread keeps its database connection, so a process holds at most THREADS + HOOK_THREADS + CALLER_THREADS of them; sync
views under an ASGI handler would open one per thread that asyncio happens to start. Hooks have threads of their own:
pages that take long keep no delivery waiting, and deliveries that come all at once keep no caller waiting.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from typing import Any

from a2wsgi import WSGIMiddleware

from voicenter_console import env
from voicenter_console.wsgi import application as pages
from voicenter_console.wsgi import hooks

from voicenter_console.live import stream  # isort: skip  (Django must be set up first)
from voicenter_console.webhooks.admission import Admission  # isort: skip

THREADS = env.number("WEB_THREADS", default=16, least=1, most=200)
HOOK_THREADS = env.number("HOOK_THREADS", default=8, least=1, most=200)
CALLER_THREADS = env.number("CALLER_THREADS", default=8, least=1, most=200)
HOOK_QUEUE = env.number("HOOK_QUEUE", default=200, least=1, most=100_000)
# The last part of a hook's address on which somebody waits for the answer.
_SOMEBODY_WAITS = ("/ivr/", "/layer/", "/popup/")


def over_wsgi(app: Any, threads: int) -> WSGIMiddleware:
    """`app` in a pool of threads of its own."""
    return WSGIMiddleware(app, workers=threads)


_pages = over_wsgi(pages, THREADS)
_hooks = Admission(over_wsgi(hooks, HOOK_THREADS), HOOK_QUEUE)
_callers = over_wsgi(hooks, CALLER_THREADS)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        _end_in_time()
        await stream.lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"].startswith("/live/"):
        await stream.serve(scope, receive, send)
    elif scope["type"] == "http" and scope["path"].startswith("/hooks/"):
        await (_callers if scope["path"].endswith(_SOMEBODY_WAITS) else _hooks)(scope, receive, send)
    elif scope["type"] == "http":
        await _pages(scope, receive, send)


def _end_in_time() -> None:
    """Told to end, the server waits for all who are served: streams would never be, so they are ended first. And of
    several web processes none outlives the one that started them, whose port it would keep."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _streams_first(loop, signal.getsignal(number)))
    if parent := multiprocessing.parent_process():
        loop.add_reader(parent.sentinel, _orphaned, loop, parent.sentinel)


def _streams_first(loop: asyncio.AbstractEventLoop, servers_own: Any) -> Any:
    def told(number: int, frame: Any) -> None:
        loop.call_soon_threadsafe(stream.hub.close)
        servers_own(number, frame)

    return told


def _orphaned(loop: asyncio.AbstractEventLoop, sentinel: int) -> None:
    loop.remove_reader(sentinel)
    signal.raise_signal(signal.SIGTERM)
