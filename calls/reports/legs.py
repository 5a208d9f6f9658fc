"""Reports that are read from legs as they are: answer ratios by country and caller id, cost, IVR paths."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from decimal import Decimal
from hashlib import sha256
from typing import Any, Literal

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from calls.metrics.inputs import INPUTS, Limits
from calls.metrics.reading import Question
from calls.metrics.totals import DialTotals
from calls.models import Call, Cdr
from calls.presentation import pressed
from voicenter_console.voicenter import terms

Dimension = Literal["country", "caller"]
_FIELD = {"country": "target_country", "caller": "caller"}
# Below so few attempts a ratio says little.
FEW = 30


def of(question: Question) -> QuerySet[Cdr]:
    """The legs that began in each account's part of the period."""
    when = Q(pk=None)
    for part in question.parts:
        when |= Q(account=part.account.pk, started_at__gte=part.start, started_at__lt=part.end)
    return question.legs().filter(when)


# --- answer ratios ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DialRow:
    """`name` is the country, or the number that customers were shown; '' where it was not told."""

    name: str
    totals: DialTotals

    @property
    def is_few(self) -> bool:
        return self.totals.attempts < FEW


def _dialled(name: str) -> Q:
    return INPUTS[f"dial.{name}"].where(Limits())


def by(question: Question, dimension: Dimension) -> list[DialRow]:
    """A row per country or caller id that was dialled with, the most attempts first."""
    talked = _dialled("answered") & Q(talk_seconds__isnull=False)
    counts = {field.name: Count("pk", filter=_dialled(field.name)) for field in fields(DialTotals)[:4]}
    found = of(question).filter(type_id__in=terms.ATTEMPTS, internal=False).values(_FIELD[dimension])
    rows = found.annotate(
        **counts, talked=Count("pk", filter=talked), talk=Sum("talk_seconds", filter=talked, default=0)
    )
    made = [
        DialRow(row[_FIELD[dimension]], DialTotals(**{one.name: row[one.name] for one in fields(DialTotals)}))
        for row in rows
    ]
    return sorted(made, key=lambda row: (-row.totals.attempts, row.name))


# --- cost -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CostRow:
    """Legs of one kind: `price` in agorot over those whose price is known, `unpriced` the others."""

    type: str
    kind: Cdr
    legs: int
    talk: int
    price: Decimal
    unpriced: int


def cost_by_type(question: Question) -> list[CostRow]:
    """A row per kind of leg, the dearest first. Every leg is paid for, the agent's own and internal ones too."""
    rows = of(question).values("type", "type_id").annotate(
        legs=Count("pk"), talk=Sum("talk_seconds", default=0), paid=Sum("price", default=Decimal(0)),
        unpriced=Count("pk", filter=Q(price=None)),
    )  # fmt: skip
    made = [
        CostRow(row["type"], Cdr(type_id=row["type_id"], type_name=row["type"]), row["legs"], row["talk"],
                Decimal(row["paid"]), row["unpriced"])
        for row in rows
    ]  # fmt: skip
    return sorted(made, key=lambda row: (-row.price, -row.legs))


def cost_by_day(question: Question) -> dict[Any, Decimal]:
    """Agorot by local day."""
    days: dict[Any, Decimal] = defaultdict(Decimal)
    for zone in {part.zone for part in question.parts}:
        its = question.over([part for part in question.parts if part.zone == zone])
        rows = of(its).exclude(price=None).values(day=TruncDate("started_at", tzinfo=zone)).annotate(paid=Sum("price"))
        for row in rows:
            days[row["day"]] += row["paid"]
    return dict(days)


# --- IVR paths --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class PathRow:
    """Callers who heard the same layers and pressed the same keys: `steps` are (layer, keys)."""

    steps: tuple[tuple[str, str], ...]
    callers: int = 0
    answered: int = 0
    hung_up: int = 0
    abandoned: int = 0
    raw: list[Any] = field(default_factory=list)

    @property
    def other(self) -> int:
        return self.callers - self.answered - self.hung_up - self.abandoned

    @property
    def key(self) -> str:
        """Names the path in an address."""
        return sha256(repr(self.steps).encode()).hexdigest()[:16]


def by_path(question: Question) -> list[PathRow]:
    """A row per path, the busiest first: how those who took it ended."""
    return paths(of(question))


def paths(legs: QuerySet[Cdr]) -> list[PathRow]:
    found: dict[tuple, PathRow] = {}
    for path, status, count in _by_status(legs):
        steps = tuple((str(step.get("layer_name") or step.get("layer_number") or ""), pressed(step)) for step in path)
        row = found.setdefault(steps, PathRow(steps))
        row.callers += count
        row.answered += count * (status == terms.ANSWER)
        row.hung_up += count * (status in terms.IVR_END)
        row.abandoned += count * (status in terms.LOST)
        if path not in row.raw:
            row.raw.append(path)
    return sorted(found.values(), key=lambda row: (-row.callers, row.steps))


def _by_status(legs: QuerySet[Cdr]) -> Iterable[tuple[list[dict], str | None, int]]:
    through = legs.filter(internal=False).exclude(ivr_path=[]).order_by()
    return through.values_list("ivr_path", "status").annotate(n=Count("pk"))


# --- at one time ------------------------------------------------------------------------------------------------------


def call_spans(question: Question) -> QuerySet:
    """(start, wait, ring, talk) of the calls that began in the period, for the most at one time."""
    when = Q(pk=None)
    for part in question.parts:
        when |= Q(account=part.account.pk, started_at__gte=part.start, started_at__lt=part.end)
    calls = Call.objects.visible_to(question.actor).filter(when).order_by()
    if question.departments is not None:
        calls = calls.filter(department_id__in=question.departments)
    return calls.values_list("started_at", "wait_seconds", "ring_seconds", "talk_seconds")
