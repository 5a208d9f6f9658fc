"""Today's figures for the home page: those of the queue report, over today, against the same day a week before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from calls.metrics import definitions as d
from calls.metrics.reading import queue_totals
from calls.metrics.totals import QueueTotals
from calls.reports import queues
from calls.reports.pages.buckets import CLOSES, OPENS
from calls.reports.pages.parts import Address, Figure, difference, said
from calls.reports.pages.queues import table
from calls.reports.period import DAY, Period
from calls.reports.scope import Scope, scope
from voicenter_console.organisation.models.people import Actor


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
        "figures": _figures(its, address, whole, queues.total(before), known),
        "is_empty": not whole.offered,
        "hours": _hours(its),
        "table": table(its, address, rows, before, known),
    }


def _figures(its: Scope, address: Address, now: QueueTotals, before: QueueTotals, known: bool) -> list[Figure]:
    share = d.ANSWER_RATE.of(now)
    net = d.ABANDON_NET.of(now)
    details = {
        d.ANSWERED: said(_("of %(n)s offered, %(share)s"), n=f"{now.offered:,}", share=f"{share} %") if share else "",
        its.service_level: said(_("goal %(n)s"), n=f"{its.goal} %"),
        d.ABANDONED: said(_("%(n)s net"), n=f"{net} %") if net is not None else "",
        d.FLOWED_OUT: _("timeout, full, exit or nobody there"),
    }
    made = []
    for metric, detail in details.items():
        value = metric.of(now) if now.offered and (known or metric is not d.FLOWED_OUT) else None
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
