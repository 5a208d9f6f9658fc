"""Acts upon deliveries: see one raw, replay dead letters, set them aside, let a refused address in."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.models import Account, RefusedAddress
from voicenter_console.organisation.roles import Right

from . import health, letters, reasons, replay
from .models import Delivery


def said(request: HttpRequest, text: str, **more: Any) -> HttpResponse:
    """The answer to an act: a toast and a fresh page. `more` as console.js takes it: action, post, values."""
    if request.htmx:
        happened = {"toast": {"text": text, **more}, "deliveries": True, "jobs": True}
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(happened)})
    messages.info(request, text)
    return redirect("deliveries:list")


@require_GET
@needs(Right.SEE_RAW)
def raw(request: HttpRequest, pk: int) -> HttpResponse:
    """The bytes as they came, as text; what is no text shows as �."""
    delivery = get_object_or_404(Delivery.objects.visible_to(request.user), pk=pk)
    letter = letters.opened(delivery, whole_numbers=request.user.may(Right.SEE_NUMBERS))
    context = {
        "facts": [
            (_("State"), delivery.get_state_display()),
            (_("Why"), reasons.in_words(delivery.reason) or "–"),
            (_("Content type"), delivery.content_type or "–"),
            (_("From address"), delivery.address or "–"),
            (_("Times received"), delivery.times),
            (_("Bytes"), letter.length),
        ],
        "text": letter.before + letter.after,
        "letter": letter,
    }
    return render(request, "deliveries/raw.html#raw" if request.htmx else "deliveries/raw.html", context)


def _choice(request: HttpRequest) -> dict[str, Any]:
    """Which dead letters a form means: `pk` one, `reason` those of one cause, neither all."""
    pk = request.POST.get("pk", "")
    if pk:
        return {"pk": int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else 0}
    return {"reason": request.POST["reason"]} if "reason" in request.POST else {}


@require_POST
@needs(Right.REPLAY)
def replay_letters(request: HttpRequest) -> HttpResponse:
    job = replay.ask(request.user, **_choice(request), address=audit.address_of(request))
    return said(request, str(job) if job else _("There is nothing left to replay."))


@require_POST
@needs(Right.REPLAY)
def set_aside(request: HttpRequest) -> HttpResponse:
    choice = _choice(request)
    count = replay.set_aside(request.user, **choice, address=audit.address_of(request))
    text = ngettext("%(n)s delivery set aside", "%(n)s deliveries set aside", count) % {"n": f"{count:,}"}
    return said(request, text, action=_("Undo"), post=reverse("deliveries:put_back"), values=choice)


@require_POST
@needs(Right.REPLAY)
def put_back(request: HttpRequest) -> HttpResponse:
    count = replay.put_back(request.user, **_choice(request), address=audit.address_of(request))
    return said(request, ngettext("%(n)s delivery is back", "%(n)s deliveries are back", count) % {"n": f"{count:,}"})


@require_POST
@needs(Right.CONNECT)
def admit(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a refused address on the account's list."""
    refused = get_object_or_404(RefusedAddress, pk=pk, account__in=health.accounts_led(request.user))
    with transaction.atomic():
        account = Account.objects.select_for_update(no_key=True).get(pk=refused.account_id)
        before = list(account.addresses)
        if not account.admits(refused.address):
            account.addresses = [*before, refused.address]
            account.save(update_fields=["addresses"])
        audit.record(request.user, "account.addresses", account, before=before, after=account.addresses,
                     address=audit.address_of(request))  # fmt: skip
        refused.delete()
    return said(request, _("%(address)s may push from now on.") % {"address": refused.address})
