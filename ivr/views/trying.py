"""What a draft does before callers hear it, and what callers did."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ivr.designer import counting, trying, words
from ivr.views.designer import flow_of, to
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right


@require_POST
@needs(Right.EDIT_FLOWS)
def keep_case(request: HttpRequest, pk: int) -> HttpResponse:
    """The call on the phone, which must end where it ended now."""
    flow = flow_of(request, pk)
    name = request.POST.get("name", "").strip()[:120]
    played = trying.trial(flow, {**request.GET.dict(), "call": "1"})
    if played.last and name:
        trying.keep(flow, name, played)
    else:
        messages.error(request, _("A case needs a name, and a call that could be played."))
    return to(request, flow)


@require_POST
@needs(Right.EDIT_FLOWS)
def remove_case(request: HttpRequest, pk: int) -> HttpResponse:
    flow = flow_of(request, pk)
    flow.cases.filter(name=request.POST.get("name", "")).delete()
    return to(request, flow)


@require_GET
@needs(Right.SEE_FLOWS)
def callers(request: HttpRequest, pk: int) -> HttpResponse:
    """Who took a way, each with their call."""
    flow, now = flow_of(request, pk), timezone.now()
    period = request.GET.get("callers", "") if request.GET.get("callers") in counting.PERIODS else "week"
    node, exit = request.GET.get("node", ""), request.GET.get("exit", "")
    found = counting.callers(request.user, flow, node, exit, *counting.span(period, now))
    nodes = flow.draft.get("nodes", {})
    context = {
        "flow": flow, "found": found, "most": counting.MOST, "period": counting.PERIODS[period][0],
        "title": words.title(node, nodes.get(node, {})), "way": words.way(exit) if exit else "",
        "sees_numbers": request.user.may(Right.SEE_NUMBERS),
    }  # fmt: skip
    return render(request, "ivr/callers.html", context)
