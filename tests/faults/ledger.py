"""The client's side of the truth: what was sent, what was answered, what may therefore never be lost (FAULTS §2).

A server cannot be asked what it lost. The ledger writes an answer down before the next body is sent, in this
process, which no fault touches.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.wire import decode, fold


@dataclass(frozen=True, slots=True)
class Message:
    """One body as Voicenter's cloud would post it."""

    body: bytes
    content_type: str = "application/json"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: HTTP status (0: nothing came), `err` where the answer held one, and after how many seconds."""

    status: int
    err: int | None
    seconds: float


@dataclass
class Ledger:
    """Every answer of a test run. Safe for several threads."""

    acked: dict[str, Message] = field(default_factory=dict)
    answers: Counter[tuple[int, int | None]] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, message: Message, answer: Answer) -> None:
        with self._lock:
            self.answers[answer.status, answer.err] += 1
            self.seconds.append(answer.seconds)
            if (answer.status, answer.err) == (200, 0):
                self.acked[message.digest] = message

    def count(self, status: int) -> int:
        return sum(times for (code, _), times in self.answers.items() if code == status)

    def percentile(self, share: float) -> float:
        """Seconds within which `share` of all requests were answered."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Sender:
    """Posts like the cloud: one connection a thread, kept open, opened anew after any trouble.

    With `like_a_proxy` as deploy/'s nginx does: what went over a connection that was kept open, and closed before
    a byte of the answer, goes once more over a new one.
    """

    def __init__(
        self, ledger: Ledger, urls: Callable[[], str], *, timeout: float = 10.0, like_a_proxy: bool = False
    ) -> None:
        self.ledger, self._urls, self._timeout, self._like_a_proxy = ledger, urls, timeout, like_a_proxy
        self._mine = threading.local()

    def post(self, message: Message, **headers: str) -> Answer:
        """One try, written into the ledger."""
        began = time.perf_counter()
        status, err = self._exchange(message, headers)
        answer = Answer(status, err, time.perf_counter() - began)
        self.ledger.note(message, answer)
        return answer

    def until_acknowledged(self, message: Message, *, patience: float = 60.0, wait: float = 0.1) -> Answer:
        """Try again, as the cloud does, until err 0. Raises TimeoutError after `patience` seconds."""
        until = time.monotonic() + patience
        while True:
            answer = self.post(message)
            if (answer.status, answer.err) == (200, 0):
                return answer
            if time.monotonic() > until:
                raise TimeoutError(f"not acknowledged within {patience} s, last answer {answer}")
            time.sleep(wait)

    def all(self, messages: Iterable[Message], *, at_once: int, once: bool = False) -> list[Answer]:
        """Post all, `at_once` at a time; with `once` a single try each."""
        with ThreadPoolExecutor(at_once) as threads:
            return list(threads.map(self.post if once else self.until_acknowledged, messages))

    def spread(self, messages: Sequence[Message], *, over: float, at_once: int) -> None:
        """Post all, each until it is acknowledged, evenly over `over` seconds or for as long as it takes."""
        began = time.monotonic()

        def in_its_turn(place: int) -> None:
            time.sleep(max(0.0, began + place * over / len(messages) - time.monotonic()))
            self.until_acknowledged(messages[place])

        with ThreadPoolExecutor(at_once) as threads:
            list(threads.map(in_its_turn, range(len(messages))))

    @contextmanager
    def in_background(self, message: Message) -> Iterator[Future[Answer]]:
        """Post it on another thread; the answer is there when the block is left."""
        with ThreadPoolExecutor(1) as thread:
            yield thread.submit(self.post, message)

    def _exchange(self, message: Message, headers: dict[str, str]) -> tuple[int, int | None]:
        url = urlsplit(self._urls())
        connection = self._connection(url.netloc)
        kept_open = connection.sock is not None
        try:
            connection.request("POST", url.path, message.body, {"Content-Type": message.content_type, **headers})
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if self._like_a_proxy and kept_open and isinstance(error, ConnectionError):
                return self._exchange(message, headers)
            return 0, None
        return answer.status, _err(body, answer.headers.get("Content-Type", ""))

    def _connection(self, host: str) -> http.client.HTTPConnection:
        connections = self._mine.__dict__.setdefault("connections", {})
        if host not in connections:
            connections[host] = http.client.HTTPConnection(host, timeout=self._timeout)
        return connections[host]


def _err(body: bytes, content_type: str) -> int | None:
    try:
        return int(fold(decode(body, content_type).payload)["err"])
    except (Garbled, KeyError, TypeError, ValueError, json.JSONDecodeError):
        return None
