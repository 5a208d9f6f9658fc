"""A host that does not answer is left alone for a while, so that it holds no worker (FAULTS F-42)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from .models import Outage

# So many requests in a row without an answer, and nobody asks for FIRST; each further one doubles it.
FAILURES = 3
FIRST = timedelta(seconds=15)
LONGEST = timedelta(minutes=5)
# Longer than a request can last: whoever tries a silent host keeps all others away for so long.
TRIAL = timedelta(minutes=2, seconds=30)


class SharedBreaker:
    """The library's Breaker over a row of each account and host. `now` is an argument, so that a test can move it."""

    def __init__(self, now: Callable[[], datetime] = timezone.now) -> None:
        self._now = now

    def wait(self, account: str, host: str) -> float:
        """Seconds until somebody may ask again; 0 for now. Of many who may, one is let through to try."""
        outage = Outage.objects.filter(pk=_key(account, host), failures__gte=FAILURES).first()
        if outage is None:
            return 0
        now = self._now()
        over = Q(until__lte=now) | Q(until__gt=now + LONGEST)  # nobody waits so long: a wrong clock wrote it (F-13)
        due = Outage.objects.filter(over, pk=outage.pk, until=outage.until)
        if due.update(until=now + TRIAL):
            return 0
        return max((outage.until - now).total_seconds(), 1)

    def failed(self, account: str, host: str) -> None:
        """A request had no answer."""
        now = self._now()
        key = _key(account, host)
        if not Outage.objects.filter(pk=key).update(failures=F("failures") + 1):
            Outage.objects.get_or_create(pk=key, defaults={"failures": 1, "since": now, "until": now})
        failures = Outage.objects.filter(pk=key).values_list("failures", flat=True).first() or 0
        if failures >= FAILURES:
            wait = min(FIRST * 2 ** min(failures - FAILURES, 10), LONGEST)
            Outage.objects.filter(pk=key).update(until=now + wait)

    def answered(self, account: str, host: str) -> None:
        """It answers, whatever it says."""
        outage = Outage.objects.filter(pk=_key(account, host))
        if outage.exists():  # a write for each answer would be one too many
            outage.delete()


def _key(account: str, host: str) -> str:
    return f"{account} {host}"[:320]
