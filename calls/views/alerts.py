"""Digests and alerts of a person: what is mailed when, and when somebody is told."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from calls.models import Alert, Digest
from calls.reports import alerts
from calls.reports.forms import AlertForm, DigestForm
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right

_MOST = 50  # of one person


@require_POST
@needs(Right.SEE_REPORTS)
def mail(request: HttpRequest) -> HttpResponse:
    """Have a report mailed to oneself; asking for the same again changes its hour."""
    form = DigestForm(request.user, request.POST)
    if not form.is_valid() or request.user.digests.count() >= _MOST:
        messages.error(request, _("That did not work. Nothing was changed."))
        return redirect(_back(request))
    said = form.cleaned_data
    with transaction.atomic():
        digest, _made = Digest.objects.update_or_create(
            user=request.user, report=said["report"], query=said["query"], period=said["period"],
            defaults={"hour": said["hour"], "language": get_language()},
        )  # fmt: skip
        audit.record(request.user, "digest asked for", digest, address=audit.address_of(request))
    words = _("This report will be mailed to %(email)s: %(when)s, %(hour)s.")
    said = {"email": request.user.email, "when": digest.get_period_display(), "hour": f"{digest.hour:02}:00"}
    messages.success(request, words % said)
    return redirect(_back(request))


@require_POST
@needs(Right.SEE_REPORTS)
def end_mail(request: HttpRequest, pk: int) -> HttpResponse:
    digest = get_object_or_404(Digest, pk=pk, user=request.user)
    audit.record(request.user, "digest ended", digest, address=audit.address_of(request))
    digest.delete()
    return redirect(_back(request))


@require_GET
@needs(Right.SEE_REPORTS)
def page(request: HttpRequest) -> HttpResponse:
    return _page(request, AlertForm(request.user))


@require_POST
@needs(Right.SEE_REPORTS)
def save(request: HttpRequest) -> HttpResponse:
    """Try an alert on the past; keep it where its person saw the trial and says so."""
    form = AlertForm(request.user, request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    alert = form.save(commit=False)
    alert.user, alert.language = request.user, get_language()
    if "keep" not in request.POST:
        return _page(request, form, alert)
    if request.user.alerts.count() >= _MOST:
        form.add_error(None, _("A person may have %(n)s alerts.") % {"n": _MOST})
        return _page(request, form, status=400)
    with transaction.atomic():
        alert.save()
        audit.record(request.user, "alert kept", alert, address=audit.address_of(request))
    return redirect("alerts:list")


@require_POST
@needs(Right.SEE_REPORTS)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    alert = get_object_or_404(Alert, pk=pk, user=request.user)
    audit.record(request.user, "alert ended", alert, address=audit.address_of(request))
    alert.delete()
    return redirect("alerts:list")


def _page(request: HttpRequest, form: AlertForm, tried: Alert | None = None, status: int = 200) -> HttpResponse:
    kept = list(request.user.alerts.select_related("department", "account").order_by("pk"))
    context = {
        "form": form, "tried": tried, "spells": alerts.tried(tried, timezone.now()) if tried else [],
        "words": alerts.in_words(tried) if tried else "", "alerts": [(one, alerts.in_words(one)) for one in kept],
        "digests": list(request.user.digests.order_by("pk")),
    }  # fmt: skip
    return render(request, "reports/alerts.html", context, status=status)


def _back(request: HttpRequest) -> str:
    back = request.POST.get("back", "")
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "alerts:list"
