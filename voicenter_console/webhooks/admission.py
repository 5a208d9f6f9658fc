"""How many deliveries may wait for a thread of this process (FAULTS F-29; ADR 16).

A delivery that waits until its sender has given up is kept for nobody: it comes again. So whoever finds a full house is
told so at once, and when to come back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from voicenter_console.voicenter import wire

from . import metrics

RETRY_SECONDS = 5
_FULL = {"err": 2, "errdesc": "Application error"}

App = Callable[[dict[str, Any], Any, Callable[[dict[str, Any]], Awaitable[None]]], Awaitable[None]]


class Admission:
    """An ASGI application: at most `most` requests are in `app`; any other gets 503 and err 2 (PROTOCOL S5)."""

    def __init__(self, app: App, most: int) -> None:
        self._app, self._most, self._inside = app, most, 0

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if self._inside >= self._most:
            await _refuse(scope, send)
            return
        self._inside += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._inside -= 1


async def _refuse(scope: dict[str, Any], send: Any) -> None:
    metrics.refused.labels("full").inc()
    content_type = dict(scope["headers"]).get(b"content-type", b"").decode("latin-1")
    fmt = wire.sniff(b"", content_type)
    body = wire.encode_answer(fmt, _FULL)
    headers = {
        b"content-type": wire.MEDIA_TYPE[fmt].encode(),
        b"content-length": str(len(body)).encode(),
        b"retry-after": str(RETRY_SECONDS).encode(),
    }
    await send({"type": "http.response.start", "status": 503, "headers": list(headers.items())})
    await send({"type": "http.response.body", "body": body})
