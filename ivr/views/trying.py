"""What a draft does before callers hear it, and what callers did."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from ivr.designer import counting, words
from ivr.views.designer import flow_of
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right


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
