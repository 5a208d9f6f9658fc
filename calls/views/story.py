"""The call story: what happened to this person?"""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from calls import asking_again, presentation, stories
from calls.concealment import conceal
from calls.contacts import who
from calls.models import Call, CallRedirect, Cdr
from calls.vcc import pages as vcc
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.roles import Right
from voicenter_console.webhooks.models import Delivery

EARLIER = 8


@require_GET
@needs(Right.SEE_CALLS)
def call(request: HttpRequest, pk: int) -> HttpResponse:
    found = Call.objects.visible_to(request.user).select_related("account").filter(pk=pk).first()
    if found is None:
        return _moved(request, pk)
    legs = presentation.with_labels(found.cdrs.all())
    found.legs = legs
    vcc.mark([found])
    may_see_raw = request.user.may(Right.SEE_RAW) and request.user.may(Right.SEE_NUMBERS)
    earlier = _earlier(request, found)
    who.name(request.user, [found])
    conceal(request.user, [found, *earlier], legs)
    custom: dict[str, Any] = {}
    for leg in legs:
        custom |= leg.custom_data
    context = {
        "call": found,
        "may_ask_again": request.user.may(Right.SYNC),
        "steps": _steps(legs, may_see_raw),
        "ivr_path": next((leg.ivr_path for leg in legs if leg.ivr_path), []),
        "custom_data": custom,
        **stories.heard(request, found, legs),
        **stories.said(request, found),
        "may_ask": request.user.may(Right.SYNC) and found.account.provider == Account.Provider.VOICENTER,
        "sources_agree": bool(legs) and all(len(leg.sources) == 2 for leg in legs),
        "deliveries": _deliveries(request, found) if may_see_raw else [],
        "earlier": earlier,
        "may_name": bool(found.customer_e164)
        and request.user.may(Right.EDIT_CONTACTS)
        and request.user.may(Right.SEE_NUMBERS),
        "newer_url": _beside(request, found, later=True),
        "older_url": _beside(request, found, later=False),
    }
    return render(request, "calls/call.html", context)


@require_GET
@needs(Right.SEE_RAW)
@needs(Right.SEE_NUMBERS)
def raw(request: HttpRequest, pk: int) -> HttpResponse:
    """What the provider said of one leg, by source."""
    leg = get_object_or_404(Cdr.objects.visible_to(request.user), pk=pk)
    context = {
        "facts": [(_("Call id"), leg.call_uid), (_("Sources"), ", ".join(leg.sources))],
        "text": json.dumps(leg.raw, ensure_ascii=False, indent=2),
    }
    return render(request, "calls/raw.html#raw" if request.htmx else "calls/raw.html", context)


@require_POST
@needs(Right.SYNC)
def ask_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Have Voicenter asked for everything it has of this call, as a job; the page hears of what comes."""
    found = get_object_or_404(Call.objects.visible_to(request.user), pk=pk)
    job = asking_again.ask(request.user, found, audit.address_of(request))
    text = _("Voicenter is being asked about this call.")
    if request.htmx:
        toast = {"text": text, "action": "", "url": ""}
        headers = {"HX-Trigger": json.dumps({"jobs": True, "toast": toast})}
        return HttpResponse(status=204, headers=headers)
    messages.info(request, f"{job.label}. {text}")
    return redirect(found)


def _moved(request: HttpRequest, pk: int) -> HttpResponse:
    """A call that was found to be part of another has that one's address."""
    target = CallRedirect.objects.filter(old=pk).first()
    if target and Call.objects.visible_to(request.user).filter(pk=target.call_id).exists():
        return redirect("calls:call", target.call_id, permanent=True)
    raise Http404


def _steps(legs: list[Cdr], may_see_raw: bool) -> list[dict[str, Any]]:
    steps = presentation.steps(legs)
    for step in steps:
        step["raw_url"] = reverse("calls:raw", args=[step["pk"]]) if may_see_raw and step["pk"] else ""
    return steps


def _deliveries(request: HttpRequest, found: Call) -> list[Any]:
    visible = Delivery.objects.visible_to(request.user)
    deliveries = visible.filter(records__cdr__call=found).defer("body").distinct().order_by("received_at")
    rows = list(deliveries[:50])
    for row in rows:
        kind = row.content_type or _("no content type")
        row.label = f"{row.get_channel_display()}, {kind}"
        row.raw_url = reverse("deliveries:raw", args=[row.pk])
    return rows


def _earlier(request: HttpRequest, found: Call) -> list[Call]:
    if not found.customer_e164:
        return []
    others = Call.objects.visible_to(request.user).filter(
        account=found.account, customer_e164=found.customer_e164, started_at__lt=found.started_at
    )
    return list(others.order_by("-started_at")[:EARLIER])


def _beside(request: HttpRequest, found: Call, *, later: bool) -> str | None:
    visible = Call.objects.visible_to(request.user)
    if later:
        other = visible.filter(started_at__gt=found.started_at).order_by("started_at", "pk").first()
    else:
        other = visible.filter(started_at__lt=found.started_at).order_by("-started_at", "-pk").first()
    return other.get_absolute_url() if other else None
