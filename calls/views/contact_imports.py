"""Doors of imports of contacts: bring a file, say what its columns are, look, import, take back."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from calls.contacts import columns, importing
from calls.contacts.incoming import words
from calls.models import ContactImport
from calls.querysets import accounts_of
from voicenter_console import spreadsheets
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right

RECENT = 20
EXAMPLES = 3


def _one(request: HttpRequest, pk: int) -> ContactImport:
    visible = ContactImport.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("account", "by", "job"), pk=pk)


@require_http_methods(["GET", "POST"])
@needs(Right.EDIT_CONTACTS)
@needs(Right.SEE_NUMBERS)
def bring(request: HttpRequest) -> HttpResponse:
    """Choose a file; nothing of it is imported yet."""
    accounts = list(accounts_of(request.user).order_by("name"))
    asked = request.POST.get("account")
    account = next((one for one in accounts if str(one.pk) == asked), accounts[0] if len(accounts) == 1 else None)
    file, error = request.FILES.get("file"), ""
    if request.method == "POST":
        try:
            if file and account:
                return redirect(importing.bring(request.user, account, file.name, file.chunks()))
            error = _("Choose an account.") if file else _("Choose a file.")
        except spreadsheets.Unreadable as unreadable:
            error = words(unreadable)
    recent = ContactImport.objects.visible_to(request.user).select_related("account", "by", "job").order_by("-pk")
    context = {"accounts": accounts, "account": account, "error": error, "recent": list(recent[:RECENT])}
    return render(request, "contacts/import.html", context, status=422 if error else 200)


@require_GET
@needs(Right.EDIT_CONTACTS)
@needs(Right.SEE_NUMBERS)
def imported(request: HttpRequest, pk: int) -> HttpResponse:
    """Where it stands: columns, dry run, import, undo."""
    return _page(request, _one(request, pk))


def _page(request: HttpRequest, one: ContactImport, error: str = "", mapping: list[str] | None = None) -> HttpResponse:
    stage = "mapping" if error or ("columns" in request.GET and not one.started_at) else one.stage
    context: dict[str, Any] = {
        "one": one,
        "stage": stage,
        "error": error,
        "there": importing.file_of(one).exists(),
        "errors_there": importing.errors_of(one).exists(),
        "adds": one.counts.get("new", 0) + one.counts.get("added", 0),
    }
    if stage == "mapping":
        context |= {"columns": _columns(one, mapping or one.mapping), "fields": columns.titles().items()}
    template = "contacts/imported.html#state" if request.htmx else "contacts/imported.html"
    return render(request, template, context, status=422 if error else 200)


def _columns(one: ContactImport, mapping: list[str]) -> list[tuple[str, str, list[str]]]:
    """Each column's title, what it is taken for, and its first texts."""
    rows: list[spreadsheets.Row] = []
    if importing.file_of(one).exists():
        try:
            with spreadsheets.reading(importing.file_of(one)) as sheet:
                rows = list(islice(sheet.rows, EXAMPLES))
        except spreadsheets.Unreadable:
            rows = []  # the dry run says why, in words
    return [(title, field, [row.cells[place][:40] for row in rows if row.cells[place]])
            for place, (title, field) in enumerate(zip(one.header, mapping, strict=True))]  # fmt: skip


@require_POST
@needs(Right.EDIT_CONTACTS)
@needs(Right.SEE_NUMBERS)
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """The dry run, by the columns as they were said to be."""
    one = _one(request, pk)
    said = [request.POST.get(f"column-{place}", "") for place in range(len(one.header))]
    mapping = [field if field in columns.FIELDS else "" for field in said]
    if error := columns.fault(mapping):
        return _page(request, one, error, mapping)
    return _done(request, one, lambda: importing.look(one, mapping))


@require_POST
@needs(Right.EDIT_CONTACTS)
@needs(Right.SEE_NUMBERS)
def start(request: HttpRequest, pk: int) -> HttpResponse:
    one = _one(request, pk)
    return _done(request, one, lambda: importing.start(one, address=audit.address_of(request)))


@require_POST
@needs(Right.EDIT_CONTACTS)
@needs(Right.SEE_NUMBERS)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    one = _one(request, pk)
    return _done(request, one, lambda: importing.undo(request.user, one, address=audit.address_of(request)))


def _done(request: HttpRequest, one: ContactImport, act: Any) -> HttpResponse:
    try:
        act()
    except importing.Already:
        messages.error(request, _("This file was imported already, or this import has gone on. Nothing was added."))
    return redirect(one)


@require_GET
@needs(Right.EDIT_CONTACTS)
@needs(Right.SEE_NUMBERS)
def errors(request: HttpRequest, pk: int) -> HttpResponse:
    """The refused rows as they were brought, each with its reason."""
    place = importing.errors_of(_one(request, pk))
    if not place.exists():
        raise Http404
    answer = FileResponse(place.open("rb"), as_attachment=True, filename=f"refused-{pk}.csv")
    answer["Cache-Control"] = "private, no-store"
    return answer
