"""What stands around every page: the rail, the person, how far the data is certain."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from calls import truth
from calls.models import Recovery
from voicenter_console.jobs.models import Job
from voicenter_console.organisation.models import User
from voicenter_console.organisation.roles import Right, Role
from voicenter_console.webhooks.models import Delivery

# A line appears when its page exists, to those who may open it: section, label, url name, icon, right.
_LINES = [
    (None, gettext_lazy("Home"), "home", "home", Right.SEE_HOME),
    (None, gettext_lazy("Live board"), "board:board", "layout-dashboard", Right.SEE_BOARD),
    (None, gettext_lazy("My desk"), "desk:desk", "headset", Right.DIAL),
    (gettext_lazy("Calls"), gettext_lazy("Call log"), "calls:log", "list", Right.SEE_CALLS),
    (gettext_lazy("Calls"), gettext_lazy("Recovery"), "recovery:board", "arrow-back-up", Right.SEE_RECOVERIES),
    (gettext_lazy("Calls"), gettext_lazy("Contacts"), "contacts:list", "address-book", Right.SEE_CONTACTS),
    (gettext_lazy("Figures"), gettext_lazy("Reports"), "reports:queues", "chart-bar", Right.SEE_REPORTS),
    (gettext_lazy("Figures"), gettext_lazy("Alerts"), "alerts:list", "bell", Right.SEE_REPORTS),
    (
        gettext_lazy("Figures"),
        gettext_lazy("Delivery health"),
        "deliveries:list",
        "activity",
        Right.SEE_DELIVERIES,
    ),
    (gettext_lazy("Outbound"), gettext_lazy("Campaigns"), "campaigns:list", "speakerphone", Right.SEE_CAMPAIGNS),
    (gettext_lazy("What callers hear"), gettext_lazy("IVR flows"), "ivr:list", "sitemap", Right.SEE_FLOWS),
    (None, gettext_lazy("Connect Voicenter"), "connect:list", "webhook", Right.CONNECT),
    (None, gettext_lazy("Settings"), "admin:index", "settings", Right.ADMINISTER),
]


def console(request: HttpRequest) -> dict[str, Any]:
    """Context of every page. A program that reads one, the API's documentation, has no rail."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"demo": settings.DEMO, "nav": [], "tabbar": []}
    counts = _counts(user)
    sections: list[dict[str, Any]] = []
    for section, label, name, icon, right in _LINES:
        if not user.may(right):
            continue
        url = reverse(name)
        active = request.path == url or (url != "/" and request.path.startswith(url))
        line = {"url": url, "label": label, "icon": icon, "active": active, **counts.get(name, {})}
        if sections and sections[-1]["label"] == section:
            sections[-1]["lines"].append(line)
        else:
            sections.append({"label": section, "lines": [line]})
    return {
        "demo": settings.DEMO,
        "nav": sections,
        "tabbar": [line for section in sections for line in section["lines"]][:4],
        "person": {"name": str(user), "role": Role(user.role).label, "initials": user.initials},
        "live_url": "/live/",
        **Job.objects.filter(owner=user).standing(),
        "truth": truth.line(user),
    }


def _counts(user: User) -> dict[str, dict[str, Any]]:
    """What waits behind a line of the rail: people to win back, dead letters."""
    found = {}
    if user.may(Right.SEE_RECOVERIES):
        found["recovery:board"] = {"count": Recovery.objects.visible_to(user).alive().count(), "tone": "lost"}
    if user.may(Right.SEE_DELIVERIES):
        found["deliveries:list"] = {"count": Delivery.objects.visible_to(user).dead().count(), "tone": "miss"}
    return {name: line for name, line in found.items() if line["count"]}
