"""What the page of a call tells: what happened, its recordings, what was said, who this is, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from calls import annotating, presentation, strip
from calls.concealment import conceal
from calls.contacts import who
from calls.models import Call, CallDisposition, Cdr, Listening, Note
from calls.recordings import tickets
from calls.vcc import pages as vcc
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.roles import Right
from voicenter_console.voicenter import insight
from voicenter_console.webhooks.models import Delivery

MOST_PLAYERS = 5
MOST_DELIVERIES = 50
EARLIER = 8


def of(request: HttpRequest, call: Call) -> dict[str, Any]:
    """Everything on its page, without what this person may not see."""
    legs = presentation.with_labels(call.cdrs.all())
    call.legs = legs
    vcc.mark([call])
    earlier = _earlier(request, call)
    who.name(request.user, [call])
    who_they_are = _person(request, call)
    beside = {"newer_url": _beside(request, call, later=True), "older_url": _beside(request, call, later=False)}
    conceal(request.user, [call, *earlier], legs)
    played = heard(request, call, legs)
    call.parts = strip.of(call, legs, {player["leg"].pk for player in played["players"]})
    return {
        **_happened(request, call, legs),
        **played,
        **said(request, call),
        **who_they_are,
        **beside,
        "earlier": earlier,
    }


def _happened(request: HttpRequest, call: Call, legs: Sequence[Cdr]) -> dict[str, Any]:
    """The steps and what the provider said of them; the raw payloads for those who may see them."""
    may_see_raw = request.user.may(Right.SEE_RAW) and request.user.may(Right.SEE_NUMBERS)
    steps = presentation.steps(legs)
    for step in steps:
        step["raw_url"] = reverse("calls:raw", args=[step["pk"]]) if may_see_raw and step["pk"] else ""
    may_sync = request.user.may(Right.SYNC)
    return {
        "steps": steps,
        "ivr_path": next((leg.ivr_path for leg in legs if leg.ivr_path), []),
        "sources_agree": bool(legs) and all(len(leg.sources) == 2 for leg in legs),
        "deliveries": _deliveries(request, call) if may_see_raw else [],
        "may_ask_again": may_sync,
        "may_ask": may_sync and call.account.provider == Account.Provider.VOICENTER,
    }


def _deliveries(request: HttpRequest, call: Call) -> list[Delivery]:
    visible = Delivery.objects.visible_to(request.user)
    deliveries = visible.filter(records__cdr__call=call).defer("body").distinct().order_by("received_at")
    rows = list(deliveries[:MOST_DELIVERIES])
    for row in rows:
        kind = row.content_type or _("no content type")
        row.label = f"{row.get_channel_display()}, {kind}"
        row.raw_url = reverse("deliveries:raw", args=[row.pk])
    return rows


def _person(request: HttpRequest, call: Call) -> dict[str, Any]:
    """What the calls carried about the customer, and whether this person may give them a name."""
    may = request.user.may(Right.EDIT_CONTACTS) and request.user.may(Right.SEE_NUMBERS)
    custom = {key: value for leg in call.legs for key, value in leg.custom_data.items()}
    return {"custom_data": custom, "may_name": bool(call.customer_e164) and may}


def _earlier(request: HttpRequest, call: Call) -> list[Call]:
    if not call.customer_e164:
        return []
    others = Call.objects.visible_to(request.user).filter(
        account=call.account, customer_e164=call.customer_e164, started_at__lt=call.started_at
    )
    return list(others.order_by("-started_at")[:EARLIER])


def _beside(request: HttpRequest, call: Call, *, later: bool) -> str | None:
    visible = Call.objects.visible_to(request.user)
    if later:
        other = visible.filter(started_at__gt=call.started_at).order_by("started_at", "pk").first()
    else:
        other = visible.filter(started_at__lt=call.started_at).order_by("-started_at", "-pk").first()
    return other.get_absolute_url() if other else None


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
