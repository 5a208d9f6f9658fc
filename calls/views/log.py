"""The call log: find any call, see what kind it was."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseStopPolling

from calls import chips, days, keyset, presentation
from calls.concealment import conceal
from calls.contacts import who
from calls.filters import CallFilter
from calls.models import Call, Cdr
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right

_LEGS = Prefetch("cdrs", queryset=Cdr.objects.order_by("started_at"), to_attr="legs")


@require_GET
@needs(Right.SEE_CALLS)
def log(request: HttpRequest) -> HttpResponse:
    visible = Call.objects.visible_to(request.user)
    filtered = CallFilter(request.GET, queryset=visible)
    chosen = filtered.qs
    page = keyset.page(chosen, **_place(request))
    calls = list(chosen.filter(pk__in=[call.pk for call in page.calls]).prefetch_related(_LEGS))
    calls.sort(key=lambda call: (call.started_at, call.pk), reverse=True)
    for call in calls:
        call.legs = presentation.with_labels(call.legs)
    who.name(request.user, calls)
    conceal(request.user, calls, [leg for call in calls for leg in call.legs])
    context = {
        "calls": calls,
        "filters": chips.of(filtered, request),
        "search": request.GET.get("search", ""),
        "count_text": _count_text(keyset.count(chosen)),
        "total_without_filters": 0 if calls else keyset.count(visible),
        "older_url": _url(request, older=page.older) if page.older else None,
        "newer_url": _url(request, newer=page.newer) if page.newer else None,
        "first_time": calls[0].started_at if calls else None,
        "jump": request.GET.get("jump", ""),
        "latest_token": timezone.now().isoformat(),
    }
    return render(request, "calls/log.html#list" if request.htmx else "calls/log.html", context)


@require_GET
@needs(Right.SEE_CALLS)
def newer(request: HttpRequest) -> HttpResponse:
    """How many calls the open page does not show yet."""
    since = days.moment(request.GET.get("since", "").replace(" ", "+"))
    if since is None or since < timezone.now() - timedelta(days=2):
        return HttpResponseStopPolling()
    visible = Call.objects.visible_to(request.user).filter(created_at__gt=since)
    found = CallFilter(request.GET, queryset=visible).qs[:1000].count()
    return render(request, "calls/log.html#newer", {"newer_count": found})


def _place(request: HttpRequest) -> dict[str, str]:
    jump = request.GET.get("jump", "")
    if moment := days.moment(jump):
        return {"older_than": f"{moment.isoformat()}_0"}
    return {"older_than": request.GET.get("older", ""), "newer_than": request.GET.get("newer", "")}


def _url(request: HttpRequest, **place: str | None) -> str:
    query = request.GET.copy()
    for name in ("older", "newer", "jump"):
        query.pop(name, None)
    query.update({name: value for name, value in place.items() if value})
    return f"{request.path}?{query.urlencode()}"


def _count_text(count: int) -> str:
    if count > keyset.COUNTED_TO:
        return _("over %(count)s calls") % {"count": f"{keyset.COUNTED_TO:,}"}
    return ngettext("%(count)s call", "%(count)s calls", count) % {"count": f"{count:,}"}
