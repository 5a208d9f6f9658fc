"""The filter chips above the call log: each filter with its fields, its present value and the way to clear it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls import days
from calls.filters import LOST, PERIODS, CallFilter
from calls.metrics import drill
from calls.models import Agent, Call
from calls.querysets import CallQuerySet
from voicenter_console.organisation.models import Department
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

Choice = tuple[str, str]
# Where a page begins, or a wider place than a filter: none of them outlives another filter.
_PLACE = ("older", "newer", "jump")
# Queues and agents to choose from are those of so many of the latest calls.
_LATEST = 3000
_MOST_CHOICES = 300
# As many as stand in one line; the rest waits under `+ Filter` until it is used.
_COMMON = ("period", "outcome", "queue", "agent", "wait")


def of(filtered: CallFilter, request: HttpRequest, visible: CallQuerySet) -> tuple[list[Any], list[Any]]:
    """The chips in their order, and those that are under `+ Filter`. Names are those this person sees."""
    make = _Maker(filtered, request)
    queues, agents = _recent(visible, request.user)
    chips = [
        make.choices("period", PERIODS, moments=("after", "before")),
        make.choices("direction", [("in", _("In")), ("out", _("Out")), ("transfer", _("Transfer")),
                                   ("conference", _("Conference"))], multiple=True),
        make.choices("outcome", [*Call.Outcome.choices, LOST], multiple=True),
        make.choices("queue", queues),
        *([] if request.user.may(Right.SEE_OWN) else [
            make.choices("agent", agents), make.choices("department", _departments(request.user))]),
        make.span("wait", _("Wait"), _clock), make.span("ring", _("Ring"), _clock),
        make.span("talk", _("Talk"), _clock),
        *([make.span("cost", _("Cost ₪"), str)] if request.user.may(Right.SEE_PRICES) else []),
        make.text("customer", _("Customer")), make.text("did", _("Called number")),
        make.choices("recorded", [("true", _("Recorded")), ("false", _("Not recorded"))], _("Recording")),
        *([make.choices("figure", _figure(visible, given))] if (given := request.GET.get("figure", "")) else []),
        make.text("custom", _("Custom data"), hint=_("name, or name=value")), make.text("call_id", _("Call id")),
    ]  # fmt: skip
    chips = [chip for chip in chips if chip]
    shown = [chip for chip in chips if chip["active"] or chip["name"] in _COMMON]
    return shown, [chip for chip in chips if chip not in shown]


def _figure(visible: CallQuerySet, given: str) -> list[Choice]:
    """What a figure's calls were counted as, and how many records it counted: a call may have more than one."""
    counted = drill.parse(given)
    if counted is None:
        return [(given, _("unknown"))]
    records = counted.legs().filter(call__in=visible).count()
    words = ngettext("%(what)s: %(n)s record", "%(what)s: %(n)s records", records)
    return [(given, words % {"what": counted.input.words, "n": f"{records:,}"})]


class _Maker:
    """Makes chips for one address."""

    def __init__(self, filtered: CallFilter, request: HttpRequest) -> None:
        self._filters, self._request = filtered.filters, request
        self._given = request.GET

    def choices(
        self, name: str, choices: Iterable[Choice], label: str = "", *, multiple: bool = False,
        moments: tuple[str, ...] = (),
    ) -> dict[str, Any] | None:  # fmt: skip
        """One or several of a list; with `moments` also a time from and until."""
        chosen = [value for value in self._given.getlist(name) if value]
        choices = [(value, str(word)) for value, word in choices]
        if not choices and not chosen:
            return None
        known = {value for value, _word in choices}
        choices += [(value, value) for value in chosen if value not in known and name == "queue"]
        words = [word for value, word in choices if value in chosen]
        times = [(each, self._label(each), self._given.get(each, "")) for each in moments]
        told = [f"{label} {_told(value)}" for _n, label, value in times if days.moment(value)]
        lines = [(value, word, value in chosen) for value, word in choices]
        return self._chip(name, label, "choices", ", ".join([*words, *told]), *moments,
                          choices=lines, multiple=multiple, moments=times, search=len(lines) > 12)  # fmt: skip

    def span(self, name: str, label: str, told: Callable[[str], str]) -> dict[str, Any]:
        """From and to of a figure."""
        low, high = self._given.get(name, "").strip()[:12], self._given.get(f"{name}_max", "").strip()[:12]
        text = f"{told(low)}–{told(high)}" if low and high else f"≥ {told(low)}" if low else f"≤ {told(high)}"
        fields = [(name, self._label(name), low), (f"{name}_max", self._label(f"{name}_max"), high)]
        return self._chip(name, label, "span", text if low or high else "", f"{name}_max",
                          fields=fields, step="0.01" if name == "cost" else "1")  # fmt: skip

    def text(self, name: str, label: str, hint: str = "") -> dict[str, Any]:
        value = self._given.get(name, "").strip()[:200]
        return self._chip(name, label, "text", value, value=value, hint=hint)

    def _label(self, name: str) -> str:
        return str(self._filters[name].label)

    def _chip(self, name: str, label: str, kind: str, text: str, *more: str, **facts: Any) -> dict[str, Any]:
        rest = self._given.copy()
        for gone in (name, *more, *_PLACE):
            rest.pop(gone, None)
        clear = f"{self._request.path}?{rest.urlencode()}"
        return {"name": name, "label": label or self._label(name), "kind": kind, "text": text, "active": bool(text),
                "clear_url": clear, **facts}  # fmt: skip


def _clock(seconds: str) -> str:
    if not (seconds.isascii() and seconds.isdigit()):
        return seconds
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"


def _told(value: str) -> str:
    moment = days.moment(value)
    return date_format(timezone.localtime(moment), _("j M H:i")) if moment else ""


def _recent(visible: CallQuerySet, actor: Actor) -> tuple[list[Choice], list[Choice]]:
    """Queues and agents of the latest calls; an administrator has all agents."""
    latest = visible.order_by("-started_at", "-pk").values_list("queue_name", "agent_id", "agent_name")[:_LATEST]
    queues, agents = set(), {}
    for queue, agent, name in latest:
        queues.add(queue)
        if agent:
            agents.setdefault(str(agent), name)
    if actor.may(Right.SEE_ALL_ACCOUNTS):
        agents = {str(agent.pk): str(agent) for agent in Agent.objects.order_by("name")[:_MOST_CHOICES]}
    named = sorted(agents.items(), key=lambda pair: pair[1])
    return [(name, name) for name in sorted(queues - {""})][:_MOST_CHOICES], named


def _departments(actor: Actor) -> list[Choice]:
    departments = Department.objects.order_by("name")
    if not actor.may(Right.SEE_ALL_ACCOUNTS):
        departments = departments.filter(pk__in=actor.department_ids)
    return [(str(department.pk), str(department)) for department in departments[:_MOST_CHOICES]]
