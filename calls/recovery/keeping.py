"""Cards follow their calls: what the ingester's news mean for them, in its transaction.

The cards of a person are computed again from the first that may have changed, and what is different is written:
any order and repetition of the same calls ends in the same cards. What people did stands on the row, and holds
until a later call says otherwise.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from calls import bulk
from calls.models import Call, Cdr, Recovery, RecoveryAct, RecoveryCall, RecoveryPolicy
from calls.recovery import cards, news
from calls.recovery.cards import Card, Seen
from voicenter_console import phones
from voicenter_console.live.publish import Hint
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter import terms
from voicenter_console.voicenter.records import Source
from voicenter_console.voicenter.terms import Direction

Outcome, State = Call.Outcome, Recovery.State
LOST = {Outcome.ABANDONED, Outcome.FLOWED_OUT, Outcome.MISSED, Outcome.BUSY, Outcome.VOICEMAIL}
# Lost only where a leg of theirs says so; and calls out that rang nobody.
_PERHAPS = {Outcome.FAILED: terms.NOT_REGISTERED, Outcome.IVR_END: terms.HUNG_UP_IN_MENU}
_NO_ATTEMPT = {Outcome.NOT_DIALLED, Outcome.UNKNOWN}
_DIRECTIONS = [Direction.IN.value, Direction.OUT.value]


def heard(sender: object, *, account: Account, calls: Sequence[Call], **_: object) -> Hint | None:
    """Receiver of calls_changed: make the cards of these calls' people anew. Its news is published by the sender."""
    since, lost = _touched(calls)
    return refresh(account, since, lost) if since else None


def merged(sender: object, *, survivor: Call, merged: Call, **_: object) -> None:
    """Receiver of calls_merged: what hangs on a call that is about to go hangs on the one that stays."""
    row = RecoveryCall.objects.filter(call=merged).select_related("recovery").first()
    if row is None:
        return
    kept = RecoveryCall.objects.filter(call=survivor).first()
    if kept is None:
        RecoveryCall.objects.filter(pk=row.pk).update(call=survivor)
        return
    row.delete()
    if kept.recovery_id != row.recovery_id and not row.recovery.calls.filter(kind=cards.LOST).exists():
        RecoveryAct.objects.filter(recovery=row.recovery_id).update(recovery=kept.recovery_id)
        row.recovery.delete()


def person(call: Call) -> str:
    """By which number a caller is one person; '' for the anonymous, and for extensions, which are no customers."""
    if call.customer_e164:
        return call.customer_e164
    return call.customer if phones.parse(call.customer).kind == "number" else ""


def _touched(calls: Iterable[Call]) -> tuple[dict[str, datetime], set[str]]:
    """From when on the cards of which numbers may change; and which of them may have been lost."""
    since: dict[str, datetime] = {}
    lost: set[str] = set()

    def note(number: str, at: datetime) -> None:
        since[number] = min(at, since.get(number, at))

    by_pk = {call.pk: call for call in calls}
    for call in by_pk.values():
        if number := person(call):
            note(number, call.started_at)
            if not call.answered and call.direction == Direction.IN:
                lost.add(number)
    for row in bulk.found(RecoveryCall.objects.select_related("recovery"), "call", by_pk):
        note(row.recovery.number, row.recovery.first_lost_at)
    return since, lost


def refresh(account: Account, since: Mapping[str, datetime], lost: set[str]) -> Hint | None:
    """Make the cards of these numbers anew, each from its time on. Numbers that are not in `lost` and have no card
    need nothing. Call it in a transaction, as the account's ingester; what it returns is to be published at its end."""
    policy, now = RecoveryPolicy.of(account), timezone.now()
    keep = timedelta(hours=policy.keep_hours)
    known = _known(account, since, keep)
    begins = {
        number: _begin(known[number], at, keep) for number, at in since.items() if number in lost or known[number]
    }
    if not begins:
        return None
    seen = _seen(account, begins, policy)
    rows = {number: [row for row in known[number] if row.first_lost_at >= begin] for number, begin in begins.items()}
    writing = _Writing(account, now, [row.pk for some in rows.values() for row in some])
    for number, begin in begins.items():
        found = cards.of((call for call in seen[number] if call.at >= begin), keep=keep, now=now)
        writing.plan(number, rows[number], found)
    return writing.write()


