"""How many unknown numbers one source may ask for: a pop-up's address must not be a telephone book (FAULTS F-46).

Sixty a minute, and no more than three times as many as calls begin, where the live board knows how many do. Distinct
numbers are counted, since one call rings several phones, three times each. The count of this process is exact; the one
that processes share, in the cache, follows a moment later.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db import DatabaseError
from django.utils import timezone

from calls.models import LiveBoard
from voicenter_console.webhooks.snapshot import Snapshot

logger = logging.getLogger(__name__)
MOST_A_MINUTE = 60
# In a quiet hour a few phones ring at once, and the board hears of a call some seconds late.
LEAST_A_MINUTE = 20
OF_EACH_CALL = 3
# As old as a board's count of calls may be to bound anything.
FRESH_SECONDS = 30
MINUTE = 60
BLOCKED_SECONDS = 15 * 60
MOST_SOURCES = 10_000


@dataclass(slots=True)
class _Source:
    """The numbers of the minute that began at `since`, on the clock of time.monotonic."""

    since: float
    known: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    blocked_until: float = 0.0


_sources: dict[str, _Source] = {}
_turn = threading.Lock()


def source(token: str, address: str) -> str:
    """By what one asker is known: the address it asks from, and the token it knows."""
    return hashlib.sha256(f"{token}\0{address}".encode()).hexdigest()[:32]


def _paces() -> dict[int, tuple[float, int]]:
    boards = LiveBoard.objects.exclude(as_of=None).values_list("account_id", "as_of", "calls_a_minute")
    return {account_id: (as_of.timestamp(), pace) for account_id, as_of, pace in boards}


_boards = Snapshot(_paces)


def most_a_minute(account_id: int) -> int:
    """How many unknown numbers a source may ask for in a minute, now."""
    try:
        as_of, pace = _boards.get().get(account_id, (0.0, 0))
    except DatabaseError:
        return MOST_A_MINUTE
    if timezone.now().timestamp() - as_of > FRESH_SECONDS:
        return MOST_A_MINUTE
    return min(MOST_A_MINUTE, max(LEAST_A_MINUTE, OF_EACH_CALL * pace))


def blocked(key: str) -> bool:
    """Whether this source asked for too many; it may ask again BLOCKED_SECONDS later."""
    with _turn:
        known = _sources.get(key)
        if known and known.blocked_until > time.monotonic():
            return True
    try:
        return cache.get(f"popup-blocked:{key}") is not None
    except Exception:
        logger.warning("the count that processes share cannot be read", exc_info=True)
        return False


def count(key: str, number: str, *, known: bool, most: int) -> bool:
    """This process's count of a number; whether it is the minute's first of it. Costs the same, known or not."""
    now = time.monotonic()
    with _turn:
        if len(_sources) >= MOST_SOURCES and key not in _sources:
            _sources.clear()  # so many sources are an attack of another kind, which the shared count still sees
        one = _sources.setdefault(key, _Source(now))
        if now - one.since > MINUTE:
            one.since, one.known, one.unknown = now, set(), set()
        numbers = one.known if known else one.unknown
        if number in numbers:
            return False
        numbers.add(number)
        if len(one.unknown) >= most:
            one.blocked_until = now + BLOCKED_SECONDS
            logger.warning("a source of pop-ups asked for %s unknown numbers in a minute", len(one.unknown))
        return True


def share(key: str, number: str, most: int) -> None:
    """The count of all processes, of an unknown number. Called after the answer."""
    minute = _minute()
    seen = hashlib.sha256(number.encode()).hexdigest()[:16]
    if not cache.add(f"popup-miss:{key}:{minute}:{seen}", 1, 2 * MINUTE):
        return
    total = f"popup-misses:{key}:{minute}"
    cache.add(total, 0, 2 * MINUTE)
    if cache.incr(total) >= most:
        cache.set(f"popup-blocked:{key}", 1, BLOCKED_SECONDS)


def _minute() -> int:
    return int(time.time() // MINUTE)


def forget() -> None:
    """Begin anew, in this process."""
    _boards.forget()
    with _turn:
        _sources.clear()
