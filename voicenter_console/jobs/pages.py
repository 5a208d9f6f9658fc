"""The jobs drawer: what one asked for that takes longer than a page, how far it is, and its stop."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from . import claims
from .models import Job, JobQuerySet

RECENT = 20
_LONGEST = 16  # digits: microseconds until the year 2286


def own(request: HttpRequest) -> JobQuerySet:
    """The jobs that this person asked for."""
    return Job.objects.filter(owner=request.user)


@require_GET
def drawer(request: HttpRequest) -> HttpResponse:
    """Unfinished jobs first, then the latest; a page of its own where there is no script."""
    jobs = list(own(request).unfinished().order_by("-pk"))
    jobs += own(request).exclude(pk__in=[job.pk for job in jobs]).order_by("-pk")[:RECENT]
    context = {"jobs": jobs, "active": any(job.is_unfinished for job in jobs)}
    return render(request, "jobs/list.html#jobs" if request.htmx else "jobs/list.html", context)


@require_GET
def button(request: HttpRequest) -> HttpResponse:
    """The top bar's button. It asks again while something runs, and tells the page what ended since it was drawn."""
    response = render(request, "jobs/_button.html", own(request).standing())
    since = request.GET.get("since", "")
    if since.isascii() and since.isdigit() and len(since) <= _LONGEST:
        job = own(request).ended_after(int(since)).order_by("-finished_at").first()
        if job is not None:
            response["HX-Trigger"] = json.dumps({"jobdone": True, "toast": _toast(job)})
    return response


def _toast(job: Job) -> dict[str, str]:
    text = f"{job.label}: {job.message or job.get_state_display()}"
    file = {"action": _("Download"), "url": job.result["url"]} if job.result.get("url") else {}
    return {"text": text, "tone": "error" if job.state == Job.State.FAILED else "", **file}


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop it: at once where it has not begun, else at its next sign of progress."""
    claims.cancel(get_object_or_404(Job.objects.visible_to(request.user), pk=pk))
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Trigger": "jobs"})
    return redirect("jobs:list")