def _known(account: Account, since: Mapping[str, datetime], keep: timedelta) -> dict[str, list[Recovery]]:
    """The cards of each number that may still change, locked against whoever acts on them right now."""
    of_account = Recovery.objects.filter(account=account).select_for_update().order_by("pk")
    recent = of_account.filter(Q(last_lost_at__gte=min(since.values()) - keep - cards.WINDOW) | ~Q(state=State.CLOSED))
    known: dict[str, list[Recovery]] = defaultdict(list)
    for row in bulk.found(recent, "number", since):
        known[row.number].append(row)
    return known


def _begin(rows: Sequence[Recovery], at: datetime, keep: timedelta) -> datetime:
    """Where to compute from: the beginning of the card that a call at this time may belong to, or of the one before,
    where that would go on without it."""
    for row in sorted(rows, key=lambda row: row.first_lost_at, reverse=True):
        if row.first_lost_at <= at and (at < row.last_lost_at + keep or row.state != State.CLOSED):
            at = row.first_lost_at
    return at


def _seen(account: Account, begins: Mapping[str, datetime], policy: RecoveryPolicy) -> dict[str, list[Seen]]:
    """The calls of these numbers that mean something here."""
    calls = Call.objects.filter(
        account=account, started_at__gte=min(begins.values()), direction__in=_DIRECTIONS
    ).exclude(direction=Direction.OUT, outcome__in=_NO_ATTEMPT)  # fmt: skip
    shown = calls.only(
        "account_id", "root", "started_at", "direction", "customer", "customer_e164", "answered", "outcome",
        "wait_seconds", "ring_seconds", "queue_name", "department_id",
    )  # fmt: skip
    plain = [number for number in begins if not number.startswith("+")]
    found = [*bulk.found(shown, "customer_e164", set(begins) - set(plain))]
    found += bulk.found(shown.filter(customer_e164=""), "customer", plain)
    losable = [call.pk for call in found if not call.answered and call.direction == Direction.IN]
    legs: dict[int, list[tuple[str | None, list[str]]]] = defaultdict(list)
    for leg in bulk.found(Cdr.objects.only("call_id", "status", "sources"), "call", losable):
        legs[leg.call_id].append((leg.status, leg.sources))
    seen: dict[str, list[Seen]] = defaultdict(list)
    for call in found:
        if kind := _kind(call, {status for status, _ in legs[call.pk]}, policy):
            seen[person(call)].append(_as_seen(call, kind, legs[call.pk]))
    return seen


def _kind(call: Call, statuses: set[str | None], policy: RecoveryPolicy) -> str:
    """What the call means: PRODUCT 3 names what is lost; '' for what means nothing here."""
    if call.direction == Direction.OUT:
        return cards.REACHED if call.answered else cards.TRIED
    if call.answered:
        return cards.RETURNED
    if call.outcome in LOST:
        return cards.LOST
    word = _PERHAPS.get(call.outcome)
    if word == terms.HUNG_UP_IN_MENU and not policy.hung_up_in_menu:
        return ""
    return cards.LOST if word in statuses else ""


def _as_seen(call: Call, kind: str, legs: Iterable[tuple[str | None, list[str]]]) -> Seen:
    # A pull knows no wait: of a queue call it is unknown then, of any other it is how long it rang.
    waited = call.wait_seconds if call.wait_seconds is not None or call.queue_name else call.ring_seconds
    return Seen(
        at=call.started_at, root=call.root, kind=kind, call=call.pk, waited=waited, queue=call.queue_name,
        department=call.department_id, confirmed=any(Source.PULL.value in sources for _, sources in legs),
    )  # fmt: skip


