"""What a draft does before callers hear it, and what callers did."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ivr.designer import counting, replaying, trying, words
from ivr.views.designer import flow_of, to
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right


@require_POST
@needs(Right.EDIT_FLOWS)
def keep_case(request: HttpRequest, pk: int) -> HttpResponse:
    """The call on the phone, which must end where it ended now."""
    flow = flow_of(request, pk)
    name = request.POST.get("name", "").strip()[:120]
    played = trying.trial(flow, request.GET.dict() | {"call": "1"})
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


@require_http_methods(["GET", "POST"])
@needs(Right.SEE_FLOWS)
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Real calls through the draft: asked for by POST, a job; then who would end elsewhere."""
    flow, period = flow_of(request, pk), request.POST.get("period", "yesterday")
    if request.method == "POST":
        replaying.ask(flow, period if period in counting.PERIODS else "yesterday", timezone.now(), by=request.user)
        return redirect("ivr:replay", flow.pk)
    job = replaying.latest(flow, request.user)
    context = {
        "flow": flow, "job": job, "told": replaying.told(flow, job) if job else [], "periods": counting.PERIODS,
        "is_current": bool(job) and replaying.is_of(flow, job), "sees_numbers": request.user.may(Right.SEE_NUMBERS),
    }  # fmt: skip
    return render(request, "ivr/replay.html#replay" if request.htmx else "ivr/replay.html", context)


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
