"""The reports there are, by the name in their address: title, and what makes the page."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from calls.reports.scope import Scope
from voicenter_console.organisation.roles import Right

from . import others, queues
from .parts import Address, Page

PAGES: dict[str, tuple[str | Promise, Callable[[Scope, Address], Page]]] = {
    "queues": (gettext_lazy("Queue service"), queues.page),
    "agents": (gettext_lazy("Agents"), others.agents),
    "hours": (gettext_lazy("Hours and days"), others.hours),
    "dialled": (gettext_lazy("Answer ratios"), others.dialled),
    "cost": (gettext_lazy("Cost"), others.cost),
    "paths": (gettext_lazy("IVR paths"), others.paths),
}
_ALSO = {"cost": Right.SEE_PRICES}


def right(name: str) -> Right:
    """What a report needs, beside the right to reports."""
    return _ALSO.get(name, Right.SEE_REPORTS)
