"""Reports: figures that can be defended. The address holds period, comparison, scope, definition and open formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from calls.metrics.definitions import SERVICE_LEVELS
from calls.models import Digest
from calls.reports import export as exports
from calls.reports.pages import panel
from calls.reports.pages.others import HEAT_WORDS
from calls.reports.pages.parts import Address, Page
from calls.reports.pages.registry import PAGES, right
from calls.reports.period import AGAINST, NAMED, NoPeriod
from calls.reports.scope import Scope, departments_of, scope
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right
from voicenter_console.organisation.service import SHORT_LIMITS, TARGETS

DEFAULT, AGAINST_DEFAULT = "days_7", "before"


@require_GET
@needs(Right.SEE_REPORTS)
def report(request: HttpRequest, name: str = "queues") -> HttpResponse:
    """One report with its tabs and filters; the formula panel beside it where the address has one open."""
    title, build = _known(request, name)
    address = Address(request.path, request.GET)
    its, error = _scope(request)
    context = {
        "name": name, "title": title, "page": build(its, address), "panel": panel.of(its, address), "its": its,
        "error": error, "tabs": _tabs(request, name, address), "filters": _filters(request, its, name),
        "digests": Digest.Period.choices, "clean_url": address.path, "exports": _exports(request, name, address),
    }  # fmt: skip
    return render(request, "reports/report.html#report" if request.htmx else "reports/report.html", context)


@require_GET
@needs(Right.EXPORT)
@needs(Right.SEE_REPORTS)
def export(request: HttpRequest, name: str, form: str) -> StreamingHttpResponse:
    """The table of the page as a file, streamed."""
    _, build = _known(request, name)
    if form not in exports.TYPES:
        raise Http404
    its, _error = _scope(request)
    table = build(its, Address(request.path, request.GET)).table
    audit.record(request.user, "report exported", f"{table.name}.{form}", address=audit.address_of(request))
    response = StreamingHttpResponse(exports.PIECES[form](table), content_type=exports.TYPES[form])
    start, end = its.period.bounds(its.zone)
    span = f"{start.astimezone(its.zone):%Y-%m-%d}-{end.astimezone(its.zone):%Y-%m-%d}"
    response["Content-Disposition"] = f'attachment; filename="{table.name}-{span}.{form}"'
    return response


def _known(request: HttpRequest, name: str) -> tuple[Any, Callable[[Scope, Address], Page]]:
    if name not in PAGES or not request.user.may(right(name)):
        raise Http404
    return PAGES[name]


def _scope(request: HttpRequest) -> tuple[Scope, str]:
    """What the address asks for; the default period with words where it asks for none."""
    try:
        return scope(request.user, request.GET, default=DEFAULT, against=AGAINST_DEFAULT), ""
    except NoPeriod as error:
        return scope(request.user, {}, default=DEFAULT, against=AGAINST_DEFAULT), str(error)


def _tabs(request: HttpRequest, shown: str, address: Address) -> list[dict[str, Any]]:
    rest = {"formula": None, "of": None, "by": None, "show": None}
    return [
        {"url": address.to(reverse("reports:report", args=[name]), **rest), "label": label, "active": name == shown}
        for name, (label, _build) in PAGES.items()
        if request.user.may(right(name))
    ]


def _exports(request: HttpRequest, name: str, address: Address) -> list[tuple[str, str]]:
    if not request.user.may(Right.EXPORT):
        return []
    return [(form.upper(), address.to(reverse("reports:export", args=[name, form]))) for form in exports.TYPES]


def _filters(request: HttpRequest, its: Scope, name: str) -> list[dict[str, Any]]:
    """The chips above the report: each with its choices and what is chosen."""
    limits = its.limits_of(its.accounts[0]) if its.accounts else None
    asked = request.GET
    period = asked.get("period", "") or ("custom" if asked.get("from") or asked.get("to") else DEFAULT)
    found = [
        _chip("period", gettext_lazy("Period"), [*NAMED, ("custom", gettext_lazy("From … to …"))], period),
        _chip("department", gettext_lazy("Department"),
              [("", gettext_lazy("all")), *((str(one.pk), str(one)) for one in departments_of(request.user)[:300])],
              str(its.department.pk) if its.department else ""),
    ]  # fmt: skip
    if name == "queues":
        found.insert(1, _chip("against", gettext_lazy("against"), AGAINST, its.against))
        found += [
            _chip("within", pgettext_lazy("within", "in"), [(str(n), f"{n} s") for n in TARGETS],
                  str(limits and limits.target)),
            _chip("under", gettext_lazy("short under"), [(str(n), f"{n} s") for n in SHORT_LIMITS],
                  str(limits and limits.short)),
            _chip("level", gettext_lazy("Service level"),
                  [(key, metric.name) for key, metric in SERVICE_LEVELS.items()], its.level,
                  text=its.service_level.id),
        ]  # fmt: skip
    if name == "dialled":
        by = [("country", gettext_lazy("Country")), ("caller", gettext_lazy("Number shown"))]
        found.append(_chip("by", gettext_lazy("by"), by, asked.get("by", "country")))
    if name == "hours":
        shown = asked.get("show", "offered")
        found.append(_chip("show", gettext_lazy("Show"), list(HEAT_WORDS.items()), shown))
    if period == "custom":
        found[0]["from"], found[0]["to"] = asked.get("from", ""), asked.get("to", "")
    return found


def _chip(name: str, label: Any, choices: list[tuple[str, Any]], chosen: str, text: str = "") -> dict[str, Any]:
    words = dict(choices)
    return {
        "name": name, "label": label, "text": text or words.get(chosen, chosen),
        "is_on": name != "department" or bool(chosen),
        "choices": [(value, text, value == chosen) for value, text in choices],
    }  # fmt: skip
