"""What the page of a call tells beyond its legs: its recordings, what was said, notes, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from calls import annotating
from calls.models import Call, CallDisposition, Cdr, Listening, Note
from calls.recordings import tickets
from voicenter_console.organisation.roles import Right
from voicenter_console.voicenter import insight

MOST_PLAYERS = 5


def heard(request: HttpRequest, call: Call, legs: Sequence[Cdr]) -> dict[str, Any]:
    """The players, or in `silence` why there is none; summary and transcript. All of it needs the right to listen."""
    recorded = [leg for leg in legs if leg.recording_url]
    may = request.user.may(Right.LISTEN)
    silence = ""
    if not recorded:
        silence = "expected" if any(leg.recording_expected for leg in legs) else "none"
    elif not may:
        silence = "forbidden"
    players = [] if silence else [
        {"leg": leg, "ticket": tickets.issue(request, leg.pk), "answered_after": (leg.wait_seconds or 0)}
        for leg in recorded[:MOST_PLAYERS]
    ]  # fmt: skip
    told = _told(legs) if may else None
    names = {"agent": next((leg.agent_name for leg in legs if leg.agent_name), ""), "customer": ""}
    return {
        "players": players,
        "silence": silence,
        "insight": told,
        "speakers": names,
        "heard_by": _heard_by(request, call),
    }


def _told(legs: Sequence[Cdr]) -> insight.Insight | None:
    found = (insight.of_notification(leg.raw.get("push") or {}) for leg in legs)
    return next((one for one in found if one), None)


def _heard_by(request: HttpRequest, call: Call) -> int | None:
    """How many people; None for those who may not know it."""
    if not request.user.may(Right.SEE_DEPARTMENTS):
        return None
    return Listening.objects.filter(call=call).values("user_name").distinct().count()


def said(request: HttpRequest, call: Call) -> dict[str, Any]:
    """The notes that stand, and the disposition with those to choose from."""
    notes = Note.objects.filter(call=call, removed_at=None).prefetch_related("versions").order_by("created_at", "pk")
    disposed = CallDisposition.objects.filter(call=call).select_related("disposition").first()
    may = request.user.may(Right.NOTE)
    return {
        "call": call,
        "notes": list(notes),
        "disposed": disposed,
        "may_note": may,
        "dispositions": annotating.offered(call.account) if may else [],
    }
