"""Doors of notes and dispositions. Each act answers with the card as it is then, and a way to undo it."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from calls import annotating, stories
from calls.models import Call, Disposition, Note
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right


@require_POST
@needs(Right.NOTE)
def write(request: HttpRequest, pk: int) -> HttpResponse:
    call = _call(request, pk)
    if not (text := annotating.tidied(request.POST.get("text", ""))):
        return _answer(request, call, _("A note needs words."), error=True)
    note = annotating.write(request.user, call, text)
    return _answer(request, call, _("The note is kept."), undo=reverse("calls:note_remove", args=[note.pk]))


@require_POST
@needs(Right.NOTE)
def rewrite(request: HttpRequest, pk: int) -> HttpResponse:
    note = _own(request, pk)
    if not (text := annotating.tidied(request.POST.get("text", ""))):
        return _answer(request, note.call, _("A note needs words."), error=True)
    before = note.text
    annotating.rewrite(note, text)
    undo = reverse("calls:note_rewrite", args=[note.pk])
    return _answer(request, note.call, _("The note is changed."), undo=undo, values={"text": before})


@require_POST
@needs(Right.NOTE)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    note = _own(request, pk)
    annotating.remove(note)
    undo = reverse("calls:note_restore", args=[note.pk])
    return _answer(request, note.call, _("The note is gone."), undo=undo)


@require_POST
@needs(Right.NOTE)
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    note = _own(request, pk)
    annotating.restore(note)
    return _answer(request, note.call, _("The note is back."))


@require_POST
@needs(Right.NOTE)
def dispose(request: HttpRequest, pk: int) -> HttpResponse:
    """How the call ended, out of the account's list; an empty choice takes it back."""
    call = _call(request, pk)
    chosen = request.POST.get("disposition", "")
    wanted = None
    if chosen:
        wanted = get_object_or_404(Disposition, account=call.account, name=chosen.replace("\x00", "")[:60])
    before = annotating.dispose(request.user, call, wanted, audit.address_of(request))
    undo = reverse("calls:dispose", args=[call.pk])
    return _answer(request, call, _("The disposition is kept."), undo=undo, values={"disposition": before})


def _call(request: HttpRequest, pk: int) -> Call:
    return get_object_or_404(Call.objects.visible_to(request.user).select_related("account"), pk=pk)


def _own(request: HttpRequest, pk: int) -> Note:
    """A note is changed by its author alone."""
    notes = Note.objects.visible_to(request.user).select_related("call__account")
    return get_object_or_404(notes, pk=pk, author=request.user)


def _answer(
    request: HttpRequest, call: Call, text: str, *, error: bool = False, undo: str = "",
    values: dict[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    if not request.htmx:
        (messages.error if error else messages.info)(request, text)
        return redirect(call)
    toast: dict[str, object] = {"text": text, "tone": "error" if error else ""}
    if undo:
        toast |= {"action": _("Undo"), "post": undo, "values": values or {}}
    answer = render(request, "calls/_said.html", {**stories.said(request, call), "swapped": True})
    answer["HX-Trigger"] = json.dumps({"toast": toast})
    answer["HX-Retarget"], answer["HX-Reswap"] = "#said", "morph:outerHTML"
    return answer
