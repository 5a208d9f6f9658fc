"""Keep all processes together under Voicenter's requests a minute (PROTOCOL S3, S4: 30; we keep to 20)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models.functions import Now
from django.utils import timezone

from .models import RateBucket

PER_MINUTE = 20
# With a burst of 5 no minute holds more than 25 requests, whatever came before it.
BURST = 5
# Seconds until another try where two were at it at once; the shortest wait.
_CONTENDED = 0.01


# A row that claims to be from further ahead was written by a clock that was wrong.
_CLOCK_LEEWAY = timedelta(minutes=1)


# Beat may be early by so much of a period.
_EARLY = 0.2


def first_in(every: timedelta, key: str) -> bool:
    """Whether nobody else had this turn in the last `every`, by the database's clock; then the asker has it now.

    A second beat tells twice as often, and we ask Voicenter as often as with one (FAULTS F-33).
    """
    turn, new = RateBucket.objects.get_or_create(key=f"turn:{key}", defaults={"tokens": 0, "at": Now()})
    passed = RateBucket.objects.filter(pk=turn.pk, at__lte=Now() - every * (1 - _EARLY))
    return new or bool(passed.update(at=Now()))


class SharedLimiter:
    """The library's Limiter over a row. `now` and `sleep` are arguments, so that a test's time can run faster."""

    def __init__(
        self, *, now: Callable[[], datetime] = timezone.now, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._now = now
        self._sleep = sleep

    def wait(self, account: str, cost: int) -> None:
        """Return when `account` may send `cost` more requests (at most BURST); sleeps up to a minute at a time."""
        while (seconds := self._take(account, cost)) > 0:
            self._sleep(min(seconds, 60))

    def back_off(self, account: str, seconds: float) -> None:
        """Nobody sends for `account` in the next `seconds`: Voicenter said that it was too much."""
        tokens = 1 - seconds * PER_MINUTE / 60
        while not self._set(self._bucket(account), tokens, self._now()):
            self._sleep(_CONTENDED)

    def _take(self, key: str, cost: int) -> float:
        """0 where the tokens were taken, else how many seconds to wait before asking again."""
        bucket = self._bucket(key)
        now = self._now()
        since = max(0.0, (now - bucket.at).total_seconds())
        filled = min(BURST, bucket.tokens + since * PER_MINUTE / 60)
        if filled < cost:
            if bucket.at > now + _CLOCK_LEEWAY:
                self._set(bucket, filled, now)
            return max((cost - filled) * 60 / PER_MINUTE, _CONTENDED)
        return 0 if self._set(bucket, filled - cost, max(now, bucket.at)) else _CONTENDED

    def _bucket(self, key: str) -> RateBucket:
        full = {"tokens": BURST, "at": self._now()}
        return RateBucket.objects.get_or_create(key=key, defaults=full)[0]

    def _set(self, bucket: RateBucket, tokens: float, at: datetime) -> bool:
        """Whether nobody else was quicker."""
        unchanged = RateBucket.objects.filter(pk=bucket.pk, version=bucket.version)
        return bool(unchanged.update(tokens=tokens, at=at, version=bucket.version + 1))
