"""How many callers took which way through a flow, and who they were (PRODUCT 17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext_lazy

from calls import days
from calls.models import Call, CallId
from ivr.models import EdgeCount, Flow, IvrSession, IvrStep
from voicenter_console.organisation.models.people import Actor

PERIODS: Mapping[str, tuple[object, int, int]] = {
    # key: (word, days before today at which it begins, and ends)
    "today": (gettext_lazy("today"), 0, -1),
    "yesterday": (gettext_lazy("yesterday"), 1, 0),
    "week": (gettext_lazy("7 days"), 6, -1),
}
MOST = 100
_LOOKED_AT = 20_000  # steps, newest first: a page is no report


def span(period: str, now: datetime) -> tuple[datetime, datetime]:
    """The beginning and the end of a period by its key."""
    today, tomorrow = days.around(now)
    _word, begin, end = PERIODS[period]
    return days.before(today, begin), tomorrow if end < 0 else days.before(today, end)


def edges(flow: Flow, since: datetime, until: datetime) -> dict[tuple[str, str], int]:
    """Callers by (node, exit), of all versions of the flow."""
    counted = EdgeCount.objects.filter(version__flow=flow, hour__gte=since, hour__lt=until)
    rows = counted.order_by().values_list("node", "exit").annotate(Sum("callers"))
    return {(node, exit): callers for node, exit, callers in rows}


@dataclass(frozen=True, slots=True)
class Caller:
    """One who took a way; `call` None until the call's record has come."""

    session: IvrSession
    at: datetime
    call: Call | None


def callers(actor: Actor, flow: Flow, node: str, exit: str, since: datetime, until: datetime) -> list[Caller]:
    """Who came to a node, or left it by an exit, newest first; MOST at most. Calls are those that the actor may see."""
    steps = IvrStep.objects.filter(session__flow=flow, at__gte=since, at__lt=until).select_related("session")
    found: dict[int, IvrStep] = {}
    for step in steps.order_by("-at", "-pk")[:_LOOKED_AT].iterator(1_000):
        came = step.node == node or any(one[0] == node for one in step.path)
        if (any(one == [node, exit] for one in step.path) if exit else came) and len(found) < MOST:
            found.setdefault(step.session_id, step)
    uids = [step.session.call_uid for step in found.values()]
    known = CallId.objects.filter(account=flow.account_id, call_uid__in=uids).select_related("call")
    visible = set(
        Call.objects.visible_to(actor).filter(pk__in=[row.call_id for row in known]).values_list("pk", flat=True)
    )
    calls = {row.call_uid: row.call for row in known if row.call_id in visible}
    return [Caller(step.session, step.at, calls.get(step.session.call_uid)) for step in found.values()]
