"""The call log: find any call, see what kind it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseStopPolling

from calls import chips, columns, days, keyset, presentation, saved_views, strip
from calls.concealment import conceal
from calls.contacts import who
from calls.filters import CallFilter
from calls.models import Call, Cdr
from calls.vcc import pages as vcc
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.models import Preference
from voicenter_console.organisation.roles import Right

_LEGS = Prefetch("cdrs", queryset=Cdr.objects.order_by("started_at"), to_attr="legs")


@require_GET
@needs(Right.SEE_CALLS)
def log(request: HttpRequest) -> HttpResponse:
    if not request.GET and (first := saved_views.first_address(request)):
        return redirect(f"{request.path}?{first}")
    visible = Call.objects.visible_to(request.user)
    filtered = CallFilter(request.GET, queryset=visible, request=request)
    chosen = filtered.qs
    page = keyset.page(chosen, **_place(request))
    calls = _told(request, chosen.filter(pk__in=[call.pk for call in page.calls]))
    opened = saved_views.opened(request)
    shown, more = chips.of(filtered, request, visible)
    count = keyset.count(chosen)
    context = {
        "calls": calls,
        "filters": shown,
        "more_filters": more,
        "filtered": any(chip["active"] for chip in shown),
        "search": request.GET.get("search", ""),
        "count_text": _count_text(count),
        "export_text": _export_text(count),
        "may_export": request.user.may(Right.EXPORT),
        "total_without_filters": 0 if calls else keyset.count(visible),
        "older_url": _url(request, older=page.older) if page.older else None,
        "newer_url": _url(request, newer=page.newer) if page.newer else None,
        "first_time": calls[0].started_at if calls else None,
        "jump": request.GET.get("jump", ""),
        "latest_token": timezone.now().isoformat(),
        "opened": opened,
        "shareable": saved_views.shareable(request.user) if opened.view or opened.changed else [],
        "all_columns": columns.offered(request.user),
        **_spans(opened),
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
    found = CallFilter(request.GET, queryset=visible, request=request).qs[:1000].count()
    return render(request, "calls/log.html#newer", {"newer_count": found})


@require_POST
@needs(Right.SEE_CALLS)
def choose_columns(request: HttpRequest) -> HttpResponse:
    """Keep the columns for this person. A view that has columns of its own shows these instead, as a change of it."""
    names = [name for name in request.POST.getlist("column") if name in columns.BY_NAME]
    Preference.put(request.user, columns.PREFERENCE, names or None)
    back = QueryDict(request.POST.get("query", "")[: saved_views.LONGEST], mutable=True)
    back.pop("columns", None)
    if back.get("view", "").isdigit() and names:
        back["columns"] = ",".join(names)
    return redirect(f"/calls/?{back.urlencode() or 'view=all'}")


def _told(request: HttpRequest, rows: Any) -> list[Call]:
    """The calls of a page with their legs in words, newest first, without what this person may not see."""
    calls = list(rows.select_related("department").prefetch_related(_LEGS))
    calls.sort(key=lambda call: (call.started_at, call.pk), reverse=True)
    for call in calls:
        call.legs = presentation.with_labels(call.legs)
        call.parts = strip.of(call, call.legs)
        call.custom = {key: value for leg in call.legs for key, value in leg.custom_data.items()}
    vcc.mark(calls)
    who.name(request.user, calls)
    conceal(request.user, calls, [leg for call in calls for leg in call.legs])
    return calls


def _spans(opened: saved_views.Opened) -> dict[str, Any]:
    """The columns to show, and how many of the table's lie under what is told of a leg."""
    names = opened.names
    after = [name for name in names if name not in columns.BEFORE_OUTCOME]
    return {"columns": names, "leg_rest": len(after) + 1, "all_width": 6 + len(names)}


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


def _export_text(count: int) -> str:
    over = count > keyset.COUNTED_TO
    return f"{keyset.COUNTED_TO:,}+" if over else f"{count:,}"
