"""Who waits and who talks right now, for pages that are about something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from calls.models import LiveBoard, QueueDay
from voicenter_console import phones
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right
from voicenter_console.voicenter.live import Phase
from voicenter_console.voicenter.terms import Direction

FRESH = timedelta(seconds=30)  # the collector confirms what it knows every few seconds
# A department's queues are those that had calls of it within so many days.
_DAYS = 30
_RANK = {Phase.TALKING: 3, Phase.HELD: 3, Phase.RINGING: 2, Phase.DIALLING: 2}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Callers in queues as of a moment; `since` and `queue` are of the one who waits longest."""

    callers: int
    since: datetime | None
    queue: str
    as_of: datetime | None

    @property
    def is_old(self) -> bool:
        return self.as_of is None or timezone.now() - self.as_of > FRESH


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Somebody who is on a line to us: waits in a queue, or has somebody's phone ring or in hand. `place` is the
    queue, or who is called by name."""

    doing: str  # waiting, ringing, dialled (by us) or talking
    place: str
    since: datetime | None


def waiting(actor: Actor) -> Waiting | None:
    """Who waits in the queues of the actor's departments; None where nobody listens to their accounts."""
    boards = list(LiveBoard.objects.visible_to(actor))
    if not boards:
        return None
    seen = _queues(actor)
    whole = actor.whole_account_ids
    callers = [
        (_moment(caller["joined_at"]), queue["name"])
        for board in boards for queue in board.state.get("queues", ())
        if seen is None or board.pk in whole or (board.pk, queue["id"]) in seen
        for caller in queue["callers"]
    ]  # fmt: skip
    since, name = min(((at, name) for at, name in callers if at), default=(None, ""))
    known = [board.as_of for board in boards]
    return Waiting(len(callers), since, name, min(known) if all(known) else None)


def whereabouts(accounts: Iterable[int]) -> dict[tuple[int, str], Whereabouts]:
    """By account and number (as `Recovery.number` has it): who is on the line. Nobody of an account that is not
    listened to right now."""
    found: dict[tuple[int, str], Whereabouts] = {}
    for board in LiveBoard.objects.filter(account__in=set(accounts)):
        if board.holds(FRESH):
            for number, one in _people(board.state):
                found[board.pk, number] = one
    return found


def _people(state: dict[str, Any]) -> Iterator[tuple[str, Whereabouts]]:
    """The same person may be told of twice: what is told last is the nearest to a talk."""
    for queue in state.get("queues", ()):
        for caller in queue["callers"]:
            yield _number(caller["number"]), Whereabouts("waiting", queue["name"], _moment(caller["joined_at"]))
    calls = [(call, phone) for phone in state.get("extensions", ()) for call in phone["calls"]]
    for call, phone in sorted(calls, key=lambda pair: _RANK.get(pair[0]["phase"], 0)):
        if rank := _RANK.get(call["phase"]):
            since = call["answered_at"] or call["started_at"] if rank == 3 else call["started_at"]
            ours = call["direction"] == Direction.OUT
            doing = "talking" if rank == 3 else "dialled" if ours else "ringing"
            yield _number(call["number"]), Whereabouts(doing, phone["agent_name"] or phone["name"], _moment(since))


def _queues(actor: Actor) -> set[tuple[int, int]] | None:
    """Account and number of the queues whose calls are the actor's departments'; None for all."""
    if actor.may(Right.SEE_ALL_ACCOUNTS):
        return None
    days = QueueDay.objects.filter(
        department__in=actor.known_department_ids, day__gte=timezone.localdate() - timedelta(days=_DAYS)
    )
    return set(days.exclude(queue_number=0).values_list("account_id", "queue_number").distinct())


def _number(text: str) -> str:
    return phones.parse(text).e164 or text


def _moment(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None
