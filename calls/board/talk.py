"""Calls that go on, and callers that wait, as one list: the longest in its state first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.utils.dateparse import parse_datetime

from calls.concealment import masked
from calls.contacts import who
from calls.models import LiveBoard
from voicenter_console import phones
from voicenter_console.live.models import Event
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right
from voicenter_console.voicenter.live import Phase

if TYPE_CHECKING:
    from .standing import Seen

WAITING = "waiting"
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class CallNow:
    """A call at a phone, or a caller in a queue (`phase` is then WAITING, `agent` ''). `since` is when the phase began,
    `began` the call; either is None where nobody told. The customer's fields are what `who.name` and pages read."""

    account_id: int
    call_id: str
    customer: str
    customer_e164: str
    phase: str
    since: datetime | None
    began: datetime | None
    queue: str
    agent: str
    contact_name: str = ""
    contact: object = None


def calls_of(actor: Actor, boards: Sequence[LiveBoard], seen: Seen) -> list[CallNow]:
    """Those that the actor sees, named; numbers masked without the right to them."""
    found = [call for board in boards for call in [*_waiting(board, seen), *at_phones(board, seen)]]
    who.name(actor, found)
    if not actor.may(Right.SEE_NUMBERS):
        for call in found:
            call.customer = masked(call.customer)
    return sorted(found, key=_longest_first)


def _longest_first(call: CallNow) -> tuple:
    return call.phase != WAITING, call.since is None, call.since or NEVER, call.call_id, call.agent


def _waiting(board: LiveBoard, seen: Seen) -> list[CallNow]:
    return [
        _call(board, one["call_id"], one["number"], WAITING, one["joined_at"], one["joined_at"], queue["name"], "")
        for queue in board.state.get("queues", ())
        if seen.queue(board.account_id, queue["id"])
        for one in queue["callers"]
    ]


def at_phones(board: LiveBoard, seen: Seen) -> list[CallNow]:
    """The calls at those phones that `seen` lets through, unnamed."""
    names = {queue["id"]: queue["name"] for queue in board.state.get("queues", ())}
    made = []
    for one in board.state.get("extensions", ()):
        if not seen.phone(board.account_id, one["code"]):
            continue
        for call in one["calls"]:
            talks = call["phase"] in (Phase.TALKING, Phase.HELD)
            since = call["answered_at"] if talks else call["started_at"]
            made.append(_call(board, call["call_id"], call["number"], call["phase"], since or call["started_at"],
                              call["started_at"], names.get(call["queue_id"], ""),
                              one["agent_name"] or one["name"] or one["code"]))  # fmt: skip
    return made


def call_of_hook(event: Event, phase: Phase) -> CallNow:
    """A call of which only a pop-up told so far."""
    number, at = event.data.get("phone", ""), event.at.isoformat()
    row = LiveBoard(account_id=event.account_id)
    return _call(row, event.data["call"], number, phase, at, None, "", "")


def _call(
    board: LiveBoard, call_id: str, number: str, phase: str, since: str | None, began: str | None, queue: str,
    agent: str,
) -> CallNow:  # fmt: skip
    return CallNow(
        board.account_id, call_id, number, phones.parse(number).e164 or "", phase,
        parse_datetime(since) if since else None, parse_datetime(began) if began else None, queue, agent,
    )  # fmt: skip
