"""Calls of one person, minute by minute, and the cards that came of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from calls.models import Recovery
from tests.calls.telling import NOON, Message, pull, push
from tests.fixtures.voicenter.spelling import call_id, pulled, pushed
from voicenter_console.organisation.models import Account

RUTH = "0545550118"
RUTH_E164 = "+972545550118"


def lost(minute: float, status: str = "ABANDONE", caller: str = RUTH, **said: Any) -> Message:
    """A queue call that nobody answered, `minute` minutes after noon."""
    at = NOON + timedelta(minutes=minute)
    said = {"queue_name": "Service", "department_id": 555001, "wait": 30, "type": "Queue", **said}
    said.setdefault("call_id", call_id(at))
    return push(pushed(at, status=status, caller=caller, **said))


def confirmed(minute: float, status: str = "ABANDONE", caller: str = RUTH, **said: Any) -> Message:
    """The same from the call log."""
    at = NOON + timedelta(minutes=minute)
    said = {"queue_name": "Service", "department_id": 555001, "type": "Queue", "type_id": 8, **said}
    return pull(pulled(at, call_id=call_id(at), status=status, caller=caller, **said))


def answered(minute: float, caller: str = RUTH, **said: Any) -> Message:
    """The person called and was answered by Dana."""
    return lost(minute, "ANSWER", caller, duration=60, agent_code="10007", agent_name="Dana Lavi", **said)


def called(minute: float, status: str = "ANSWER", target: str = RUTH, **said: Any) -> Message:
    """Dana called the person."""
    said = {"duration": 60 if status == "ANSWER" else 0, "agent_code": "10007", "agent_name": "Dana Lavi", **said}
    return lost(minute, status, "Ab3dE6gH", target=target, type="Extension Outgoing", queue_name="", wait=0, **said)


FACTS = [
    "number", "state", "tries", "waited_seconds", "queue_name", "first_lost_at", "last_lost_at", "called_back_at",
    "confirmed", "reason", "closed_at", "closed_name", "claimed_name", "department__provider_id", "won_by__root",
]  # fmt: skip


def cards(account: Account) -> list[dict[str, Any]]:
    """Every card with its calls, by what is the same in any two databases."""
    found = []
    for row in Recovery.objects.filter(account=account).order_by("number", "first_lost_at"):
        facts = Recovery.objects.filter(pk=row.pk).values(*FACTS).get()
        calls = list(row.calls.order_by("at", "call__root").values_list("kind", "call__root", "at"))
        found.append({**facts, "calls": calls})
    return found


def after(minutes: float):
    return NOON + timedelta(minutes=minutes)
