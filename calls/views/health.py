"""The delivery health page, and what is set right from there."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from calls import days
from calls.health import agreement, overview, pulling, rereading
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.roles import Right
from voicenter_console.voicenter.clock import EARLIEST
from voicenter_console.webhooks import health, letters
from voicenter_console.webhooks.models import Delivery
from voicenter_console.webhooks.pages import said

LETTERS = 3


@require_GET
@needs(Right.SEE_DELIVERIES)
def page(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    start, end = days.around(_day(request, now))
    visible = Delivery.objects.visible_to(request.user)
    context = {
        "day": start,
        "day_before": timezone.localdate(start) - timedelta(days=1),
        "day_after": timezone.localdate(start) + timedelta(days=1) if end <= now else None,
        **overview.of(request.user, start, end, now),
    }
    _open(request, context, visible)
    return render(request, "deliveries/list.html#health" if request.htmx else "deliveries/list.html", context)


def _day(request: HttpRequest, now: datetime) -> datetime:
    """Noon of the day that was asked for; now where none was, or none on which there could be a call."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
        asked = timezone.make_aware(datetime.combine(day, time(12)))
    except (ValueError, OverflowError):
        return now
    return asked if EARLIEST < asked < now else now


def _open(request: HttpRequest, context: dict[str, Any], visible: Any) -> None:
    """The cause that the address says is open, with a few of its letters."""
    keys = {cause.reason: hashlib.sha256(cause.reason.encode()).hexdigest()[:12] for cause in context["causes"]}
    context["causes"] = [(keys[cause.reason], cause) for cause in context["causes"]]
    opened = request.GET.get("cause", "")
    cause = next((cause for key, cause in context["causes"] if key == opened), None)
    if cause is None or not request.user.may(Right.SEE_RAW):
        return
    found = visible.dead().filter(reason=cause.reason).order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    shown = list(found[: LETTERS + 1])
    elsewhere = agreement.came_otherwise(shown[:LETTERS])
    whole = request.user.may(Right.SEE_NUMBERS)
    context |= {
        "opened": opened,
        "letters": [(one, letters.opened(one, whole_numbers=whole)) for one in shown[:LETTERS]],
        "elsewhere": elsewhere,
        "older": shown[LETTERS - 1].pk if len(shown) > LETTERS else None,
    }


@require_POST
@needs(Right.SYNC)
def pull(request: HttpRequest) -> HttpResponse:
    """Ask Voicenter for what is missing, now."""
    accounts = health.accounts_led(request.user).filter(pulls=True, provider=Account.Provider.VOICENTER)
    jobs = [pulling.ask(request.user, account) for account in accounts]
    return said(request, str(jobs[0]) if jobs else _("No account is pulled."))


@require_POST
@needs(Right.CONNECT)
def clock(request: HttpRequest, pk: int) -> HttpResponse:
    """Count an account's pushes by the other clock, and read again what it pushed before."""
    account = get_object_or_404(health.accounts_led(request.user), pk=pk)
    to = request.POST.get("to")
    if to not in Account.Clock.values:
        return HttpResponse(status=400)
    job = rereading.switch_clock(request.user, account, to, address=audit.address_of(request))
    return said(request, str(job) if job else _("It is so already."))
