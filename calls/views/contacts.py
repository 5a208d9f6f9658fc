"""Contacts: who is behind a number."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from calls.concealment import conceal, masked
from calls.contacts import book, pages, who
from calls.contacts.forms import ContactForm
from calls.models import Call, Contact, ContactMerge, ContactNumber
from calls.querysets import accounts_of
from voicenter_console import phones
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right

CALLS = 50
OFFERED = 8


def _visible(request: HttpRequest) -> Any:
    numbers = Prefetch("numbers", queryset=ContactNumber.objects.order_by("pk"), to_attr="phones")
    return Contact.objects.visible_to(request.user).select_related("department", "account").prefetch_related(numbers)


def _conceal(request: HttpRequest, *contacts: Contact) -> None:
    if not request.user.may(Right.SEE_NUMBERS):
        for number in (number for contact in contacts for number in contact.phones):
            number.e164 = masked(number.e164)


@require_GET
@needs(Right.SEE_CONTACTS)
def contacts(request: HttpRequest) -> HttpResponse:
    """The book, by name."""
    text = request.GET.get("search", "")
    page = pages.page(_visible(request).search(text), after=request.GET.get("after", ""))
    _conceal(request, *page.contacts)
    more = request.GET.copy()
    more["after"] = page.after or ""
    context = {
        "contacts": page.contacts,
        "search": text,
        "digits": phones.parse(text).e164,
        "more_url": f"{request.path}?{more.urlencode()}" if page.after else None,
        "later_page": "after" in request.GET,
        "may_erase": request.user.may(Right.ERASE),
        "may_edit": _may_edit(request),
    }
    return render(request, "contacts/list.html#list" if request.htmx else "contacts/list.html", context)


@require_GET
@needs(Right.SEE_CONTACTS)
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """One contact and its calls."""
    found = _visible(request).filter(pk=pk).first()
    if found is None:
        merged = get_object_or_404(ContactMerge, gone=pk, survivor__in=Contact.objects.visible_to(request.user))
        return redirect("contacts:contact", merged.survivor_id)
    calls = list(_calls(request, found)[: CALLS + 1])
    merges = [one for one in found.merges.order_by("-at")[:OFFERED] if book.may_part(one)]
    conceal(request.user, calls)
    _conceal(request, found)
    context = {
        "contact": found,
        "calls": calls[:CALLS],
        "more_calls": len(calls) > CALLS,
        "merges": [(one, one.before["gone"]["name"], one.at + book.UNDO) for one in merges],
        "may_edit": _may_edit(request),
        "may_erase": request.user.may(Right.ERASE),
    }
    return render(request, "contacts/contact.html", context)


def _calls(request: HttpRequest, found: Contact) -> Any:
    visible = Call.objects.visible_to(request.user).filter(account=found.account_id)
    return visible.filter(customer_e164__in=[number.e164 for number in found.phones]).order_by("-started_at", "-pk")


def _may_edit(request: HttpRequest) -> bool:
    """Who sees numbers in part only would write them back in part."""
    return request.user.may(Right.EDIT_CONTACTS) and request.user.may(Right.SEE_NUMBERS)


@require_http_methods(["GET", "POST"])
@needs(Right.EDIT_CONTACTS)
@needs(Right.SEE_NUMBERS)
def new(request: HttpRequest) -> HttpResponse:
    """A new contact; `?phone=` fills its number in, as the pop-up does (PROTOCOL S2)."""
    phone = phones.parse(request.GET.get("phone", ""))
    account = accounts_of(request.user).filter(pk=_number(request.GET.get("account"))).first()
    fresh = Contact(account=account) if account else Contact()
    return _form(request, fresh, [phones.display(phone)] if phone.kind == "number" else [])


@require_http_methods(["GET", "POST"])
@needs(Right.EDIT_CONTACTS)
@needs(Right.SEE_NUMBERS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_visible(request), pk=pk)
    return _form(request, found, [phones.display(number.e164) for number in found.phones])


def _form(request: HttpRequest, contact: Contact, numbers: list[str]) -> HttpResponse:
    fresh = contact.pk is None
    form = ContactForm(request.user, contact, request.POST if request.method == "POST" else None, numbers)
    if form.is_bound and form.is_valid():
        address = audit.address_of(request)
        kept = book.keep(request.user, form.contact, form.values, form.cleaned_data["number"], address=address)
        messages.info(request, _("Kept"))
        return redirect(kept)
    visible = set(Contact.objects.visible_to(request.user).filter(pk__in=[one.pk for one in form.others]))
    context = {
        "form": form,
        "contact": None if fresh else contact,
        "number_inputs": [*form.texts, *([""] * (1 if form.texts else 2))],
        "others": [(one, one in visible) for one in form.others],
    }
    return render(request, "contacts/form.html", context, status=422 if form.is_bound else 200)


@require_GET
@needs(Right.SEE_CONTACTS)
def choose(request: HttpRequest) -> HttpResponse:
    """Several contacts have this number: which of them is it? One is shown at once; none is new."""
    phone = phones.parse(request.GET.get("phone", ""))
    account = accounts_of(request.user).filter(pk=_number(request.GET.get("account"))).first()
    having = {"numbers__e164": phone.e164, **({"numbers__account": account} if account else {})}
    found = list(_visible(request).filter(**having).distinct().order_by("pk")[: who.MOST]) if phone.e164 else []
    if len(found) == 1:
        return redirect(found[0])
    if not found and _may_edit(request):
        return redirect(f"{reverse('contacts:new')}?{request.GET.urlencode()}")
    _conceal(request, *found)
    shown = phone.raw if request.user.may(Right.SEE_NUMBERS) else masked(phone.raw)
    return render(request, "contacts/choose.html", {"contacts": found, "phone": shown, "may_edit": _may_edit(request)})


@require_POST
@needs(Right.EDIT_CONTACTS)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_visible(request), pk=pk)
    book.delete(request.user, found, address=audit.address_of(request))
    messages.info(request, _("%(name)s is no longer a contact.") % {"name": found.name})
    return _to(request, reverse("contacts:list"))


@require_GET
@needs(Right.EDIT_CONTACTS)
@needs(Right.SEE_NUMBERS)
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What making two contacts one would give; without `with`, whom to choose from."""
    found = get_object_or_404(_visible(request), pk=pk)
    others = _visible(request).filter(account=found.account_id).exclude(pk=pk)
    text = request.GET.get("search", "")
    other = others.filter(pk=_number(request.GET.get("with"))).first()
    context = {"contact": found, "other": other, "search": text}
    if other:
        context["both"] = [found, other]
        context["united"] = Contact(account=found.account, **book.united(found, other))
        context["numbers"] = list(dict.fromkeys(number.e164 for one in (found, other) for number in one.phones))
    else:
        like = others.search(text or found.name.split()[0])
        context["offered"] = list(like.order_by("name", "pk")[:OFFERED])
    return render(request, "contacts/merge.html", context)


