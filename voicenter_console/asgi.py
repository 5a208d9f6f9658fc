"""One process type: the live stream on the async side, everything else WSGI in a fixed pool of threads (ADR 7).

A thread keeps its database connection, so a process holds at most THREADS + HOOK_THREADS of them; sync views under
an ASGI handler would open one per thread that asyncio happens to start. Hooks have threads of their own: pages that
take long keep no delivery waiting.
"""

from __future__ import annotations

from typing import Any

from a2wsgi import WSGIMiddleware

from voicenter_console import env
from voicenter_console.wsgi import application as pages
from voicenter_console.wsgi import hooks

from voicenter_console.live import stream  # isort: skip  (Django must be set up first)

THREADS = env.number("WEB_THREADS", default=16, least=1, most=200)
HOOK_THREADS = env.number("HOOK_THREADS", default=8, least=1, most=200)


def over_wsgi(app: Any, threads: int) -> WSGIMiddleware:
    """`app` in a pool of threads of its own."""
    return WSGIMiddleware(app, workers=threads)


_pages = over_wsgi(pages, THREADS)
_hooks = over_wsgi(hooks, HOOK_THREADS)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await stream.lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"].startswith("/live/"):
        await stream.serve(scope, receive, send)
    elif scope["type"] == "http" and scope["path"].startswith("/hooks/"):
        await _hooks(scope, receive, send)
    elif scope["type"] == "http":
        await _pages(scope, receive, send)