class _Writing:
    """What is different, gathered over all numbers of a batch and written at once."""

    def __init__(self, account: Account, now: datetime, rows: Sequence[int]) -> None:
        self.account, self.now = account, now
        self.gone: list[Recovery] = []
        self.changed: list[Recovery] = []
        self.fresh: list[Recovery] = []
        self.wanted: list[tuple[Recovery, Card]] = []
        self.homes = {row.call_id: row for row in bulk.found(RecoveryCall.objects.all(), "recovery", rows)}
        self.departments: set[int | None] = set()

    def plan(self, number: str, rows: Sequence[Recovery], found: Sequence[Card]) -> None:
        """Give each card its row: the one that holds most of its calls, or a new one."""
        free = {row.pk: row for row in rows}
        for card in found:
            shared = Counter(
                self.homes[call.call].recovery_id for call in card.calls
                if call.call in self.homes and self.homes[call.call].recovery_id in free
            )  # fmt: skip
            row = free.pop(shared.most_common(1)[0][0]) if shared else Recovery(account=self.account, number=number)
            self.departments.add(row.department_id)
            if _fill(row, card, self.now):
                (self.changed if row.pk else self.fresh).append(row)
                self.departments.add(row.department_id)
            self.wanted.append((row, card))
        self.gone += free.values()
        self.departments |= {row.department_id for row in free.values()}

    def write(self) -> Hint | None:
        """Endings before beginnings: a number has one card that is not closed. None where nothing changed."""
        if self.gone:
            Recovery.objects.filter(pk__in=[row.pk for row in self.gone]).delete()
        for row in sorted(self.changed, key=lambda row: row.state != State.CLOSED):
            row.save()
        Recovery.objects.bulk_create(self.fresh)
        moved = self._write_calls()
        if self.gone or self.changed or self.fresh or moved:
            return news.of([*self.changed, *self.fresh], departments=self.departments)
        return None

    def _write_calls(self) -> bool:
        wanted = {call.call: (row.pk, call) for row, card in self.wanted for call in card.calls}
        stray = [row.pk for pk, row in self.homes.items() if pk not in wanted]
        RecoveryCall.objects.filter(pk__in=stray).delete()
        elsewhere = bulk.found(RecoveryCall.objects.all(), "call", wanted.keys() - self.homes.keys())
        homes = self.homes | {row.call_id: row for row in elsewhere}
        fresh, moved = [], []
        for pk, (recovery, call) in wanted.items():
            row = homes.get(pk) or RecoveryCall(call_id=pk)
            if (row.recovery_id, row.kind, row.at) != (recovery, call.kind, call.at):
                row.recovery_id, row.kind, row.at = recovery, call.kind, call.at
                (moved if row.pk else fresh).append(row)
        bulk.update(moved, ["recovery", "kind", "at"])
        bulk.insert(fresh)
        return bool(stray or fresh or moved)


def _fill(row: Recovery, card: Card, now: datetime) -> bool:
    """Write into the row what the calls say; whether that changed anything."""
    last = card.last_loss
    facts: dict[str, Any] = {
        "department_id": last.department,
        "queue_name": next((loss.queue for loss in reversed(card.losses) if loss.queue), ""),
        "first_lost_at": card.first, "last_lost_at": last.at, "tries": len(card.losses),
        "waited_seconds": card.waited, "called_back_at": card.called_back_at,
        "confirmed": any(loss.confirmed for loss in card.losses),
        **_state(row, card),
    }  # fmt: skip
    if all(getattr(row, name) == value for name, value in facts.items()) and row.pk:
        return False
    for name, value in facts.items():
        setattr(row, name, value)
    row.version += 1
    row.changed_at = now
    return True


_CLEAR: dict[str, Any] = {
    "claimed_by_id": None, "claimed_name": "", "claimed_until": None, "snoozed_until": None, "reason": "",
    "closed_at": None, "closed_by_id": None, "closed_name": "", "won_by_id": None,
}  # fmt: skip


def _state(row: Recovery, card: Card) -> dict[str, Any]:
    """A call that won closes the card, whatever people did. Otherwise their act holds until a later loss."""
    ending = card.ending
    acted_since = row.acted_at is not None and row.acted_at >= card.last_loss.at
    if row.state == State.CLOSED and row.closed_name and acted_since and not (ending and ending.by):
        return {}
    if ending:
        return {
            **_CLEAR, "state": State.CLOSED, "reason": ending.reason, "closed_at": ending.at,
            "won_by_id": ending.by.call if ending.by else None,
        }  # fmt: skip
    if row.state == State.CLAIMED or (row.state == State.SNOOZED and acted_since):
        return {"won_by_id": None}
    return {**_CLEAR, "state": State.OPEN}
