"""How well people are won back: one definition for the page, the API and whoever asks (METRICS, recovery rate).

A person is a card, and belongs to the period in which they were first lost. Cards that somebody closed as the
duplicate of another are left out: that person is counted there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, Q
from django.db.models.functions import ExtractHour
from django.utils import timezone

from calls.models import Recovery
from calls.querysets import CallQuerySet
from calls.recovery import definitions
from calls.recovery.keeping import LOST
from calls.recovery.querysets import RecoveryQuerySet
from voicenter_console import phones

WITHIN = timedelta(hours=24)
_IN_TIME = Q(closed_at__lte=F("first_lost_at") + WITHIN)
_BY_HAND = ~Q(closed_name="")


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of the people first lost in a period. Percentages and times (seconds) are None where there is
    nothing to divide or to measure."""

    people: int
    reached: int
    returned: int
    called: int
    callback_seconds: tuple[float, ...]

    @property
    def left(self) -> int:
        """Not won back within 24 hours, or not yet."""
        return self.people - self.reached - self.returned

    @property
    def rate(self) -> Decimal | None:
        return definitions.RATE.of(self)

    @property
    def called_rate(self) -> Decimal | None:
        return definitions.CALLED.of(self)

    @property
    def median_seconds(self) -> Decimal | None:
        return definitions.MEDIAN.of(self)

    @property
    def p90_seconds(self) -> Decimal | None:
        return definitions.P90.of(self)


def of(cards: RecoveryQuerySet, start: datetime, end: datetime) -> Figures:
    """The figures of [start, end). Two queries."""
    persons = _persons(cards, start, end)
    counts = persons.aggregate(
        people=Count("pk"),
        by_us=Count("pk", filter=Q(reason=Recovery.Reason.REACHED) & _IN_TIME),
        by_themselves=Count("pk", filter=Q(reason=Recovery.Reason.RETURNED) & _IN_TIME),
        tried=Count("pk", filter=Q(called_back_at__isnull=False)),
    )
    times = persons.exclude(called_back_at=None).values_list("first_lost_at", "called_back_at")
    seconds = sorted((called - lost).total_seconds() for lost, called in times)
    return Figures(
        people=counts["people"], reached=counts["by_us"], returned=counts["by_themselves"], called=counts["tried"],
        callback_seconds=tuple(seconds),
    )  # fmt: skip


def lost_most(cards: RecoveryQuerySet, start: datetime, end: datetime) -> Sequence[dict[str, Any]]:
    """Where people are lost and not won back: by queue and local hour, the most first; `waited` is their average."""
    won = Q(reason__in=[Recovery.Reason.REACHED, Recovery.Reason.RETURNED]) & _IN_TIME
    rows = (
        _persons(cards, start, end)
        .exclude(won)
        .annotate(hour=ExtractHour("first_lost_at", tzinfo=timezone.get_current_timezone()))
        .values("queue_name", "hour")
        .annotate(people=Count("pk"), waited=Avg("waited_seconds"))
        .order_by("-people", "-waited", "queue_name", "hour")
    )
    return list(rows[:24])


def anonymous(calls: CallQuerySet, start: datetime, end: datetime) -> int:
    """Calls in of [start, end) that nobody answered and that nobody can call back: their number was withheld."""
    lost = calls.started_between(start, end).filter(direction="in", customer_e164="", outcome__in=LOST)
    rows = lost.order_by().values_list("customer").annotate(Count("pk"))
    return sum(count for customer, count in rows if phones.parse(customer).kind in ("anonymous", "other"))


def _persons(cards: RecoveryQuerySet, start: datetime, end: datetime) -> RecoveryQuerySet:
    return cards.lost_between(start, end).exclude(_BY_HAND & Q(reason=Recovery.Reason.DUPLICATE))
