"""What stands on the recovery board, in a constant number of queries."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch

from calls import days
from calls.board import now as live
from calls.concealment import masked
from calls.contacts import who
from calls.models import Call, Recovery, RecoveryAct, RecoveryCall
from calls.recovery import acts, cards, figures
from calls.recovery.querysets import RecoveryQuerySet
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

OPEN_SHOWN = 40
CLOSED_SHOWN = 6
LONG_WAIT = 120  # seconds; from here on a card's edge is red
SORTS = {
    "waited": acts.LONGEST_FIRST,
    "newest": ("-last_lost_at", "pk"),
    "oldest": ("first_lost_at", "pk"),
}
COLUMNS = ("open", "claimed", "closed")
_CALLS = Prefetch("calls", queryset=RecoveryCall.objects.order_by("at", "pk"), to_attr="counted")
_DIALS = Prefetch(
    "acts", to_attr="dials",
    queryset=RecoveryAct.objects.filter(kind=RecoveryAct.Kind.CALL).select_related("dial").order_by("-at", "-pk"),
)  # fmt: skip

State = Recovery.State


def of(actor: Actor, asked: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The board of today as `actor` may see it; `asked`: queue, sort and column, as the address has them."""
    start, end = days.around(now)
    visible = Recovery.objects.visible_to(actor)
    queue = asked.get("queue", "").replace("\x00", "")[:200]
    sort = asked.get("sort") if asked.get("sort") in SORTS else "waited"
    alive = list(whole(visible.alive()).order_by(*SORTS[sort]))
    chosen = [card for card in alive if not queue or card.queue_name == queue]
    closed = whole(visible.filter(state=State.CLOSED, closed_at__gte=start, closed_at__lt=end))
    closed = closed.filter(queue_name=queue) if queue else closed
    ended = list(closed.order_by("-closed_at", "-pk")[:CLOSED_SHOWN])
    dress(actor, [*chosen, *ended], now)
    by_state = {state: [card for card in chosen if card.state == state] for state in State.values}
    mine = [card for card in by_state[State.CLAIMED] if card.is_mine]
    lost = figures.lost_most(visible, start, end)
    return {
        "open": by_state[State.OPEN][:OPEN_SHOWN],
        "open_count": len(by_state[State.OPEN]),
        "more": max(len(by_state[State.OPEN]) - OPEN_SHOWN, 0),
        "oldest": min((card.first_lost_at for card in by_state[State.OPEN]), default=None),
        "claimed": mine + [card for card in by_state[State.CLAIMED] if not card.is_mine],
        "snoozed": sorted(by_state[State.SNOOZED], key=lambda card: card.snoozed_until),
        "closed": ended,
        "closed_count": closed.count(),
        "alive_count": len(alive),
        "figures": figures.of(visible, start, end),
        "lost_most": lost[0] if lost else None,
        "anonymous": figures.anonymous(Call.objects.visible_to(actor), start, end),
        "queues": sorted({card.queue_name for card in alive if card.queue_name} | ({queue} - {""})),
        "queue": queue,
        "sort": sort,
        "column": asked.get("column") if asked.get("column") in COLUMNS else "open",
        "present": present(actor),
        "may_act": actor.may(Right.RECOVER),
        "may_dial": actor.may(Right.RECOVER) and actor.may(Right.DIAL),
        "may_release": actor.may(Right.RECOVER) and actor.may(Right.SEE_DEPARTMENTS),
        "now": now,
        "tomorrow": days.around(now)[1] + timedelta(hours=9),
    }


def whole(rows: RecoveryQuerySet) -> RecoveryQuerySet:
    """Cards with all that `dress` looks at."""
    related = ("account", "won_by", "claimed_by")
    return rows.select_related(*related).with_last_agent().prefetch_related(_CALLS, _DIALS)


def queues(visible: RecoveryQuerySet) -> list[str]:
    """The queues that cards came from, by name."""
    names = visible.exclude(queue_name="").order_by("queue_name").values_list("queue_name", flat=True)
    return list(names.distinct()[:200])


def dress(actor: Actor, rows: Sequence[Recovery], now: datetime) -> None:
    """Give each card in memory what a page shows of it; without the right, numbers are masked. Not to be saved."""
    who.name(actor, rows)
    present = live.whereabouts(card.account_id for card in rows if card.state != State.CLOSED)
    person = getattr(actor, "pk", None)
    for card in rows:
        card.lost_calls = _of_kind(card, cards.LOST)
        card.tried_calls = _of_kind(card, cards.TRIED)
        card.last_call = card.lost_calls[-1] if card.lost_calls else None
        card.present = present.get((card.account_id, card.number)) if card.state != State.CLOSED else None
        card.is_mine = card.claimed_by_id is not None and card.claimed_by_id == person
        card.is_long = (card.waited_seconds or 0) >= LONG_WAIT
        card.undialled = acts.undialled(card.number)
        dial = card.dials[0].dial if card.is_mine and card.dials else None
        card.dial = dial if dial and dial.created_at > now - acts.WHILE_CALLING else None
        card.after_seconds = (card.closed_at - card.first_lost_at).total_seconds() if card.closed_at else None
        if not actor.may(Right.SEE_NUMBERS):
            card.number = masked(card.number)


def present(actor: Actor) -> str:
    """Which people of open cards are on a line to us right now, as a short text to compare: does the board look on?"""
    cards = Recovery.objects.visible_to(actor).alive().values_list("pk", "account_id", "number")
    on_line = live.whereabouts({account for _, account, _ in cards})
    found = [(pk, one.doing) for pk, account, number in cards if (one := on_line.get((account, number)))]
    return hashlib.sha256(repr(sorted(found)).encode()).hexdigest()[:12]


def _of_kind(card: Recovery, kind: str) -> list[RecoveryCall]:
    return [call for call in card.counted if call.kind == kind]
