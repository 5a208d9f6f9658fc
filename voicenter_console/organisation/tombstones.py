"""Is this the number of somebody who was erased? One answer for every way by which it may come back (FAULTS F-32).

Each process reads an account's tombstones at most once a second. An account without any costs one look-up in memory.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db.models import F

from voicenter_console import phones
from voicenter_console.voicenter import redaction

from .models import Account, Tombstone

FRESH_SECONDS = 1.0


@dataclass(slots=True)
class Erased:
    """The erased numbers of one account: takes them out of a text. Remembers which of them it met."""

    digests: dict[str, datetime]
    account_id: int
    met: Counter[str] = field(default_factory=Counter)

    def __call__(self, text: str) -> str:
        """The text with each erased number as the word phones.ERASED."""
        return phones.replaced(text, lambda found: phones.ERASED if self.holds(found) else found)

    def holds(self, number: str) -> bool:
        for digest in digests(self.account_id, number):
            if digest in self.digests:
                self.met[digest] += 1
                return True
        return False

    @property
    def newest(self) -> datetime | None:
        return max(self.digests.values(), default=None)


_snapshots: dict[int, tuple[float, dict[str, datetime]]] = {}
_reading = threading.Lock()


def of(account_id: int, *, fresh: bool = False) -> Erased | None:
    """The erased numbers of an account, at most a second old (`fresh`: as of now); None where there are none."""
    at, found = _snapshots.get(account_id, (0.0, {}))
    if fresh or time.monotonic() - at > FRESH_SECONDS:
        with _reading:
            found = dict(Tombstone.objects.filter(account=account_id).values_list("digest", "erased_at"))
            _snapshots[account_id] = (time.monotonic(), found)
    return Erased(found, account_id) if found else None


def forget() -> None:
    """Read again at the next question."""
    _snapshots.clear()


def bury(account: Account, numbers: Iterable[str]) -> list[str]:
    """From now on these numbers are not kept; the digests, of which each is made once."""
    made = [digests(account.pk, number)[0] for number in numbers]
    Tombstone.objects.bulk_create(
        (Tombstone(account=account, digest=digest) for digest in made), ignore_conflicts=True
    )  # fmt: skip
    forget()
    return made


def without(account_id: int, body: bytes, content_type: str) -> bytes:
    """A body that came, without those who were erased. Counts what it took out."""
    erased = of(account_id)
    clean = redaction.body(body, content_type, erased) if erased else None
    if clean is None:
        return body
    count(erased)
    return clean


def count(erased: Erased) -> None:
    """Write down how often the numbers came again."""
    for digest, times in erased.met.items():
        Tombstone.objects.filter(account=erased.account_id, digest=digest).update(times=F("times") + times)
    erased.met.clear()


def digests(account_id: int, number: str) -> list[str]:
    """The number's digest by SECRET_KEY, then by each of its fallbacks, so that a rotation forgets nobody."""
    digits = phones.search_digits(number)
    return [_digest(key, account_id, digits) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


@lru_cache(maxsize=50_000)
def _digest(key: str, account_id: int, digits: str) -> str:
    return hmac.new(key.encode(), f"tombstone:{account_id}:{digits}".encode(), hashlib.sha256).hexdigest()
