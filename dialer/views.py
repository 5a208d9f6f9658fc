"""The cockpit: Voicenter's campaigns, and what is asked of them (DESIGN, page 7)."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dialer import acting, words
from dialer.forms import FORMS, MemberForm, StrategyForm
from dialer.models import Campaign, CampaignAct
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right

RECENT = 20


@require_GET
@needs(Right.SEE_CAMPAIGNS)
def listing(request: HttpRequest) -> HttpResponse:
    """All campaigns: those that run first, those that are gone last."""
    visible = Campaign.objects.visible_to(request.user).select_related("account", "department")
    campaigns = sorted(visible, key=lambda one: (one.gone_at is not None, not one.runs, str(one).casefold()))
    context = {"campaigns": campaigns, "accounts": len({one.account_id for one in campaigns})}
    return render(request, "campaigns/list.html#list" if request.htmx else "campaigns/list.html", context)


@require_GET
@needs(Right.SEE_CAMPAIGNS)
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """One campaign: its state, members, what was asked and answered, what changed and when."""
    return _page(request, _one(request, pk))


@require_POST
@needs(Right.RUN_CAMPAIGNS)
def act(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Ask one act of Voicenter, once for each key."""
    one = _one(request, pk)
    if kind not in FORMS:
        raise Http404
    form = FORMS[kind](request.POST)
    if not form.is_valid():
        return _page(request, one, form)
    try:
        key = f"{kind}:{_key(request)}"
        acting.ask(request.user, one, kind, form.wanted, key=key, address=audit.address_of(request))
    except acting.Busy:
        return _refused(request, one, _("Something was asked of this campaign a moment ago. Wait for its answer."))
    except acting.Gone:
        return _refused(request, one, _("This campaign is not on Voicenter's list any more. Nothing was sent."))
    return redirect(one)


def _refused(request: HttpRequest, one: Campaign, text: str) -> HttpResponse:
    if request.htmx:
        toast = {"toast": {"text": text, "tone": "error"}}
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(toast)})
    messages.error(request, text)
    return redirect(one)


def _one(request: HttpRequest, pk: int) -> Campaign:
    visible = Campaign.objects.visible_to(request.user).select_related("account", "department")
    return get_object_or_404(visible, pk=pk)


def _page(request: HttpRequest, one: Campaign, form: forms.Form | None = None) -> HttpResponse:
    acts = list(one.acts.order_by("-created_at", "-pk")[:RECENT])
    context: dict[str, Any] = {
        "one": one,
        "acts": [(act, words.asked(act), words.answer(act), *words.tone(act)) for act in acts],
        "waits": any(act.is_unsettled for act in acts),
        "changes": one.changes.order_by("-seen_at", "-pk")[:RECENT],
        "may_run": request.user.may(Right.RUN_CAMPAIGNS) and one.gone_at is None,
        "strategy": form if isinstance(form, StrategyForm) else StrategyForm(),
        "member": form if isinstance(form, MemberForm) else MemberForm(),
        "key": uuid.uuid4(),
        "kinds": CampaignAct.Kind,
    }
    template = "campaigns/campaign.html#state" if request.htmx and form is None else "campaigns/campaign.html"
    return render(request, template, context, status=422 if form is not None else 200)


def _key(request: HttpRequest) -> str:
    """The page's one-time key; of a broken one there is none to repeat."""
    try:
        return str(uuid.UUID(request.POST.get("key", "")))
    except ValueError:
        return str(uuid.uuid4())
