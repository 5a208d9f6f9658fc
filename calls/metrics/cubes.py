"""What is summed for whom: the sums of legs as database aggregates, with the tables that keep them.

The same aggregates make the rollups and read the hours that are not in them yet, so the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Aggregate, Count, DateTimeField, ExpressionWrapper, F, IntegerField, Max, Q, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, TruncHour

from calls.models import AgentDay, AgentHour, QueueDay, QueueHour
from calls.models.figures import ABANDONED_CUTS, Rollup
from voicenter_console.organisation.service import TARGETS

from .inputs import ANSWERED, INPUTS, OFFERED, QUEUE, WAITED, Limits


@dataclass(frozen=True, slots=True)
class Cube:
    """`legs` are those summed, by `keys` (the tables' names → a leg's); `sums` has the tables' columns."""

    legs: Q
    keys: Mapping[str, str | Combinable]
    sums: Mapping[str, Aggregate]
    hours: type[Rollup]
    days: type[Rollup]

    def column(self, name: str) -> Aggregate:
        """How a column of the tables adds up over rows."""
        return Max(name) if name.startswith("longest") else Sum(name)

    def leg_key(self, name: str) -> Combinable:
        """A key as an expression over a leg."""
        key = self.keys[name]
        return F(key) if isinstance(key, str) else key


def _count(name: str, limits: Limits | None = None) -> Count:
    return Count("pk", filter=INPUTS[name].where(limits or Limits()))


def _seconds(column: str, where: Q) -> Coalesce:
    return Coalesce(Sum(column, filter=where), 0, output_field=IntegerField())


_QUEUE_COUNTS = (
    "offered", "waited", "answered", "answered_waited", "abandoned", "abandoned_waited", "flowed_out",
    "flowed_out_waited", "internal",
)  # fmt: skip
_ABANDONED = INPUTS["queue.abandoned"].where(Limits())
_AGENT_COUNTS = ("in_answered", "in_missed", "passed_answered", "out_attempts", "out_answered", "dialler_answered")
_TALKS = ("in", "passed", "out", "dialler")


def _of_agent(name: str) -> Q:
    return INPUTS[f"agent.{name}"].where(Limits())


_ANY_TALK = Q()
for _kind in _TALKS:
    _ANY_TALK |= _of_agent(f"{_kind}_answered")

QUEUES = Cube(
    legs=QUEUE,
    keys={
        "account": "account_id",
        "department": "call__department_id",
        "queue_number": Coalesce("queue_id", 0),
        "queue_name": "queue_name",
    },
    sums={
        **{name: _count(f"queue.{name}") for name in _QUEUE_COUNTS},
        "talked": Count("pk", filter=ANSWERED & Q(talk_seconds__isnull=False)),
        "talk": _seconds("talk_seconds", ANSWERED),
        "answered_wait": _seconds("wait_seconds", ANSWERED),
        "abandoned_wait": _seconds("wait_seconds", _ABANDONED),
        "longest_wait": Coalesce(Max("wait_seconds", filter=OFFERED & WAITED), 0),
        **{
            f"answered_within_{edge}": _count("queue.answered_in_time", Limits(target=edge)) for edge in TARGETS
        },
        **{
            f"abandoned_under_{cut}": _count("queue.abandoned_short", Limits(short=cut)) for cut in ABANDONED_CUTS
        },
    },
    hours=QueueHour,
    days=QueueDay,
)  # fmt: skip

AGENTS = Cube(
    legs=Q(agent__isnull=False),
    keys={"account": "account_id", "department": "call__department_id", "agent": "agent_id"},
    sums={
        **{name: _count(f"agent.{name}") for name in _AGENT_COUNTS},
        **{f"{kind}_talk": _seconds("talk_seconds", _of_agent(f"{kind}_answered")) for kind in _TALKS},
        "talked": Count("pk", filter=_ANY_TALK & Q(talk_seconds__isnull=False)),
    },
    hours=AgentHour,
    days=AgentDay,
)
CUBES = (QUEUES, AGENTS)


def limit_columns(limits: Limits) -> dict[str, str | None]:
    """The columns that answer for these limits, by the name they have in totals; None where it is 0 for certain."""
    return {
        "answered_in_time": f"answered_within_{limits.target}",
        "abandoned_in_time": f"abandoned_under_{limits.target + 1}",
        "abandoned_short": f"abandoned_under_{limits.short}" if limits.short else None,
    }


# --- the hours of a zone ----------------------------------------------------------------------------------------------


def _odd_minutes(zone: ZoneInfo, at: datetime) -> timedelta:
    """What the zone's clocks are off whole hours: 30 minutes in India, none in Israel."""
    return timedelta(seconds=at.astimezone(zone).utcoffset().total_seconds() % 3600)


def hour_of(instant: datetime, zone: ZoneInfo) -> datetime:
    """When the hour that holds the instant began on the zone's clocks, in UTC."""
    odd = _odd_minutes(zone, instant)
    return (instant.astimezone(UTC) + odd).replace(minute=0, second=0, microsecond=0) - odd


def leg_hour(zone: ZoneInfo) -> Combinable:
    """The same of a leg's start, in the database. Hours are cut in UTC: a local hour that comes twice stays two."""
    odd = _odd_minutes(zone, datetime(2026, 1, 1, tzinfo=UTC))
    if not odd:
        return TruncHour("started_at", tzinfo=UTC)
    shifted = ExpressionWrapper(F("started_at") + odd, output_field=DateTimeField())
    return ExpressionWrapper(TruncHour(shifted, tzinfo=UTC) - odd, output_field=DateTimeField())
