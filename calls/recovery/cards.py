"""Which losses, attempts and answers of one person make which card. Pure: the same calls give the same cards.

A card begins with a loss and takes the person's losses of the next 24 hours; a later loss begins the next card.
It is won by the first answered call, either way, after its last loss; unanswered calls out in between are attempts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LOST, TRIED, REACHED, RETURNED = "lost", "tried", "reached", "returned"
GAVE_UP, DUPLICATE = "gave_up", "duplicate"
WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One call of the person: what it means here, and what a card shows of it. `waited` in seconds, where known."""

    at: datetime
    root: str
    kind: str
    call: int
    waited: int | None = None
    queue: str = ""
    department: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a card is over, since when, and by which call where one ended it."""

    reason: str
    at: datetime
    by: Seen | None = None


@dataclass(slots=True)
class Card:
    """Calls in order of time, the first of them a loss."""

    calls: list[Seen] = field(default_factory=list)
    won: Seen | None = None
    ending: Ending | None = None

    @property
    def losses(self) -> list[Seen]:
        return [call for call in self.calls if call.kind == LOST]

    @property
    def first(self) -> datetime:
        return self.calls[0].at

    @property
    def last_loss(self) -> Seen:
        return self.losses[-1]

    @property
    def waited(self) -> int | None:
        """The longest of the waits that are known."""
        return max((loss.waited for loss in self.losses if loss.waited is not None), default=None)

    @property
    def called_back_at(self) -> datetime | None:
        return next((call.at for call in self.calls if call.kind in (TRIED, REACHED)), None)

    def take(self, call: Seen, keep: timedelta) -> None:
        """Add a call that is not a loss, as long as somebody still waits."""
        if self.won or call.at >= self.last_loss.at + keep:
            return
        self.calls.append(call)
        self.won = call if call.kind in (REACHED, RETURNED) else None

    def lose(self, call: Seen) -> None:
        self.calls.append(call)
        self.won = None


def of(calls: Iterable[Seen], *, keep: timedelta, now: datetime) -> list[Card]:
    """The cards of one person, the oldest first, each but perhaps the last with its ending.

    `keep` (24 hours at least) is how long after the last loss a person is given up.
    """
    cards: list[Card] = []
    for call in sorted(calls, key=lambda one: (one.at, one.root)):
        if call.kind != LOST:
            if cards:
                cards[-1].take(call, keep)
        elif cards and call.at < cards[-1].first + WINDOW:
            cards[-1].lose(call)
        else:
            cards.append(Card([call]))
    for place, card in enumerate(cards):
        following = cards[place + 1].first if place + 1 < len(cards) else None
        card.ending = _ending(card, following, keep, now)
    return cards


def _ending(card: Card, following: datetime | None, keep: timedelta, now: datetime) -> Ending | None:
    if card.won:
        return Ending(card.won.kind, card.won.at, card.won)
    given_up = card.last_loss.at + keep
    if following and following < given_up:
        return Ending(DUPLICATE, following)
    return Ending(GAVE_UP, given_up) if given_up <= now or following else None
