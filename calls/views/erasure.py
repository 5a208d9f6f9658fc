"""Forget a person: look at what there is, do it, and give the certificate."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from calls.contacts.forms import e164_of
from calls.erasure import asking, running
from calls.models import Contact, Erasure
from voicenter_console import phones
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.roles import Right

RECENT = 50


@require_http_methods(["GET", "POST"])
@needs(Right.ERASE)
@needs(Right.SEE_NUMBERS)
def erase(request: HttpRequest) -> HttpResponse:
    """Numbers come by POST only: an address is written into logs. Without `understood` it is a preview."""
    accounts = list(asking.accounts(request.user).order_by("name"))
    account, texts = _asked(request, accounts)
    numbers, errors = _read(texts) if request.method == "POST" else ([], [])
    if numbers and not errors and account and request.POST.get("understood"):
        erasure = asking.ask(request.user, account, numbers, address=audit.address_of(request))
        return redirect("contacts:erasure", erasure.pk)
    context: dict[str, Any] = {
        "accounts": accounts,
        "account": account,
        "texts": [*texts, *([] if texts else [""]), ""],
        "errors": errors,
        "numbers": numbers,
        "preview": asking.preview(account, numbers) if numbers and account and not errors else None,
        "recent": list(_visible(request)[:RECENT]),
    }
    return render(request, "contacts/erase.html", context, status=422 if errors else 200)


def _asked(request: HttpRequest, accounts: list[Account]) -> tuple[Account | None, list[str]]:
    """Of which account, which numbers: those typed, or those of the contact from whose page one comes."""
    chosen = request.POST.get("account") or request.GET.get("account")
    account = next((one for one in accounts if str(one.pk) == chosen), accounts[0] if len(accounts) == 1 else None)
    if request.method == "POST":
        return account, [text for text in request.POST.getlist("number") if text.strip()][: asking.MOST_NUMBERS]
    contact = request.GET.get("contact", "")
    if contact.isascii() and contact.isdigit() and len(contact) < 19:
        found = Contact.objects.visible_to(request.user).filter(pk=int(contact), account__in=accounts).first()
        if found:
            return found.account, [phones.display(number.e164) for number in found.numbers.order_by("pk")]
    return account, []


def _read(texts: list[str]) -> tuple[list[str], list[str]]:
    numbers, errors = [], []
    for text in texts:
        try:
            numbers.append(e164_of(text))
        except ValidationError as error:
            errors += error.messages
    if not texts:
        errors.append(_("Write at least one number."))
    return list(dict.fromkeys(numbers)), errors


def _visible(request: HttpRequest) -> QuerySet[Erasure]:
    return Erasure.objects.visible_to(request.user).select_related("account", "job").order_by("-pk")


@require_GET
@needs(Right.ERASE)
def erasure(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; the certificate when it is done."""
    found = get_object_or_404(_visible(request), pk=pk)
    context = {"erasure": found, "places": _places(found), "total": sum(found.counts.values())}
    return render(request, "contacts/erasure.html#state" if request.htmx else "contacts/erasure.html", context)


@require_GET
@needs(Right.ERASE)
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_visible(request).exclude(finished_at=None), pk=pk)
    text = json.dumps(running.certificate(found), ensure_ascii=False, indent=2)
    disposition = f'attachment; filename="{found}.json"'
    return HttpResponse(text, content_type="application/json", headers={"Content-Disposition": disposition})


def _places(found: Erasure) -> list[tuple[str, int]]:
    """What was changed or deleted, in words for the places that have one."""
    words = {
        "contacts": _("numbers of contacts"),
        "records": _("records of calls"),
        "calls": _("calls"),
        "deliveries": _("deliveries as they came"),
        "exports": _("exports"),
        "calls.dialrequest": _("requests to dial"),
        "organisation.auditentry": _("audit entries"),
    }
    return [(words.get(place, place), count) for place, count in sorted(found.counts.items())]
