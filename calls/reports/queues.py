"""Queue service: how long callers waited, who was answered and who gave up, by queue and by day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from calls.metrics import definitions
from calls.metrics.definitions import Metric
from calls.metrics.queues import Names, Queue
from calls.metrics.reading import Question, queue_totals, waits
from calls.metrics.shapes import Cell, cell_of, heat, such_hours
from calls.metrics.totals import QueueTotals
from calls.models import Cdr
from voicenter_console.voicenter import terms

# The bars of the wait distribution end at these, seconds.
BARS = (5, 10, 20, 30, 60, 120)
# What the heat map may show, by the sums' names.
HEATS = ("offered", "answered", "abandoned", "flowed_out")


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A queue's sums in the period."""

    queue: Queue
    totals: QueueTotals

    @property
    def number(self) -> int | None:
        return self.queue[1]

    @property
    def name(self) -> str:
        return self.queue[2]


def by_queue(question: Question) -> list[QueueRow]:
    """A row per queue that had a record, the busiest first."""
    names = Names(part.account.pk for part in question.parts)

    def queue(row: dict) -> Queue:
        return names.of(row["account"], row["queue_number"], row["queue_name"])

    found = [QueueRow(queue, totals) for queue, totals in queue_totals(question, queue).items() if totals.offered]
    return sorted(found, key=lambda row: (-row.totals.offered, row.name))


def by_day(question: Question) -> dict[date, QueueTotals]:
    """Sums by local day, of days that had a record."""
    return queue_totals(question, lambda row: row["day"], by="day")


def by_hour(question: Question) -> dict[Cell, QueueTotals]:
    """Sums by weekday and hour on each account's clocks."""
    zones = {part.account.pk: part.zone for part in question.parts}
    return queue_totals(question, lambda row: cell_of(row["hour"], zones[row["account"]]), by="hour")


def total(rows: list[QueueRow]) -> QueueTotals:
    return QueueTotals.total(row.totals for row in rows)


def knows_flow_outs(question: Question, totals: QueueTotals) -> bool:
    """Whether these accounts tell leaving a queue from hanging up: older ones report ABANDONE for both, and then the
    number is not known (METRICS, F)."""
    if totals.flowed_out or not totals.offered:
        return True
    told = Cdr.objects.filter(type_id=terms.QUEUE_TYPE, status__in=sorted(terms.FLOWED_OUT))
    return told.filter(account__in=[part.account.pk for part in question.parts]).exists()


@dataclass(frozen=True, slots=True)
class Bar:
    """How many were answered, and how many hung up, after a wait over `low` and up to `high` seconds (None: over)."""

    low: int
    high: int | None
    answered: int
    abandoned: int


def distribution(question: Question, totals: QueueTotals) -> list[Bar]:
    """The waits that are known, answered and abandoned."""
    answered, abandoned = waits(question)
    bars, low = [], 0
    so_far = (0, 0)
    for high in BARS:
        up_to = (answered[high], abandoned[high + 1])
        bars.append(Bar(low, high, up_to[0] - so_far[0], up_to[1] - so_far[1]))
        low, so_far = high, up_to
    rest = (totals.answered_waited - so_far[0], totals.abandoned_waited - so_far[1])
    return [*bars, Bar(low, None, *rest)]


def heat_map(question: Question, name: str) -> dict[Cell, Decimal | None]:
    """`name` of the sums (offered, abandoned, …) per such hour of the week."""
    counts: dict[Cell, int] = {cell: getattr(totals, name) for cell, totals in by_hour(question).items()}
    hours: dict[Cell, int] = defaultdict(int)
    for zone, start, end in {(part.account.zone, part.start, part.end) for part in question.parts}:
        for cell, times in such_hours(start, end, ZoneInfo(zone)).items():
            hours[cell] = max(hours[cell], times)
    return heat(counts, hours)


def every_day(first: date, last: date) -> list[date]:
    """Both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def figures(totals: QueueTotals, level: Metric) -> dict[str, Decimal | None]:
    """The five figures of the page."""
    return {
        metric.id: metric.of(totals)
        for metric in (
            definitions.OFFERED, definitions.ANSWERED, level, definitions.ASA, definitions.ABANDON_NET,
            definitions.ABANDON_GROSS, definitions.ANSWER_RATE, definitions.ABANDON_TIME, definitions.ATT,
        )
    }  # fmt: skip
