"""Rollups: sums of legs per hour and per local day, which formulas divide; and which hours are to be added up again.

An hour is known by the instant it begins on the clocks of the account's zone, so it belongs to one local day; it counts
what began in it. The sums are those of `calls.metrics`; nothing is ever added to a row, rows are made anew.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Coalesce

from calls.querysets import RollupQuerySet
from voicenter_console.organisation.models import Account, Department
from voicenter_console.organisation.service import SHORT_LIMITS, TARGETS

from .people import Agent

# Cuts of the abandoned by their wait: "under n seconds" answers both w < S and, with whole seconds, w ≤ T.
ABANDONED_CUTS = tuple(sorted({*SHORT_LIMITS[1:], *(target + 1 for target in TARGETS)}))


class DirtyHour(models.Model):
    """An hour in which something changed since it was added up. It is cleared only if its generation is the one that
    was added up (ARCHITECTURE, Figures)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    hour = models.DateTimeField()
    generation = models.PositiveBigIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "hour"], name="dirty_hour_once")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:%M} ×{self.generation}"


class Rollup(models.Model):
    """Sums over the legs of the calls of one department in one account."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    department = models.ForeignKey(Department, models.CASCADE, null=True, related_name="+")

    objects = RollupQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"


class QueueSums(Rollup):
    """Queue records of one queue; `queue_number` is 0 where none was told."""

    queue_number = models.BigIntegerField(default=0)
    queue_name = models.CharField(max_length=200, blank=True)
    offered = models.IntegerField(default=0)
    waited = models.IntegerField(default=0)
    answered = models.IntegerField(default=0)
    answered_waited = models.IntegerField(default=0)
    abandoned = models.IntegerField(default=0)
    abandoned_waited = models.IntegerField(default=0)
    flowed_out = models.IntegerField(default=0)
    flowed_out_waited = models.IntegerField(default=0)
    talked = models.IntegerField(default=0)
    talk = models.BigIntegerField(default=0)
    answered_wait = models.BigIntegerField(default=0)
    abandoned_wait = models.BigIntegerField(default=0)
    longest_wait = models.IntegerField(default=0)
    internal = models.IntegerField(default=0)
    # The histogram of waits, each column from zero on, so that one column answers for one limit.
    for _edge in TARGETS:
        vars()[f"answered_within_{_edge}"] = models.IntegerField(default=0)
    for _edge in ABANDONED_CUTS:
        vars()[f"abandoned_under_{_edge}"] = models.IntegerField(default=0)
    del _edge

    class Meta:
        abstract = True


class AgentSums(Rollup):
    """Legs of one agent."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="+")
    in_answered = models.IntegerField(default=0)
    in_missed = models.IntegerField(default=0)
    in_talk = models.BigIntegerField(default=0)
    passed_answered = models.IntegerField(default=0)
    passed_talk = models.BigIntegerField(default=0)
    out_attempts = models.IntegerField(default=0)
    out_answered = models.IntegerField(default=0)
    out_talk = models.BigIntegerField(default=0)
    dialler_answered = models.IntegerField(default=0)
    dialler_talk = models.BigIntegerField(default=0)
    talked = models.IntegerField(default=0)

    class Meta:
        abstract = True


_NO_DEPARTMENT = Coalesce("department", 0)


class QueueHour(QueueSums):
    hour = models.DateTimeField()

    class Meta:
        # unique, and the read of a span of hours
        constraints = [
            models.UniqueConstraint(
                "hour", "account", "queue_number", "queue_name", _NO_DEPARTMENT, name="queue_hour_once"
            )
        ]


class QueueDay(QueueSums):
    day = models.DateField()

    class Meta:
        # unique, and the read of a span of days
        constraints = [
            models.UniqueConstraint(
                "day", "account", "queue_number", "queue_name", _NO_DEPARTMENT, name="queue_day_once"
            )
        ]


class AgentHour(AgentSums):
    hour = models.DateTimeField()

    class Meta:
        # unique, and the read of a span of hours
        constraints = [models.UniqueConstraint("hour", "account", "agent", _NO_DEPARTMENT, name="agent_hour_once")]


class AgentDay(AgentSums):
    day = models.DateField()

    class Meta:
        # unique, and the read of a span of days
        constraints = [models.UniqueConstraint("day", "account", "agent", _NO_DEPARTMENT, name="agent_day_once")]


class QueueName(models.Model):
    """A queue's number and name as they came together, and when last: a queue without a number is the last one seen
    with that name (PROTOCOL S4), and a number is called by its last name."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="queue_names")
    number = models.BigIntegerField()
    name = models.CharField(max_length=200)
    last_hour = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "number", "name"], name="queue_name_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
