"""What a call comes to: root, direction, customer, outcome and sums, from all of its legs.

Pure functions over rows in memory (ARCHITECTURE, How data flows); `components` says which legs are one call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from calls.models import Call, Cdr
from voicenter_console import phones
from voicenter_console.voicenter import clock, terms
from voicenter_console.voicenter.terms import Direction
from voicenter_console.voicenter.values import MAX_INTEGER

Outcome = Call.Outcome
_OUTCOMES: dict[str, str] = {
    **dict.fromkeys(terms.ABANDONED, Outcome.ABANDONED),
    **dict.fromkeys(terms.FLOWED_OUT, Outcome.FLOWED_OUT),
    **dict.fromkeys(terms.MISSED, Outcome.MISSED),
    **dict.fromkeys(terms.PROVIDER_ERRORS, Outcome.FAILED),
    **dict.fromkeys(terms.IVR_END, Outcome.IVR_END),
    **dict.fromkeys(terms.NOT_DIALLED, Outcome.NOT_DIALLED),
    terms.BUSY: Outcome.BUSY,
    terms.VOICEMAIL: Outcome.VOICEMAIL,
}


def is_answered(cdr: Cdr) -> bool:
    """ANSWER; or, where only leg 1 of a two-leg row is known, a talk that lasted (PROTOCOL S4)."""
    if cdr.status is None and cdr.type_id in terms.TWO_LEG:
        return bool(cdr.talk_seconds)
    return cdr.status == terms.ANSWER


def is_internal(type_id: int | None, direction: str, caller: str, target: str) -> bool:
    """Whether the other party is a phone of the organisation: the caller of a leg in, the target of a leg out. On
    legs that ring an agent for a customer the caller is the customer, though the call goes out."""
    if type_id in terms.AGENT_LEGS | terms.DIALLER_TALK:
        direction = Direction.IN
    other = {Direction.IN: caller, Direction.OUT: target}.get(Direction(direction), "")
    return phones.parse(other).kind == "extension"


def root_of(parents: Mapping[str, Iterable[str]]) -> str:
    """The member without a parent; of several or none the one with the earliest time in its id, then the smallest."""
    orphans = [call_id for call_id, its in parents.items() if not any(parent != call_id for parent in its)]

    def age(call_id: str) -> tuple[float, str]:
        began = clock.of_call_id(call_id)
        return (began.at.timestamp() if began else float("inf"), call_id)

    return min(orphans or parents, key=age)


def summarise(cdrs: Sequence[Cdr], root: str) -> dict[str, Any]:
    """The fields of a Call from all of its legs (at least one)."""
    legs = sorted(cdrs, key=lambda cdr: (cdr.started_at, cdr.call_uid, cdr.type))
    of_root = [leg for leg in legs if leg.call_uid == root] or legs
    counted = that_count(legs)
    answered = [leg for leg in counted if is_answered(leg) and leg.type_id != terms.VOICEMAIL_TYPE]
    customer_leg = next((leg for leg in legs if leg.type_id in terms.CUSTOMER_LEGS), None)
    customer_leg = customer_leg or next((leg for leg in of_root if leg in counted), of_root[0])
    customer = _customer(customer_leg)
    queue = next((leg for leg in counted if leg.queue_id or leg.queue_name), None)
    talkers = [leg for leg in answered or counted or legs if leg.agent_id]
    prices = [leg.price for leg in legs if leg.price is not None]
    return {
        "root": root,
        "started_at": legs[0].started_at,
        "time_uncertain": legs[0].time_uncertain,
        "direction": of_root[0].direction,
        "customer": customer.raw,
        "customer_e164": customer.e164,
        "did": next((leg.did for leg in legs if leg.did), ""),
        "numbers": _numbers(legs),
        "queue_id": queue.queue_id if queue else None,
        "queue_name": queue.queue_name if queue else "",
        "agent_id": talkers[0].agent_id if talkers else None,
        "agent_name": talkers[0].agent_name
        if talkers
        else next((leg.agent_name for leg in legs if leg.agent_name), ""),
        "more_agents": max(len({leg.agent_id for leg in talkers}) - 1, 0),
        "outcome": str(_outcome(counted, bool(answered))),
        "answered": bool(answered),
        "wait_seconds": _total(leg.wait_seconds for leg in counted),
        "ring_seconds": customer_leg.ring_seconds,
        "talk_seconds": _total(leg.talk_seconds for leg in counted) or 0,
        "price": sum(prices, Decimal(0)) if prices else None,
        "has_recording": any(leg.has_recording for leg in legs),
        "department_id": next((leg.department_id for leg in [*of_root, *legs] if leg.department_id), None),
        "cdr_count": len(legs),
    }


def that_count(legs: Sequence[Cdr]) -> list[Cdr]:
    """Without the agent's own legs, and without a dialled leg whose conversation has a row of its own."""
    dialer_talked = any(leg.type_id in terms.DIALLER_TALK for leg in legs)
    return [
        leg for leg in legs
        if leg.type_id not in terms.AGENT_LEGS and not (leg.type_id == terms.PREDICTIVE_LEG and dialer_talked)
    ]  # fmt: skip


def _outcome(counted: Sequence[Cdr], answered: bool) -> str:
    if answered:
        return Outcome.ANSWERED
    last = counted[-1] if counted else None
    if last is None:
        return Outcome.UNKNOWN
    if last.type_id == terms.VOICEMAIL_TYPE:
        return Outcome.VOICEMAIL
    return _OUTCOMES.get(last.status or "", Outcome.UNKNOWN)


def _customer(leg: Cdr) -> phones.Phone:
    """The party of this leg that is no extension: the caller of a call in, the target of a call out."""
    parties = [leg.target, leg.caller] if leg.direction == Direction.OUT else [leg.caller, leg.target]
    found = [phones.parse(party) for party in parties if party and party != leg.extension]
    outside = [phone for phone in found if phone.kind != "extension"]
    return next(iter(outside or found), phones.parse(""))


def _numbers(legs: Sequence[Cdr]) -> str:
    """Every number of the call as search digits, for one substring search over all of them."""
    texts = [text for leg in legs for text in (leg.caller, leg.target, leg.did)]
    return " ".join(sorted({digits for text in texts if (digits := phones.search_digits(text))}))[:400]


def _total(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return min(sum(known), MAX_INTEGER) if known else None  # absurd seconds must not overflow their column
