"""The sandbox's own time: real, faster than real, or moved by hand."""

import threading
import time
from datetime import UTC, datetime, timedelta

STILL = 0.0


class Clock:
    """A clock that starts at an instant and runs at `speed` virtual seconds a second.

    `speed` 0 (STILL) stands until `advance` moves it, so tests never sleep.
    """

    def __init__(self, start: datetime | None = None, speed: float = 1.0):
        start = start or datetime.now(UTC)
        if start.tzinfo is None:
            raise ValueError("the clock starts at an aware time")
        if speed < 0:
            raise ValueError("time does not run backwards")
        self.start = start.astimezone(UTC)
        self.speed = speed
        self._offset = timedelta()
        self._began = time.monotonic()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The virtual instant, aware, in UTC."""
        with self._lock:
            ran = (time.monotonic() - self._began) * self.speed
            return self.start + self._offset + timedelta(seconds=ran)

    def advance(self, seconds: float) -> datetime:
        """Jump ahead by virtual seconds and return the new instant."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        with self._lock:
            self._offset += timedelta(seconds=seconds)
        return self.now()
