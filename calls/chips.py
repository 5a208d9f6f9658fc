"""The filter chips above the call log: each filter with its choices, its present value and the way to clear it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from calls.filters import PERIODS, CallFilter
from calls.models import Agent, Call
from voicenter_console.organisation.models import Department
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

Choice = tuple[str, str]


def of(filtered: CallFilter, request: HttpRequest) -> list[dict[str, Any]]:
    """The chips in their order. Queues, agents and departments are those this person sees."""
    actor = request.user
    lists: dict[str, list[Choice]] = {
        "period": [(value, str(label)) for value, label in PERIODS],
        "direction": [
            ("in", _("In")),
            ("out", _("Out")),
            ("transfer", _("Transfer")),
            ("conference", _("Conference")),
        ],
        "outcome": [(value, str(label)) for value, label in Call.Outcome.choices],
        "queue": _names(Call.objects.visible_to(actor).exclude(queue_name="").values_list("queue_name", flat=True)),
        "wait": [("20", _("20 s")), ("60", _("1 min")), ("120", _("2 min")), ("300", _("5 min"))],
        "recorded": [("true", _("Recorded")), ("false", _("Not recorded"))],
    }
    if not actor.may(Right.SEE_OWN):
        lists["agent"] = _agents(actor)
        lists["department"] = _departments(actor)
    return [_chip(filtered, name, choices, request) for name, choices in lists.items() if choices]


def _chip(filtered: CallFilter, name: str, choices: list[Choice], request: HttpRequest) -> dict[str, Any]:
    chosen = [value for value in request.GET.getlist(name) if value]
    words = [label for value, label in choices if value in chosen]
    rest = request.GET.copy()
    for gone in (name, "older", "newer", "jump"):
        rest.pop(gone, None)
    return {
        "name": name,
        "label": filtered.filters[name].label,
        "value": chosen[0] if chosen else "",
        "text": ", ".join(words),
        "multiple": name in ("direction", "outcome"),
        "choices": [(value, label, value in chosen) for value, label in choices],
        "active": bool(words),
        "clear_url": f"{request.path}?{rest.urlencode()}",
    }


def _names(values: Iterable[str]) -> list[Choice]:
    return [(name, name) for name in sorted(set(values.order_by().distinct()[:200]))]


def _agents(actor: Actor) -> list[Choice]:
    agents = Agent.objects.order_by("name")
    if not actor.may(Right.SEE_ALL_ACCOUNTS):
        agents = agents.filter(cdrs__department_id__in=actor.department_ids).distinct()
    return [(str(agent.pk), str(agent)) for agent in agents[:300]]


def _departments(actor: Actor) -> list[Choice]:
    departments = Department.objects.order_by("name")
    if not actor.may(Right.SEE_ALL_ACCOUNTS):
        departments = departments.filter(pk__in=actor.department_ids)
    return [(str(department.pk), str(department)) for department in departments[:300]]
