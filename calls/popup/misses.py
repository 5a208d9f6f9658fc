"""How many unknown numbers one source may ask for: a pop-up's address must not be a telephone book (FAULTS F-46).

Distinct numbers are counted, since one call rings several phones, three times each. The count of this process is
exact; the one that processes share, in the cache, follows a moment later.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from dataclasses import dataclass, field

from django.core.cache import cache

logger = logging.getLogger(__name__)
MOST_A_MINUTE = 60
MINUTE = 60
BLOCKED_SECONDS = 15 * 60
MOST_SOURCES = 10_000


@dataclass(slots=True)
class _Source:
    """The unknown numbers of the minute that began at `since`, on the clock of time.monotonic."""

    since: float
    numbers: set[str] = field(default_factory=set)
    blocked_until: float = 0.0


_sources: dict[str, _Source] = {}
_turn = threading.Lock()


def source(token: str, address: str) -> str:
    """By what one asker is known: the address it asks from, and the token it knows."""
    return hashlib.sha256(f"{token}\0{address}".encode()).hexdigest()[:32]


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


def count(key: str, number: str) -> None:
    """This process's count of an unknown number. Costs the same whether it is new or not."""
    now = time.monotonic()
    with _turn:
        if len(_sources) >= MOST_SOURCES and key not in _sources:
            _sources.clear()  # so many sources are an attack of another kind, which the shared count still sees
        known = _sources.setdefault(key, _Source(now))
        if now - known.since > MINUTE:
            known.since, known.numbers = now, set()
        known.numbers.add(number)
        if len(known.numbers) >= MOST_A_MINUTE:
            known.blocked_until = now + BLOCKED_SECONDS
            logger.warning("a source of pop-ups asked for %s unknown numbers in a minute", MOST_A_MINUTE)


def share(key: str, number: str) -> None:
    """The count of all processes. Called after the answer."""
    minute = int(time.time() // MINUTE)
    seen = hashlib.sha256(number.encode()).hexdigest()[:16]
    if not cache.add(f"popup-miss:{key}:{minute}:{seen}", 1, 2 * MINUTE):
        return
    total = f"popup-misses:{key}:{minute}"
    cache.add(total, 0, 2 * MINUTE)
    if cache.incr(total) >= MOST_A_MINUTE:
        cache.set(f"popup-blocked:{key}", 1, BLOCKED_SECONDS)


def forget() -> None:
    """Begin anew, in this process."""
    with _turn:
        _sources.clear()
