"""Keep all processes together under Voicenter's requests a minute (PROTOCOL S3, S4: 30; we keep to 20)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from .models import RateBucket

PER_MINUTE = 20
# With a burst of 5 no minute holds more than 25 requests, whatever came before it.
BURST = 5


class SharedLimiter:
    """The library's Limiter over a row. `now` and `sleep` are arguments, so that a test's time can run faster."""

    def __init__(
        self, *, now: Callable[[], datetime] = timezone.now, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._now = now
        self._sleep = sleep

    def wait(self, account: str, cost: int) -> None:
        """Return when `account` may send `cost` more requests; waits seconds, never more than a minute at a time."""
        while (seconds := self._take(account, cost)) > 0:
            self._sleep(min(seconds, 60))

    def _take(self, key: str, cost: int) -> float:
        """0 where the tokens were taken, else how many seconds to wait before asking again."""
        bucket = RateBucket.objects.filter(pk=key).first()
        if bucket is None:
            try:
                with transaction.atomic():
                    bucket = RateBucket.objects.create(key=key, tokens=BURST, at=self._now())
            except IntegrityError:
                bucket = RateBucket.objects.get(pk=key)
        now = max(self._now(), bucket.at)
        filled = min(BURST, bucket.tokens + (now - bucket.at).total_seconds() * PER_MINUTE / 60)
        if filled < cost:
            return (cost - filled) * 60 / PER_MINUTE
        unchanged = RateBucket.objects.filter(pk=key, version=bucket.version)
        taken = unchanged.update(tokens=filled - cost, at=now, version=bucket.version + 1)
        return 0 if taken else 0.01
