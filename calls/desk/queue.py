"""What waits for a person: the people they took on to win back, and how many more nobody has taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from calls.models import Recovery
from calls.recovery import board
from voicenter_console.organisation.models import User
from voicenter_console.organisation.roles import Right


@dataclass(frozen=True, slots=True)
class Queue:
    """`mine`: cards claimed by the person, the first to end first; `free`: open ones that they could take."""

    mine: list[Recovery]
    free: int


def of(person: User, now: datetime) -> Queue:
    """In a constant number of queries."""
    if not person.may(Right.SEE_RECOVERIES):
        return Queue([], 0)
    visible = Recovery.objects.visible_to(person)
    mine = list(board.whole(visible.filter(state=Recovery.State.CLAIMED, claimed_by=person)).order_by("claimed_until"))
    board.dress(person, mine, now)
    return Queue(mine, visible.filter(state=Recovery.State.OPEN).count())
