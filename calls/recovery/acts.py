"""What people do with cards: each act one conditional UPDATE, with its row, its audit entry and its news.

Of two who claim at once one wins; the other is told by whom and until when. Nothing here rings a phone but `call`,
which claims first and goes through the dial guard.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from calls import dialling, guard
from calls.board import now as live
from calls.models import DialRequest, Recovery, RecoveryAct, RecoveryPolicy
from calls.recovery.news import tell
from voicenter_console.organisation import audit
from voicenter_console.organisation.models import User
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

logger = logging.getLogger(__name__)
State, Kind = Recovery.State, RecoveryAct.Kind
# A call may outlast a claim; nobody else shall ring the person meanwhile.
WHILE_CALLING = timedelta(minutes=30)
LONGEST_SNOOZE = timedelta(days=14)
UNDOABLE = timedelta(minutes=10)
RECALL = "var_recall_id"
LONGEST_FIRST = (F("waited_seconds").desc(nulls_last=True), "first_lost_at", "pk")
_MOST_TRIED = 20
_TIMES = ("claimed_until", "snoozed_until", "closed_at", "acted_at")
_STANDING = ("state", "claimed_by_id", "claimed_name", "reason", "closed_by_id", "closed_name", *_TIMES)
_FREE: dict[str, Any] = {"claimed_by": None, "claimed_name": "", "claimed_until": None}


class Refused(Exception):
    """The act was not done; `card` as it stands now, `why`: taken, closed, changed, not_yours, superseded."""

    def __init__(self, card: Recovery, why: str) -> None:
        super().__init__(f"recovery {card.pk}: {why}")
        self.card, self.why = card, why


class NobodyWaits(Exception):
    """There is no card that could be called next."""


def claim(actor: Actor, card: Recovery, *, address: str | None = None, least: timedelta | None = None) -> RecoveryAct:
    """Take a card for as long as the account's claims last (`least`: no shorter than this). Raises Refused."""
    minutes = RecoveryPolicy.of(card.account).claim_minutes
    lease = max(timedelta(minutes=minutes), least or timedelta(0))
    now = timezone.now()
    values = {"state": State.CLAIMED, "claimed_by": _person(actor), "claimed_name": str(actor)[:160],
              "claimed_until": now + lease, "snoozed_until": None}  # fmt: skip
    allowed = _free(now) | _held_by(actor)
    return _do(actor, card, Kind.CLAIM, values, allowed, until=now + lease, address=address)


def release(actor: Actor, card: Recovery, *, address: str | None = None) -> RecoveryAct:
    """Give a claim back; who leads the department may take it from others."""
    allowed = Q(state=State.CLAIMED) if actor.may(Right.SEE_DEPARTMENTS) else _held_by(actor)
    return _do(actor, card, Kind.RELEASE, {"state": State.OPEN, **_FREE}, allowed, address=address)


def snooze(actor: Actor, card: Recovery, until: datetime, *, address: str | None = None) -> RecoveryAct:
    """Put a card aside until then; ValueError for a time that is past or more than two weeks away."""
    now = timezone.now()
    if not now < until <= now + LONGEST_SNOOZE:
        raise ValueError("a card is put aside for two weeks at most, and not into the past")
    values = {"state": State.SNOOZED, "snoozed_until": until, **_FREE}
    return _do(actor, card, Kind.SNOOZE, values, _free(now) | _held_by(actor), until=until, address=address)


def close(actor: Actor, card: Recovery, reason: str, *, address: str | None = None) -> RecoveryAct:
    """Close a card by hand; `reason` is one of Recovery.Reason."""
    now = timezone.now()
    values = {"state": State.CLOSED, "reason": Recovery.Reason(reason), "closed_at": now,
              "closed_by": _person(actor), "closed_name": str(actor)[:160], "snoozed_until": None, **_FREE}  # fmt: skip
    return _do(actor, card, Kind.CLOSE, values, _free(now) | _held_by(actor), reason=reason, address=address)


def undo(actor: Actor, act: RecoveryAct, *, address: str | None = None) -> RecoveryAct:
    """Let the card stand as before one's own act, if nothing happened to it since. Raises Refused."""
    if act.name != str(actor)[:160] or act.at < timezone.now() - UNDOABLE or not act.before:
        raise Refused(act.recovery, "changed")
    before = {name: parse_datetime(value) if name in _TIMES and value else value for name, value in act.before.items()}
    try:
        return _do(actor, act.recovery, Kind.UNDO, before, Q(version=act.version), address=address)
    except IntegrityError as error:  # the person has another card by now
        raise Refused(act.recovery, "superseded") from error


