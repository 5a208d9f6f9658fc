"""How many calls an account has, a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterable

MINUTE_SECONDS = 60.0


class Pace:
    """Call ids by when each was first seen, on the clock given; those that ended a minute ago are forgotten."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._first_seen: dict[str, float] = {}

    def see(self, call_ids: Iterable[str]) -> None:
        """The ids of all calls that there are now."""
        now, running = self._clock(), set(call_ids)
        for one in running:
            self._first_seen.setdefault(one, now)
        self._first_seen = {
            one: at for one, at in self._first_seen.items() if one in running or now - at < MINUTE_SECONDS
        }

    @property
    def a_minute(self) -> int:
        """How many began in the last minute; of those that ran when listening began it is not known, so they count."""
        now = self._clock()
        return sum(now - at < MINUTE_SECONDS for at in self._first_seen.values())
