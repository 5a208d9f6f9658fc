"""Today's figures for the home page: those of the queue report, over today, against the same day a week before; who is
lost and not called back, and who waits now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from calls import days
from calls.board import now as live
from calls.metrics import definitions as d
from calls.metrics.reading import queue_totals
from calls.metrics.totals import QueueTotals
from calls.models import Recovery
from calls.recovery import figures
from calls.reports import queues
from calls.reports.pages.buckets import CLOSES, OPENS
from calls.reports.pages.parts import Address, Figure, difference, said
from calls.reports.pages.queues import table
from calls.reports.period import DAY, Period
from calls.reports.scope import Scope, scope
from voicenter_console.organisation.models.people import Actor


@dataclass(frozen=True, slots=True)
class Uncalled:
    """People who hung up and whom nobody has called back yet, the oldest first lost at `oldest`; of the `people` lost
    today so many are `won` back."""

    waiting: int
    oldest: datetime | None
    people: int
    won: int


def at_this_moment(actor: Actor, now: datetime) -> dict[str, Any]:
    """What of the strip changes with every caller: `waiting` (None: nobody listens) and `uncalled`."""
    visible = Recovery.objects.visible_to(actor)
    alive = visible.alive().filter(called_back_at=None).aggregate(oldest=Min("first_lost_at"), n=Count("pk"))
    lost = figures.of(visible, *days.around(now))
    uncalled = Uncalled(alive["n"], alive["oldest"], lost.people, lost.people - lost.left)
    return {"waiting": live.waiting(actor), "uncalled": uncalled, "now": now}


def today(actor: Actor, now: datetime | None = None) -> dict[str, Any]:
    """Figures, hours and queues of the calls that reached a queue today."""
    its = scope(actor, {"period": "today"}, against="before", now=now)
    address = Address(reverse("reports:queues"), QueryDict("period=today&against=before"))
    question = its.question()
    rows = queues.by_queue(question)
    before = queues.by_queue(its.question(its.compared))
    whole = queues.total(rows)
    known = queues.knows_flow_outs(question, whole)
    return {
        "figures": _figures(its, address, whole, queues.total(before)),
        "is_empty": not whole.offered,
        "hours": _hours(its),
        "table": table(its, address, rows, before, known),
    }


def _figures(its: Scope, address: Address, now: QueueTotals, before: QueueTotals) -> list[Figure]:
    share = d.ANSWER_RATE.of(now)
    details = {
        d.ANSWERED: said(_("of %(n)s offered, %(share)s"), n=f"{now.offered:,}", share=f"{share} %") if share else "",
        its.service_level: said(_("goal %(n)s"), n=f"{its.goal} %"),
    }
    made = []
    for metric, detail in details.items():
        value = metric.of(now) if now.offered else None
        change, tone = difference(metric, value, metric.of(before)) if before.offered else ("", "")
        made.append(Figure(metric, value, address.formula(metric), detail=detail, change=change, tone=tone))
    return made


def _hours(its: Scope) -> list[dict[str, Any]]:
    """By hour on the wall; an hour that comes twice stands once, with both. `before` is what reached a queue in that
    hour a week ago, the whole day."""
    now = _by_hour(its, its.period)
    before = _by_hour(its, Period(its.period.start - 7 * DAY, its.period.end - 7 * DAY))
    shown = {OPENS, CLOSES - 1, its.now.astimezone(its.zone).hour, *now, *before}
    found = []
    for hour in range(min(shown), max(shown) + 1):
        totals = now.get(hour, QueueTotals())
        found.append({"hour": f"{hour:02}:00", "answered": totals.answered, "left": totals.flowed_out,
                      "abandoned": totals.abandoned, "other": totals.other,
                      "before": before.get(hour, QueueTotals()).offered})  # fmt: skip
    return found


def _by_hour(its: Scope, period: Period) -> dict[int, QueueTotals]:
    return queue_totals(its.question(period), lambda row: row["hour"].astimezone(its.zone).hour, by="hour")
