"""The delivery health page, and what is set right from there."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from calls import days, truth
from calls.health import agreement, answer, clocks, pulling, rereading, troubles
from calls.models import Cdr, SyncGap
from voicenter_console.jobs import heartbeat
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.models import Account, RefusedAddress
from voicenter_console.organisation.roles import Right
from voicenter_console.voicenter.clock import EARLIEST
from voicenter_console.webhooks import health, letters, replay
from voicenter_console.webhooks.models import Delivery, Drift
from voicenter_console.webhooks.pages import said

LETTERS = 3
PULL_OVERDUE = timedelta(minutes=20)


@require_GET
@needs(Right.SEE_DELIVERIES)
def page(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    start, end = days.around(_day(request, now))
    visible = Delivery.objects.visible_to(request.user)
    accounts = health.with_last_push(health.accounts_watched(request.user).select_related("sync_state"))
    came = Delivery.objects.filter(account__in=accounts)
    context: dict[str, Any] = {
        "accounts": accounts,
        "leads": request.user.may(Right.SEE_ALL_ACCOUNTS) or bool(request.user.whole_account_ids),
        "deliveries": health.hours(came.exclude(channel=Delivery.Channel.CALL_LOG), start, end),
        "agreement": agreement.by_hour(accounts, start, end),
        "gaps": list(SyncGap.objects.filter(account__in=accounts, closed_at=None).order_by("-from_at")[:50]),
        "troubles": troubles.found(accounts),
        "clocks": clocks.checks(accounts),
        "unfollowed": Cdr.objects.filter(account__in=accounts, link_followed=False).count(),
        "refused": list(RefusedAddress.objects.filter(account__in=accounts).order_by("-last_seen")[:20]),
        "drift": list(Drift.objects.filter(account__in=accounts).order_by("-last_seen")[:30]),
        "causes": health.causes(visible.dead()),
        "aside": health.causes(replay.aside(visible)),
        "day": start,
        "day_before": timezone.localdate(start) - timedelta(days=1),
        "day_after": timezone.localdate(start) + timedelta(days=1) if end <= now else None,
    }
    context["dead"] = came.dead().count()
    context["readable"] = sum(cause.readable for cause in context["causes"])
    waiting = came.waiting().aggregate(n=Count("pk"), since=Min("received_at"))
    facts = answer.Facts(
        accounts=accounts, truth=truth.line(request.user), troubles=context["troubles"], gaps=context["gaps"],
        usual=health.usual_pushes(accounts, now), waiting=waiting["n"], waiting_since=waiting["since"],
        dead=context["dead"], agreed=sum(hour["both"] for hour in context["agreement"]),
    )  # fmt: skip
    context["answer"] = answer.given(facts, now)
    context["lines"] = _lines(facts, context["deliveries"], now)
    context["one_sided"] = sum(hour["one"] for hour in context["agreement"])
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


def _lines(facts: answer.Facts, hours: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """What goes in and out, each with its last sign of life."""
    bodies = sum(hour["understood"] + hour["waiting"] + hour["unread"] for hour in hours)
    unread = sum(hour["unread"] for hour in hours)
    pushes = [account.last_push for account in facts.accounts if account.last_push]
    states = [account.sync_state for account in facts.accounts if hasattr(account, "sync_state")]
    pulls = [state.last_read_at for state in states if state.last_read_at]
    late = bool(pulls) and max(pulls) < now - PULL_OVERDUE
    gaps = _("%(n)s gaps open") % {"n": len(facts.gaps)} if facts.gaps else _("no gap open")
    alive = heartbeat.alive()["worker"]
    return [
        {
            "name": _("Push"), "at": max(pushes, default=None),
            "tone": _tone(pushes, any(usual >= health.SILENT_FROM for usual in facts.usual.values())),
            "detail": _("%(n)s on this day, %(unread)s unread")
            % {"n": f"{bodies:,}", "unread": f"{unread:,}"},
        },
        {
            "name": _("Pull"), "at": max(pulls, default=None),
            "tone": _tone(pulls, late or bool(facts.troubles)),
            "detail": facts.troubles[0].title if facts.troubles else gaps,
        },
        {
            "name": _("Worker"), "tone": "ok" if alive else "lost",
            "state": _("running") if alive else _("not seen for a minute"),
            "detail": _("%(n)s waiting to be read") % {"n": f"{facts.waiting:,}"},
        },
    ]  # fmt: skip


def _tone(signs: list[datetime], quiet: bool) -> str:
    if not signs:
        return "fail"
    return "miss" if quiet else "ok"


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
