"""Alerts: a figure over the last minutes, held against a limit; tried on the past before it is kept.

What is judged now and what is tried on the past is one function over the same sums. An alert is told when it begins
to hold, once, and can be told again only after it ceased to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models.functions import TruncMinute
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from calls import apart
from calls.metrics import definitions as d
from calls.metrics.cubes import QUEUES, limit_columns
from calls.metrics.definitions import Metric
from calls.metrics.inputs import Limits
from calls.metrics.reading import Part, Question, queue_totals
from calls.metrics.totals import QueueTotals
from calls.models import Alert
from voicenter_console.notifications import sending
from voicenter_console.organisation.models import Department
from voicenter_console.organisation.roles import Right

KIND = "report.alert"
TRIED = timedelta(days=14)
STEP = timedelta(minutes=5)
METRICS: dict[str, Metric] = {
    metric.id: metric
    for metric in (*d.SERVICE_LEVELS.values(), d.ASA, d.ABANDON_NET, d.ABANDON_GROSS, d.ANSWER_RATE, d.ABANDONED)
}


@dataclass(frozen=True, slots=True)
class Spell:
    """When it would have held, [start, end), and the worst that the figure was."""

    start: datetime
    end: datetime
    worst: Decimal


def holds(alert: Alert, totals: QueueTotals) -> Decimal | None:
    """The figure where it is beyond the limit and there were calls enough to say so; else None."""
    value = METRICS[alert.metric].of(totals)
    if value is None or totals.offered < alert.least:
        return None
    beyond = value > alert.limit if alert.sign == Alert.Sign.ABOVE else value < alert.limit
    return value if beyond else None


def is_quiet(alert: Alert, at: datetime) -> bool:
    """Whether nobody is told at that hour; equal hours are never quiet."""
    hour = at.astimezone(ZoneInfo(alert.account.zone)).hour
    if alert.quiet_from <= alert.quiet_to:
        return alert.quiet_from <= hour < alert.quiet_to
    return hour >= alert.quiet_from or hour < alert.quiet_to


def question(alert: Alert, start: datetime, end: datetime) -> Question:
    """The calls of [start, end) that its person may see of its account, and department."""
    limits = Limits(alert.account.service_target, alert.account.short_abandon)
    inside = frozenset(Department.objects.under([alert.department])) if alert.department_id else None
    return Question(alert.user, [Part(alert.account, start, end, limits)], inside)


# --- now --------------------------------------------------------------------------------------------------------------


def run(now: datetime | None = None) -> int:
    """Judge every alert; how many began to hold."""
    now = now or timezone.now()
    alerts = Alert.objects.select_related("user", "account", "department").filter(user__is_active=True)
    return apart.each(alerts, lambda alert: _judge(alert, now))


def _judge(alert: Alert, now: datetime) -> bool:
    if not alert.user.may(Right.SEE_REPORTS) or is_quiet(alert, now):
        return False
    asked = question(alert, now - timedelta(minutes=alert.window), now)
    value = holds(alert, queue_totals(asked, lambda row: None).get(None, QueueTotals()))
    if value is None:
        Alert.objects.filter(pk=alert.pk).exclude(since=None).update(since=None)
        return False
    with transaction.atomic(), override(alert.language):
        if not Alert.objects.filter(pk=alert.pk, since=None).update(since=now, value=value):
            return False
        key = f"{KIND}:{alert.pk}:{now.isoformat()}"
        sending.notify(alert.account, KIND, key, _letter(alert, value, now), emails=[alert.user.email])
    return True


def _letter(alert: Alert, value: Decimal, now: datetime) -> dict[str, str | int | float]:
    """What a mail says, and for programs the same as fields."""
    words = in_words(alert)
    start = now - timedelta(minutes=alert.window)
    link = (
        f"{settings.PUBLIC_URL.rstrip('/')}{reverse('reports:queues')}?from={_utc(start)}&to={_utc(now)}&period=custom"
    )
    text = _("%(what)s. It is %(value)s now.") % {
        "what": words,
        "value": f"{value} {unit(METRICS[alert.metric])}".strip(),
    }
    return {
        "subject": words, "text": f"{text}\n\n{link}\n", "alert": alert.pk, "metric": METRICS[alert.metric].label,
        "value": float(value), "limit": float(alert.limit), "sign": alert.sign, "window_minutes": alert.window,
        "department": str(alert.department or ""), "at": now.isoformat(), "url": link,
    }  # fmt: skip


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def name_of(metric: Metric) -> str:
    return f"{_('Service level')} ({metric.name})" if metric.id.startswith("sl.") else str(metric.name)


def unit(metric: Metric) -> str:
    return {"percent": "%", "seconds": "s"}.get(metric.unit, "")


def in_words(alert: Alert) -> str:
    """`Average wait to answer above 60 s, over 30 minutes, of 10 calls or more`."""
    metric = METRICS[alert.metric]
    place = f" ({alert.department})" if alert.department_id else ""
    return _("%(what)s %(sign)s %(limit)s, over %(window)s minutes, of %(least)s calls or more") % {
        "what": name_of(metric) + place, "sign": alert.get_sign_display(),
        "limit": f"{alert.limit.normalize():f} {unit(metric)}".strip(), "window": alert.window, "least": alert.least,
    }  # fmt: skip


# --- before -----------------------------------------------------------------------------------------------------------


def tried(alert: Alert, now: datetime) -> list[Spell]:
    """When it would have held in the last two weeks, had it been judged each five minutes, the newest first."""
    end = now.replace(second=0, microsecond=0) - timedelta(minutes=now.minute % 5)
    start = end - TRIED
    spells: list[Spell] = []
    holding: list[Decimal] = []
    began = start
    for at, totals in _windows(alert, start, end):
        value = None if is_quiet(alert, at) else holds(alert, totals)
        if value is not None:
            began = at if not holding else began
            holding.append(value)
        elif holding:
            spells.append(_spell(alert, began, at, holding))
            holding = []
    if holding:
        spells.append(_spell(alert, began, end, holding))
    return spells[::-1]


def _spell(alert: Alert, start: datetime, end: datetime, values: Sequence[Decimal]) -> Spell:
    return Spell(start, end, max(values) if alert.sign == Alert.Sign.ABOVE else min(values))


def _windows(alert: Alert, start: datetime, end: datetime) -> Iterator[tuple[datetime, QueueTotals]]:
    """Each five minutes with the sums of the window that ends there: differences of running sums."""
    names = [field.name for field in fields(QueueTotals) if not field.name.startswith("longest")]
    slots = _slots(alert, start - timedelta(minutes=alert.window), end, names)
    running = list(accumulate(slots, lambda so_far, slot: [a + b for a, b in zip(so_far, slot, strict=True)],
                              initial=[0] * len(names)))  # fmt: skip
    width = timedelta(minutes=alert.window) // STEP
    for number in range(width, len(running)):
        sums = [now - then for now, then in zip(running[number], running[number - width], strict=True)]
        yield start + (number - width) * STEP, QueueTotals(**dict(zip(names, sums, strict=True)))


def _slots(alert: Alert, start: datetime, end: datetime, names: Sequence[str]) -> list[list[int]]:
    """The sums of each five minutes, by the aggregates of the rollups, in one query."""
    asked = question(alert, start, end)
    columns = limit_columns(asked.parts[0].limits)
    sums = {f"s_{name}": QUEUES.sums[column] for name in names if (column := columns.get(name, name))}
    legs = asked.legs().filter(QUEUES.legs, account=alert.account, started_at__gte=start, started_at__lt=end)
    slots = [[0] * len(names) for _ in range((end - start) // STEP)]
    for row in legs.annotate(minute=TruncMinute("started_at", tzinfo=UTC)).values("minute").annotate(**sums):
        slot = slots[(row["minute"] - start) // STEP]
        for place, name in enumerate(names):
            slot[place] += row.get(f"s_{name}", 0)
    return slots
