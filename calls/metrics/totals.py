"""Sums that formulas divide. They add up over queues, days and accounts; percentages never do (METRICS, rule 1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

_CENT = Decimal("0.01")


class Sums:
    """Adds field by field; `longest_…` is the greatest instead."""

    def __add__(self, other: Self) -> Self:
        return type(self)(
            **{
                field.name: (max if field.name.startswith("longest") else int.__add__)(
                    getattr(self, field.name), getattr(other, field.name)
                )
                for field in fields(self)
            }
        )

    @classmethod
    def total(cls, parts: Iterable[Self]) -> Self:
        return sum(parts, cls())


@dataclass(frozen=True, slots=True)
class QueueTotals(Sums):
    """Queue records of a period, counted by the conditions of `inputs`. Seconds are sums over known waits and talks."""

    offered: int = 0
    waited: int = 0
    answered: int = 0
    answered_waited: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_waited: int = 0
    abandoned_short: int = 0
    abandoned_in_time: int = 0
    flowed_out: int = 0
    flowed_out_waited: int = 0
    talked: int = 0
    talk: int = 0
    answered_wait: int = 0
    abandoned_wait: int = 0
    longest_wait: int = 0
    internal: int = 0

    @property
    def other(self) -> int:
        return self.offered - self.answered - self.abandoned - self.flowed_out

    @property
    def wait_unknown(self) -> int:
        """Left out of both sides of every formula that has a wait in it."""
        return self.offered - self.waited


@dataclass(frozen=True, slots=True)
class AgentTotals(Sums):
    """Legs of one agent in a period; a call of two agents counts at both (METRICS, rule 2)."""

    in_answered: int = 0
    in_missed: int = 0
    in_talk: int = 0
    passed_answered: int = 0
    passed_talk: int = 0
    out_attempts: int = 0
    out_answered: int = 0
    out_talk: int = 0
    dialler_answered: int = 0
    dialler_talk: int = 0
    talked: int = 0

    @property
    def answered(self) -> int:
        return self.in_answered + self.passed_answered + self.out_answered + self.dialler_answered

    @property
    def talk(self) -> int:
        return self.in_talk + self.passed_talk + self.out_talk + self.dialler_talk


@dataclass(frozen=True, slots=True)
class DialTotals(Sums):
    """Legs that rang customers: attempts, and how far the network brought them."""

    attempts: int = 0
    answered: int = 0
    reached: int = 0
    not_dialled: int = 0
    talked: int = 0
    talk: int = 0


def percent(part: int, whole: int) -> Decimal | None:
    """0 to 100 with two decimals, half up; None where there is nothing to divide."""
    return ratio(100 * part, whole)


def ratio(part: int, whole: int) -> Decimal | None:
    """Two decimals, half up; None where there is nothing to divide."""
    if whole <= 0:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(_CENT, ROUND_HALF_UP)