def call(actor: Actor, card: Recovery, *, key: str, address: str | None = None) -> DialRequest:
    """Claim the card and ring: the actor's own phone, then the person. The same `key` is the same call.

    A call that the guard refuses leaves the card as it was before. Raises Refused, guard.Unaskable.
    """
    claimed = claim(actor, card, address=address, least=WHILE_CALLING)
    try:
        asked = dialling.dial(actor, card.number, variables={RECALL: str(card.pk)}, key=key, address=address)
    except guard.Unaskable:
        _give_back(actor, claimed, address)
        raise
    if asked.state == DialRequest.State.REFUSED:
        _give_back(actor, claimed, address)
    elif not RecoveryAct.objects.filter(dial=asked).exists():
        RecoveryAct.objects.create(
            recovery=card, kind=Kind.CALL, by=_person(actor), name=str(actor)[:160], dial=asked, version=claimed.version
        )
    return asked


def _give_back(actor: Actor, claimed: RecoveryAct, address: str | None) -> None:
    """Undo a claim that led to no call. Another's that had run out before it does not come back: the card is open."""
    until = claimed.before["claimed_until"]
    lapsed = until is not None and parse_datetime(until) <= claimed.at
    try:
        if lapsed:
            release(actor, claimed.recovery, address=address)
        else:
            undo(actor, claimed, address=address)
    except Refused:  # a call of the person, or somebody who leads, was quicker: it stands as they left it
        logger.info("recovery %s changed while its call was refused", claimed.recovery_id)


def call_next(actor: Actor, *, key: str, address: str | None = None) -> tuple[Recovery, DialRequest]:
    """Call whoever waited longest of those that are open and may be dialled; not who is on the line to us right now.
    Raises NobodyWaits, guard.Unaskable."""
    now = timezone.now()
    waiting = Recovery.objects.visible_to(actor).free(now).exclude(state=State.SNOOZED).select_related("account")
    cards = list(waiting.order_by(*LONGEST_FIRST)[:_MOST_TRIED])
    on_line = live.whereabouts(card.account_id for card in cards)
    for card in cards:
        if undialled(card.number) or (card.account_id, card.number) in on_line:
            continue
        try:
            return card, call(actor, card, key=key, address=address)
        except Refused:  # somebody was quicker
            continue
    raise NobodyWaits


def undialled(number: str) -> str:
    """Which of the rules that need no database forbids it (a key of `dial_words`), or ''."""
    try:
        return guard.judge(number).refused
    except guard.Unaskable as error:
        return error.reason


def _free(now: datetime) -> Q:
    return Q(state__in=[State.OPEN, State.SNOOZED]) | Q(state=State.CLAIMED, claimed_until__lte=now)


def _held_by(actor: Actor) -> Q:
    person = _person(actor)
    return (
        Q(state=State.CLAIMED, claimed_by=person) if person else Q(state=State.CLAIMED, claimed_name=str(actor)[:160])
    )


def _person(actor: Actor) -> User | None:
    return actor if isinstance(actor, User) else getattr(actor, "user", None)


def _do(
    actor: Actor, card: Recovery, kind: str, values: dict[str, Any], allowed: Q, *, until: datetime | None = None,
    reason: str = "", address: str | None = None,
) -> RecoveryAct:  # fmt: skip
    """One act, if the card still allows it. Raises Refused with the card as it stands."""
    now = timezone.now()
    with transaction.atomic():
        row = Recovery.objects.select_for_update(of=("self",)).select_related("account").get(pk=card.pk)
        rows = Recovery.objects.filter(allowed, pk=row.pk)
        if not rows.update(**{"acted_at": now, **values}, version=F("version") + 1, changed_at=now):
            raise Refused(row, _why(row, kind))
        act = RecoveryAct.objects.create(
            recovery=row, kind=kind, by=_person(actor), name=str(actor)[:160], at=now, until=until, reason=reason,
            version=row.version + 1, before={name: _plain(getattr(row, name)) for name in _STANDING},
        )  # fmt: skip
        after = {"until": _plain(until), "reason": reason}
        audit.record(
            actor, f"recovery.{kind}", row, before={"state": row.state, "claimed_by": row.claimed_name},
            after={name: value for name, value in after.items() if value}, address=address,
        )  # fmt: skip
        holder = _person(actor)
        tell(row.account, [row], people=[holder.pk] if holder else [])
    return act


def _why(row: Recovery, kind: str) -> str:
    if kind == Kind.UNDO:
        return "changed"
    if row.state == State.CLOSED:
        return "closed"
    return "taken" if row.state == State.CLAIMED else "not_yours"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
