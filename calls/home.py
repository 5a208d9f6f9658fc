"""Today's figures for the home page, each by one definition, in a handful of queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, F, Q
from django.db.models.functions import ExtractHour
from django.utils import timezone

from calls import days
from calls.models import Call
from calls.querysets import CallQuerySet

TARGET_SECONDS = 20
SHORT_SECONDS = 5
OPENS, CLOSES = 7, 19  # hours that the chart shows of every day, calls or not


def today(calls: CallQuerySet, moment: datetime) -> dict[str, Any]:
    """Figures, hours and queues of the calls in that began today."""
    start, end = days.around(moment)
    incoming = calls.started_between(start, end).filter(direction="in")
    return {"figures": incoming.summary(), "hours": _hours(incoming, moment), "queues": _queues(incoming)}


def _hours(incoming: CallQuerySet, moment: datetime) -> list[dict[str, Any]]:
    queued = incoming.exclude(queue_name="", queue_id=None)
    rows = (
        queued.annotate(hour=ExtractHour("started_at", tzinfo=timezone.get_current_timezone()))
        .values("hour")
        .annotate(
            offered=Count("pk"),
            good=Count("pk", filter=Q(answered=True)),
            abandoned=Count("pk", filter=Q(outcome=Call.Outcome.ABANDONED)),
            left=Count("pk", filter=Q(outcome=Call.Outcome.FLOWED_OUT)),
        )
    )
    by_hour = {row["hour"]: row for row in rows}
    first = min([OPENS, *by_hour])
    last = max([CLOSES - 1, timezone.localtime(moment).hour, *by_hour])
    found = []
    for hour in range(first, last + 1):
        row = by_hour.get(hour, {"offered": 0, "good": 0, "abandoned": 0, "left": 0})
        other = row["offered"] - row["good"] - row["abandoned"] - row["left"]
        found.append({"hour": f"{hour:02}:00", "answered": row["good"], "left": row["left"],
                      "abandoned": row["abandoned"], "other": other})  # fmt: skip
    return found


def _queues(incoming: CallQuerySet) -> list[dict[str, Any]]:
    """Service level as METRICS' default: answered within 20 s, of answered and abandoned less the short abandons.
    A null wait is left out of both sides."""
    waited = Q(wait_seconds__isnull=False)
    abandoned = Q(outcome=Call.Outcome.ABANDONED)
    rows = (
        incoming.exclude(queue_name="")
        .values("queue_name")
        .annotate(
            offered=Count("pk"),
            good=Count("pk", filter=Q(answered=True)),
            abandoned=Count("pk", filter=abandoned),
            flowed_out=Count("pk", filter=Q(outcome=Call.Outcome.FLOWED_OUT)),
            asa_seconds=Avg("wait_seconds", filter=Q(answered=True) & waited),
            in_time=Count("pk", filter=Q(answered=True, wait_seconds__lte=TARGET_SECONDS)),
            judged=Count("pk", filter=waited & (Q(answered=True) | abandoned & Q(wait_seconds__gte=SHORT_SECONDS))),
        )
        .order_by(F("offered").desc(), "queue_name")
    )
    return [_queue(row) for row in rows]


def _queue(row: dict[str, Any]) -> dict[str, Any]:
    level = round(100 * row["in_time"] / row["judged"], 1) if row["judged"] else None
    return {**row, "answered": row["good"], "service_level": level}
