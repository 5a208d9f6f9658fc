"""Doors of the saved views of the call log. Each act answers with the address of the log as it is then."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from calls import saved_views
from calls.models import SavedView
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right


@require_POST
@needs(Right.SEE_CALLS)
def save(request: HttpRequest) -> HttpResponse:
    """A new view of the filters and columns that are open."""
    name, department = _name(request), _number(request, "department")
    if not name:
        return _back(request, request.POST.get("query", ""), _("A view needs a name."), error=True)
    shown = request.POST.get("columns", "").split(",")
    try:
        view = saved_views.save(request.user, name, request.POST.get("query", ""), shown=shown, department=department)
    except saved_views.Taken:
        return _taken(request, name)
    return _back(request, saved_views.address(view), _("View “%(name)s” is kept.") % {"name": view.name})


@require_POST
@needs(Right.SEE_CALLS)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Its name, whom it is shared with, or (`query`) what it shows."""
    view = _own(request, pk)
    said: dict[str, Any] = {"name": _name(request)}
    if "department" in request.POST:
        said["department"] = _number(request, "department")
    if "query" in request.POST:
        said |= {"query": request.POST["query"], "columns": request.POST.get("columns", "").split(",")}
    try:
        view = saved_views.change(view, request.user, said)
    except saved_views.Taken:
        return _taken(request, said["name"])
    return _back(request, saved_views.address(view), _("View “%(name)s” is kept.") % {"name": view.name})


@require_POST
@needs(Right.SEE_CALLS)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    view = _own(request, pk)
    saved_views.remove(view)
    undo = {"action": _("Undo"), "post": reverse("calls:view_restore", args=[view.pk])}
    return _back(request, "view=all", _("View “%(name)s” is gone.") % {"name": view.name}, undo=undo)


@require_POST
@needs(Right.SEE_CALLS)
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        view = saved_views.restore(request.user, pk)
    except saved_views.Taken as error:
        return _taken(request, str(error))
    view = view or _own(request, pk)
    return _back(request, saved_views.address(view), _("View “%(name)s” is back.") % {"name": view.name})


@require_POST
@needs(Right.SEE_CALLS)
def prefer(request: HttpRequest, pk: int) -> HttpResponse:
    """The log opens with it; pressed again, with all calls."""
    view = get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)
    now = saved_views.prefer(request.user, view)
    text = _("The log opens with “%(name)s”.") if now else _("The log opens with all calls.")
    return _back(request, saved_views.address(view), text % {"name": view.name} if now else text)


def _own(request: HttpRequest, pk: int) -> SavedView:
    """A shared view is changed by its owner alone; others may save a copy."""
    return get_object_or_404(SavedView.objects.visible_to(request.user).filter(owner=request.user), pk=pk)


def _name(request: HttpRequest) -> str:
    return " ".join(request.POST.get("name", "").replace("\x00", "").split())[:60]


def _number(request: HttpRequest, field: str) -> int | None:
    text = request.POST.get(field, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _taken(request: HttpRequest, name: str) -> HttpResponse:
    text = _("You have a view “%(name)s” already.") % {"name": name}
    return _back(request, request.POST.get("query", ""), text, error=True)


def _back(
    request: HttpRequest, query: str, text: str, *, error: bool = False, undo: dict[str, str] | None = None
) -> HttpResponse:
    url = f"{reverse('calls:log')}?{query or 'view=all'}"
    if not request.htmx:
        (messages.error if error else messages.info)(request, text)
        return redirect(url)
    toast = {"text": text, "tone": "error" if error else "", **(undo or {})}
    headers = {"HX-Trigger": json.dumps({"toast": toast})}
    if not error:
        place = {"path": url, "target": "#log", "swap": "morph:outerHTML"}
        headers["HX-Location"] = json.dumps(place)
    return HttpResponse(status=204 if error else 200, headers=headers)
