"""Many senders at once, each on a connection of its own, who come again when they are told to (FAULTS F-29)."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.faults.ledger import Message


@dataclass
class Flood:
    """What `connections` senders were answered in `seconds`, and until their last body was taken."""

    url: str
    connections: int
    seconds: float
    acked: set[str] = field(default_factory=set)
    within: int = 0
    answers: Counter[tuple[int, bytes, bytes]] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    _number: int = 0

    def run(self) -> Flood:
        asyncio.run(self._all())
        return self

    async def _all(self) -> None:
        self._until = time.monotonic() + self.seconds
        async with asyncio.TaskGroup() as tasks:
            for _ in range(self.connections):
                tasks.create_task(self._one())

    async def _one(self) -> None:
        at = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        while time.monotonic() < self._until:
            message = self._next()
            while not await self._sent(reader, writer, at.path, message):
                pass
        writer.close()

    def _next(self) -> Message:
        self._number += 1
        body = (
            f'{{"ivruniqueid": "20261101120000{self._number:018}", "type": "Incoming Call", "caller": "0545550118",'
            f' "target": "0772255133", "did": "0772255133", "status": "ANSWER", "duration": 61, "time": 1793534400}}'
        )
        return Message(body.encode())

    async def _sent(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, message) -> bool:
        began = time.monotonic()
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {message.content_type}\r\n"
        writer.write(f"{head}Content-Length: {len(message.body)}\r\n\r\n".encode() + message.body)
        status, headers, body = await _answer(reader)
        answered = time.monotonic()
        self.answers[status, body, headers.get(b"retry-after", b"")] += 1
        if status != 200:
            await asyncio.sleep(float(headers.get(b"retry-after", b"1")))
            return False
        self.latencies.append(answered - began)
        self.acked.add(hashlib.sha256(message.body).hexdigest())
        self.within += answered <= self._until
        return True


async def _answer(reader: asyncio.StreamReader) -> tuple[int, dict[bytes, bytes], bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.rstrip().split(b"\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
    return int(first.split()[1]), headers, await reader.readexactly(int(headers[b"content-length"]))
