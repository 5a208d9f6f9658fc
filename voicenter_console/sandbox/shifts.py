"""Who is logged in, and who is at lunch: a plan of each agent's day by the seed, and what was set by hand."""

import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from random import Random

from voicenter_console.sandbox.legs import ISRAEL

LOGIN, LOGOUT = 1, 2
LUNCH, ADMINISTRATIVE, PRIVATE, OTHER, TRAINING, MEETING, BRIEF = 3, 5, 7, 9, 11, 12, 13
STATUSES = (LOGIN, LOGOUT, LUNCH, 4, ADMINISTRATIVE, PRIVATE, OTHER, TRAINING, MEETING, BRIEF)
# Guess: the names are an organisation's own; these are today's defaults, and two that this one changed.
NAMES = {
    LOGIN: "Login",
    LOGOUT: "Logout",
    LUNCH: "Lunch",
    4: "After call",
    ADMINISTRATIVE: "Administrative",
    PRIVATE: "Private",
    OTHER: "Other",
    TRAINING: "הדרכה",
    MEETING: "Team meeting",
    BRIEF: "Brief",
}
# What was set by hand holds at least so long, before the plan of the day goes on.
HELD = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Status:
    """A status since an instant, at an extension (its SIP code)."""

    id: int
    since: datetime
    sip: str


@dataclass(frozen=True, slots=True)
class _Set:
    status: int
    at: datetime
    sip: str


class Shifts:
    """The statuses of all agents at any time. Instants are aware UTC; safe for several threads.

    The centre never sleeps: agents are logged in round the clock but for their breaks, a lunch, and now and
    then a training or a short absence. `news` counts what was set by hand.
    """

    def __init__(self, seed: int, absent: set[str]):
        self.seed = seed
        self.absent = absent
        self._set: dict[str, list[_Set]] = {}
        self._lock = threading.Lock()

    def status(self, agent, at: datetime) -> Status:
        """The agent's status at that instant."""
        own = agent.extension.sip
        planned = self._planned(agent.code, at)
        with self._lock:
            by_hand = next((one for one in reversed(self._set.get(agent.code, ())) if one.at <= at), None)
        if by_hand and planned.since < by_hand.at + HELD:
            return Status(by_hand.status, by_hand.at, by_hand.sip)
        if own in self.absent:
            return Status(LOGOUT, planned.since, "")
        return Status(planned.id, planned.since, own if planned.id != LOGOUT else "")

    def takes_calls(self, agent, at: datetime) -> bool:
        """Whether a queue may ring the agent's own extension then."""
        status = self.status(agent, at)
        return status.id == LOGIN and status.sip == agent.extension.sip

    def set(self, agent, status: int, at: datetime, sip: str) -> None:
        """The agent changed it, on the phone or by the API."""
        with self._lock:
            self._set.setdefault(agent.code, []).append(_Set(status, at, "" if status == LOGOUT else sip))

    def _planned(self, code: str, at: datetime) -> Status:
        today = at.astimezone(ISRAEL).date()
        changes = _plan(self.seed, code, today - timedelta(days=1)) + _plan(self.seed, code, today)
        since, status = next((when, status) for when, status in reversed(changes) if when <= at)
        return Status(status, since, "")


@lru_cache(maxsize=1024)
def _plan(seed: int, code: str, day: date) -> tuple[tuple[datetime, int], ...]:
    """The changes of one agent's day in Israel: (instant, status), in order."""
    rng = Random(f"{seed}:shift:{code}:{day}")
    midnight = datetime.combine(day, time(), ISRAEL).astimezone(UTC)
    breaks = [(rng.randint(11 * 60 + 30, 14 * 60), LUNCH, rng.randint(25, 40))]
    for hour in range(1, 24, 4):
        kind = rng.choices((PRIVATE, ADMINISTRATIVE, OTHER, BRIEF), (5, 3, 1, 1))[0]
        breaks.append((60 * hour + rng.randint(0, 200), kind, rng.randint(4, 14)))
    if rng.random() < 0.2:
        breaks.append((rng.randint(9 * 60, 17 * 60), rng.choice((TRAINING, MEETING)), rng.randint(20, 50)))
    if rng.random() < 0.5:
        breaks.append((rng.choice((7, 15, 23)) * 60 + rng.randint(-20, 20), LOGOUT, rng.randint(5, 25)))
    changes = [(midnight, LOGIN)]
    free = 5
    for begin, status, minutes in sorted(breaks):
        if begin < free or begin + minutes > 24 * 60 - 5:
            continue
        at = midnight + timedelta(minutes=begin)
        changes += [(at, status), (at + timedelta(minutes=minutes), LOGIN)]
        free = begin + minutes + 10
    return tuple(changes)
