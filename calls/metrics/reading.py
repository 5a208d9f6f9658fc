"""Sums of a period, read exactly: from rollups what is added up, from legs the hours in which something changed since.

So a figure is right before the next sweep as after it, and the sweep only makes it cheap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from calls.models import Cdr, DirtyHour
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.models.people import Actor

from .cubes import AGENTS, QUEUES, Cube, leg_hour, limit_columns
from .inputs import Limits
from .plan import Plan, plan
from .totals import AgentTotals, QueueTotals

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One account's share of a question: its period in instants, and the limits that hold there."""

    account: Account
    start: datetime
    end: datetime
    limits: Limits

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.account.zone)


@dataclass(frozen=True, slots=True)
class Question:
    """Whose calls, of which accounts and periods; `departments` narrows further where it is not None."""

    actor: Actor
    parts: Sequence[Part]
    departments: frozenset[int] | None = None

    def over(self, parts: Sequence[Part]) -> Question:
        return Question(self.actor, parts, self.departments)

    def fence(self, rows: QuerySet) -> QuerySet:
        """Those rollup rows that the actor may see and asked for."""
        rows = rows.visible_to(self.actor)
        return rows if self.departments is None else rows.filter(department_id__in=self.departments)

    def legs(self) -> QuerySet[Cdr]:
        """Those legs, of any time."""
        legs = Cdr.objects.visible_to(self.actor).order_by()
        return legs if self.departments is None else legs.filter(call__department_id__in=self.departments)


def queue_totals(question: Question, key: Callable[[Row], Hashable], *, by: str = "") -> dict[Any, QueueTotals]:
    """Sums by `key` of a row, which has account, queue_number, queue_name and, if `by` says so, `day` or `hour`."""
    totals: dict[Any, QueueTotals] = defaultdict(QueueTotals)
    for limits, parts in _by_limits(question.parts).items():
        columns = {name: name for name in _PLAIN} | limit_columns(limits)
        for row in rows(QUEUES, question.over(parts), columns, by, ("queue_number", "queue_name")):
            totals[key(row)] += QueueTotals(**{name: row[name] for name in columns if columns[name]})
    return dict(totals)


def agent_totals(question: Question) -> dict[int, AgentTotals]:
    """Sums by agent."""
    columns = {field.name: field.name for field in fields(AgentTotals)}
    totals: dict[int, AgentTotals] = defaultdict(AgentTotals)
    for row in rows(AGENTS, question, columns, "", ("agent",)):
        totals[row["agent"]] += AgentTotals(**{name: row[name] for name in columns})
    return dict(totals)


def waits(question: Question) -> tuple[dict[int, int], dict[int, int]]:
    """The histogram of waits: answered with w ≤ each target, and abandoned with w < each cut, from zero on."""
    columns = {name: name for name in QUEUES.sums if name.startswith(("answered_within", "abandoned_under"))}
    sums: dict[str, int] = dict.fromkeys(columns, 0)
    for row in rows(QUEUES, question, columns, "", ()):
        for name in columns:
            sums[name] += row[name]
    split = [(*name.rpartition("_"), count) for name, count in sums.items()]
    return (
        {int(edge): count for kind, _, edge, count in split if kind == "answered_within"},
        {int(edge): count for kind, _, edge, count in split if kind == "abandoned_under"},
    )


_LIMITED = {"answered_in_time", "abandoned_in_time", "abandoned_short"}
_PLAIN = [field.name for field in fields(QueueTotals) if field.name not in _LIMITED]


def _by_limits(parts: Iterable[Part]) -> dict[Limits, list[Part]]:
    grouped: dict[Limits, list[Part]] = defaultdict(list)
    for part in parts:
        grouped[part.limits].append(part)
    return grouped


def rows(cube: Cube, question: Question, columns: dict[str, str | None], by: str, keys: Sequence[str]) -> Iterator[Row]:
    """Partial sums, each with its account, `keys` and time; of one group there may be several."""
    plans = _plans(question, by)
    names = {name: column for name, column in columns.items() if column}
    for source, when in _sources(cube, plans, by):
        if not when:
            continue
        if source is Cdr:
            yield from _from_legs(cube, question, plans, when, names, by, keys)
        else:
            yield from _from_rollups(cube, question, source, when, names, by, keys)


def _plans(question: Question, by: str) -> list[tuple[Part, Plan]]:
    parts = list(question.parts)
    if not parts:
        return []
    hours = DirtyHour.objects.filter(
        account__in=[part.account.pk for part in parts],
        hour__gte=min(part.start for part in parts) - timedelta(hours=1), hour__lt=max(part.end for part in parts),
    ).values_list("account_id", "hour")  # fmt: skip
    dirty: dict[int, set[datetime]] = defaultdict(set)
    for account, hour in hours:
        dirty[account].add(hour)
    return [
        (part, plan(part.start, part.end, dirty[part.account.pk], part.zone, by_day=by != "hour")) for part in parts
    ]


def _sources(cube: Cube, plans: list[tuple[Part, Plan]], by: str) -> list[tuple[Any, Q]]:
    """Each table with the stretches that are read from it."""
    days, hours, legs = Q(), Q(), Q()
    for part, its in plans:
        of = Q(account=part.account.pk)
        for first, last in its.days:
            days |= of & Q(day__gte=first, day__lte=last)
        for start, end in its.hours:
            hours |= of & Q(hour__gte=start, hour__lt=end)
        for start, end in its.legs:
            legs |= of & Q(started_at__gte=start, started_at__lt=end)
    return [(cube.days, days), (cube.hours, hours), (Cdr, legs)]


def _from_rollups(cube, question, table, when, names, by, keys) -> Iterator[Row]:
    time = {} if not by else {"day": "day"} if table is cube.days else {"hour": "hour"}
    found = question.fence(table.objects.filter(when)).order_by()
    sums = {f"s_{name}": cube.column(column) for name, column in names.items()}
    zones = {part.account.pk: part.zone for part in question.parts}
    for row in found.values("account", *keys, *time).annotate(**sums):
        yield _plain(row, names, by, zones)


def _from_legs(cube, question, plans, when, names, by, keys) -> Iterator[Row]:
    """By zone, as each cuts its hours elsewhere."""
    zones = {part.account.pk: part.zone for part, _ in plans}
    sums = {f"s_{name}": cube.sums[column] for name, column in names.items()}
    wanted = {f"k_{name}": cube.leg_key(name) for name in ("account", *keys)}
    for zone in set(zones.values()):
        its = [account for account, other in zones.items() if other == zone]
        legs = question.legs().filter(cube.legs, when, account__in=its)
        if by:
            wanted["k_hour"] = leg_hour(zone)
        for row in legs.annotate(**wanted).values(*wanted).annotate(**sums):
            yield _plain({name.removeprefix("k_"): value for name, value in row.items()}, names, by, zones)


def _plain(row: Row, names: Iterable[str], by: str, zones: dict[int, ZoneInfo]) -> Row:
    plain = {name: value for name, value in row.items() if not name.startswith("s_")}
    if by == "day" and "hour" in plain:
        plain["day"] = _day(plain.pop("hour"), zones[plain["account"]])
    return plain | {name: row[f"s_{name}"] or 0 for name in names}


def _day(hour: datetime, zone: ZoneInfo) -> date:
    return hour.astimezone(zone).date()
