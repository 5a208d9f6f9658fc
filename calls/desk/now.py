"""What goes on at a person's own phones now: from the collector's snapshot, and sooner from the pop-up hook.

Nothing is written here: a phone that rings creates nothing (PROTOCOL S2).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from calls.board.agents import AgentNow, agents_of
from calls.board.standing import STALE
from calls.board.talk import CallNow, at_phones, call_of_hook
from calls.concealment import conceal, masked
from calls.contacts import who
from calls.models import Call, Extension, LiveBoard, Recovery
from calls.popup import news
from voicenter_console.live.models import Event
from voicenter_console.organisation.models import User
from voicenter_console.organisation.roles import Right
from voicenter_console.voicenter.live import Phase

# What the hook said of a call that the snapshot never came to know is believed for so long.
HEARD = timedelta(seconds=90)
EARLIER = 3
_PHASES = {"ringing": Phase.RINGING, "dialing": Phase.DIALLING, "talking": Phase.TALKING}


@dataclass(slots=True)
class Card:
    """A call at one's own phone with what is known of the other party."""

    call: CallNow
    recovery: Recovery | None = None
    earlier: list[Call] = field(default_factory=list)
    custom: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Desk:
    """`state` None where no phone of the person's is known to the snapshot, or who sits there is not they."""

    now: datetime
    state: AgentNow | None
    cards: list[Card]
    as_of: datetime | None
    phones: list[Extension]

    @property
    def is_stale(self) -> bool:
        return self.as_of is None or self.now - self.as_of > STALE


class Own:
    """The fence of the desk: one's own phones, and no queue."""

    def __init__(self, phones: list[Extension]) -> None:
        self._phones = {(phone.account_id, phone.code) for phone in phones}

    def queue(self, account: int, number: int) -> bool:
        return False

    def phone(self, account: int, code: str) -> bool:
        return (account, code) in self._phones


def of(person: User, now: datetime) -> Desk:
    """The desk of `person`, in a constant number of queries for each call at their phones."""
    phones = list(Extension.objects.filter(user=person).select_related("account").order_by("pk"))
    boards = list(LiveBoard.objects.filter(account__in={phone.account_id for phone in phones}))
    own = Own(phones)
    agents = agents_of(boards, own)
    calls = {(one.account_id, one.call_id): one for board in boards for one in at_phones(board, own)}
    said = _said(person, {board.account_id: board for board in boards}, calls.keys(), now)
    for key, (call, _custom) in said.items():
        calls.setdefault(key, call)
    found = list(calls.values())
    who.name(person, found)
    cards = [_card(person, call, said.get((call.account_id, call.call_id), (None, {}))[1]) for call in found]
    cards.sort(key=lambda one: (one.call.phase == Phase.RINGING, one.call.call_id))
    known = [board.as_of for board in boards]
    as_of = min(known) if known and None not in known else None
    return Desk(now, agents[0] if agents else None, cards, as_of, phones)


def _said(
    person: User, boards: dict[int, LiveBoard], at_phones_now: Collection[tuple[int, str]], now: datetime
) -> dict[tuple[int, str], tuple[CallNow, Any]]:
    """Calls of which the hook told this person, by account and call id; without those that are over.

    One that a newer snapshot does not have at this person's phones is over, or at another's.
    """
    told = Event.objects.filter(kind=news.KIND, private=True, at__gte=now - HEARD, at__lte=now).order_by("pk")
    last: dict[tuple[int, str], Event] = {}
    for event in told:
        if person.pk in event.people and event.data.get("call"):
            last[event.account_id, event.data["call"]] = event
    found = {}
    for key, event in last.items():
        board, phase = boards.get(key[0]), _PHASES.get(event.data.get("phase", ""))
        newer = board is not None and board.as_of is not None and board.as_of > event.at
        if phase is None or (newer and key not in at_phones_now):
            continue
        found[key] = call_of_hook(event, phase), event.data.get("custom") or {}
    return found


def _card(person: User, call: CallNow, custom: dict[str, str]) -> Card:
    card = Card(call, custom=custom)
    if call.customer_e164:
        alive = Recovery.objects.visible_to(person).alive()
        card.recovery = alive.filter(account=call.account_id, number=call.customer_e164).first()
        same = Call.objects.visible_to(person).filter(account=call.account_id, customer_e164=call.customer_e164)
        card.earlier = list(same.order_by("-started_at", "-pk")[:EARLIER])
        conceal(person, card.earlier)
    if not person.may(Right.SEE_NUMBERS):
        call.customer, call.customer_e164 = masked(call.customer), ""
    return card
