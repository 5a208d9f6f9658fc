"""Something that every request needs and that changes seldom, kept in memory and read again each second.

Whoever asks waits a moment for the reading at most: while the database is slow or away the last one holds, so that
a caller on the line never waits for it (FAULTS F-08, F-71).
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import Generic, TypeVar

from django.db import DatabaseError, close_old_connections, connection

logger = logging.getLogger(__name__)
T = TypeVar("T")
FRESH_SECONDS = 1.0
WAIT_SECONDS = 0.15

_reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="snapshot")


class Snapshot(Generic[T]):
    """What `read` gave last, at most FRESH_SECONDS ago where the database answers within WAIT_SECONDS."""

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._value: T | None = None
        self._at = -math.inf
        self._turn = threading.Lock()
        self._asked: Future[None] | None = None
        self._asked_at = 0.0

    def get(self) -> T:
        """Raises django.db.DatabaseError only where it was never read."""
        if time.monotonic() - self._at <= FRESH_SECONDS:
            return self._value
        # the first reading is waited for; inside a transaction no other connection would see the same
        if self._value is None or connection.in_atomic_block:
            with self._turn:
                if time.monotonic() - self._at > FRESH_SECONDS:
                    self._value, self._at = self._read(), time.monotonic()
        else:
            self._read_aside()
        return self._value

    def forget(self) -> None:
        """Read again at the next look-up."""
        self._value, self._at = None, -math.inf

    def _read_aside(self) -> None:
        with self._turn:
            if self._asked is None or self._asked.done():
                self._asked, self._asked_at = _reader.submit(self._refresh), time.monotonic()
            asked, patience = self._asked, self._asked_at + WAIT_SECONDS - time.monotonic()
        if patience > 0:
            wait_for([asked], patience)

    def _refresh(self) -> None:
        close_old_connections()
        try:
            self._value, self._at = self._read(), time.monotonic()
        except DatabaseError:
            logger.warning("the database is away; what was read last holds", exc_info=True)
            self._at = time.monotonic()
        finally:
            close_old_connections()
