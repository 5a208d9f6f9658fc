"""The designer: a draft looked at, and each change to it. Whoever changes a draft that has moved on is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ivr import drafts
from ivr.designer import changes, fields, page
from ivr.models import Flow
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right

_UNDO = "ivr.undo"


def flow_of(request: HttpRequest, pk: int) -> Flow:
    visible = Flow.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("account", "changed_by"), pk=pk)


@require_GET
@needs(Right.SEE_FLOWS)
def flow(request: HttpRequest, pk: int) -> HttpResponse:
    return shown(request, flow_of(request, pk))


def shown(request: HttpRequest, flow: Flow, status: int = 200, **more: Any) -> HttpResponse:
    """The page as its address asks for it."""
    said = {name: more.pop(name, None) for name in ("said", "errors")}
    asked = request.GET.dict() | ({"node": said["said"]["node"]} if said["said"] and "node" in said["said"] else {})
    context = page.of(flow, asked, timezone.now(), mirrored=get_language_bidi(), **said)
    rights = {"may_edit": Right.EDIT_FLOWS, "may_publish": Right.PUBLISH_FLOWS}
    context |= {name: request.user.may(right) for name, right in rights.items()} | more
    undo = request.session.get(_UNDO, {})
    context |= {"undo": undo if undo.get("mark") == flow.draft_mark and undo.get("flow") == flow.pk else None}
    return render(request, "ivr/flow.html", context, status=status)


@require_POST
@needs(Right.EDIT_FLOWS)
def set_node(request: HttpRequest, pk: int) -> HttpResponse:
    name = request.POST.get("node", "")
    return _changed(request, pk, lambda draft: (changes.set_node(draft, name, request.POST.dict()), name))


@require_POST
@needs(Right.EDIT_FLOWS)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A node, behind an exit of the chosen one where that is named."""
    said = {part: request.POST.get(part, "").strip() for part in ("kind", "node", "exit")}
    return _changed(request, pk, lambda draft: changes.add(draft, said["kind"], said["node"], said["exit"]))


@require_POST
@needs(Right.EDIT_FLOWS)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a node away; the draft before is kept in the session, for one undo."""
    before, name = flow_of(request, pk), request.POST.get("node", "")
    answer = _changed(request, pk, lambda draft: (changes.remove(draft, name), ""))
    if answer.status_code == 302:
        mark = Flow.objects.values_list("draft_mark", flat=True).get(pk=pk)
        request.session[_UNDO] = {"flow": pk, "mark": mark, "draft": before.draft, "node": name}
    return answer


@require_POST
@needs(Right.EDIT_FLOWS)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    kept = request.session.pop(_UNDO, {})
    if kept.get("flow") != pk:
        return redirect(flow_of(request, pk))
    return _changed(request, pk, lambda draft: (kept["draft"], kept["node"]), seen=kept["mark"])


@require_POST
@needs(Right.EDIT_FLOWS)
def set_ends(request: HttpRequest, pk: int) -> HttpResponse:
    ends = request.POST.get("entry", ""), request.POST.get("fallback", "")
    return _changed(request, pk, lambda draft: (changes.set_ends(draft, *ends), request.GET.get("node", "")))


def _changed(request: HttpRequest, pk: int, change: Callable[[Any], tuple[Any, str]], seen: str = "") -> HttpResponse:
    """Keep the changed draft and show it at a node; 409 where it moved on, 422 where what was typed does not fit."""
    flow, said = flow_of(request, pk), request.POST.dict()
    seen = seen or said.get("seen", "")
    if seen != flow.draft_mark:
        return shown(request, flow, 409, outdated=True, said=said)
    try:
        draft, node = change(flow.draft)
        drafts.save_draft(flow, draft, seen=seen, by=request.user)
    except drafts.Outdated as error:
        return shown(request, error.flow, 409, outdated=True, said=said)
    except fields.Refused as error:
        return shown(request, flow, 422, said=said, errors=error.errors)
    except (changes.Last, KeyError, TypeError):
        messages.error(request, _("That did not work. Nothing was changed."))
        node = ""
    return to(request, flow, node=node)


def to(request: HttpRequest, flow: Flow, **more: str) -> HttpResponse:
    """Back to the page as it stood, at another node."""
    query = QueryDict(mutable=True)
    query.update(request.GET.dict() | more)
    return redirect(f"{flow.get_absolute_url()}?{query.urlencode()}")
