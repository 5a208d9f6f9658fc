"""The home page, which looks into all rooms, and what machines ask: alive, ready, figures."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from calls import home as figures
from calls import needs, truth
from calls.board import collector
from voicenter_console.jobs import heartbeat
from voicenter_console.organisation import access
from voicenter_console.organisation.roles import Right


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Is today all right, and what needs me? An agent's home is the call log."""
    if not request.user.may(Right.SEE_HOME):
        return redirect("calls:log")
    now = timezone.now()
    line = truth.line(request.user)
    context = {
        **figures.today(request.user, now),
        **figures.at_this_moment(request.user, now),
        "needs": needs.of(request.user, line),
        "complete_until": line["until"] if line else None,
    }
    return render(request, "home.html#today" if request.htmx else "home.html", context)


@require_GET
@access.needs(Right.SEE_HOME)
def home_now(request: HttpRequest) -> HttpResponse:
    """The tiles of home that change with every caller."""
    return render(request, "home.html#now", figures.at_this_moment(request.user, timezone.now()))


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for our own mistakes: what happened to the data, and the request's id to ask with."""
    # without context processors: they may need the very thing that failed
    return HttpResponse(render_to_string("500.html", {"request": request}), status=500)


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: this process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: the database answers and is migrated, and worker and beat were seen lately; so was the collector, where
    an account's live calls are followed."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        parts = {"database": True, **heartbeat.alive()}
        if not collector.wanted().exists():
            del parts["collector"]
    except DatabaseError:
        parts = {"database": False}
    ready = all(parts.values())
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


@login_not_required
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus's page of this process: counts and times, no names and no numbers of people."""
    if settings.METRICS_ADDRESSES and request.client_address not in settings.METRICS_ADDRESSES:
        return HttpResponse(status=404)
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
