"""A load generator in a process of its own: prepared requests over open connections, each body another call.

    python -m tests.bench.load REQUEST_FILE HOST PORT CONNECTIONS SECONDS

REQUEST_FILE holds one whole HTTP request with PLACE where a call id of the same length goes. Prints JSON.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from pathlib import Path

PLACE = b"20260715143010000000000000000000"


class Caller(asyncio.Protocol):
    """One connection: the next request goes out when the last was answered. Answers have a Content-Length."""

    def __init__(self, parts: list[bytes], ids: itertools.count, until: float) -> None:
        self._parts, self._ids, self._until = parts, ids, until
        self._buffer = b""
        self.seconds: list[float] = []
        self.failed = 0
        self.words = ""
        self.over = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.over.done():
            self.failed += 1
            self.over.set_result(None)

    def _send(self) -> None:
        self._began = time.perf_counter()
        if self._began > self._until:
            self.over.set_result(None)
            self._transport.close()
            return
        call_id = PLACE[:14] + b"%018d" % next(self._ids)
        self._transport.write(call_id.join(self._parts))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        at = lower.index(b"content-length:") + 15
        if len(body) < int(lower[at : lower.find(b"\r\n", at) if b"\r\n" in lower[at:] else None]):
            return
        self._buffer = b""
        self.seconds.append(time.perf_counter() - self._began)
        if not head.startswith(b"HTTP/1.1 200"):
            self.failed += 1
            self.words = f"{head!r} {body[:200]!r}"
        self._send()


async def run(request: bytes, host: str, port: int, connections: int, seconds: float) -> dict[str, float]:
    ids = itertools.count(time.time_ns() % 10**18)
    parts, until = request.split(PLACE), time.perf_counter() + seconds
    loop = asyncio.get_running_loop()
    callers = [
        (await loop.create_connection(lambda: Caller(parts, ids, until), host, port))[1] for _ in range(connections)
    ]
    began = time.perf_counter()
    await asyncio.gather(*(caller.over for caller in callers))
    took = time.perf_counter() - began
    times = sorted(itertools.chain.from_iterable(caller.seconds for caller in callers))
    if not times:
        raise SystemExit("no request was answered")
    return {
        "requests": len(times),
        "failed": sum(caller.failed for caller in callers),
        "words": next((caller.words for caller in callers if caller.words), ""),
        "per_second": len(times) / took,
        "p50_ms": 1000 * times[len(times) // 2],
        "p99_ms": 1000 * times[int(len(times) * 0.99)],
        "max_ms": 1000 * times[-1],
    }


if __name__ == "__main__":
    file, host, port, connections, seconds = sys.argv[1:]
    found = asyncio.run(run(Path(file).read_bytes(), host, int(port), int(connections), float(seconds)))
    print(json.dumps(found))