@require_POST
@needs(Right.EDIT_CONTACTS)
@needs(Right.SEE_NUMBERS)
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    survivor = get_object_or_404(_visible(request), pk=pk)
    others = Contact.objects.visible_to(request.user).filter(account=survivor.account_id).exclude(pk=pk)
    gone = get_object_or_404(others, pk=_number(request.POST.get("with")))
    book.merge(request.user, survivor, gone, address=audit.address_of(request))
    messages.info(request, _("They are one contact now. It can be undone for 30 minutes."))
    return redirect(survivor)


@require_POST
@needs(Right.EDIT_CONTACTS)
@needs(Right.SEE_NUMBERS)
def part(request: HttpRequest, pk: int) -> HttpResponse:
    """The undo of a merge; `pk` is the merge's."""
    merged = get_object_or_404(ContactMerge, pk=pk, survivor__in=Contact.objects.visible_to(request.user))
    survivor = merged.survivor
    try:
        book.part(request.user, merged, address=audit.address_of(request))
    except book.TooLate:
        messages.error(request, _("It is too late for that: the contact was changed since, or half an hour is over."))
    else:
        messages.info(request, _("They are two contacts again."))
    return redirect(survivor)


def _to(request: HttpRequest, url: str) -> HttpResponse:
    """An htmx request is led on as a form would be."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
