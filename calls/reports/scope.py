"""Whose calls a report speaks of: the accounts and departments of an actor, the period, the limits of each account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from calls import truth
from calls.metrics import definitions
from calls.metrics.definitions import Metric
from calls.metrics.drill import Drill
from calls.metrics.inputs import INPUTS, Limits
from calls.metrics.reading import Part, Question
from voicenter_console.organisation.models import Account, Department
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right
from voicenter_console.organisation.service import SHORT_LIMITS, TARGETS

from . import period as periods
from .period import Period


@dataclass(frozen=True, slots=True)
class Scope:
    """A report's question with everything that its address says. `compared` is None where nothing is."""

    actor: Actor
    accounts: Sequence[Account]
    period: Period
    limits: Limits | None
    level: str
    department: Department | None
    now: datetime
    against: str = "none"

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the page says its times: that of the first account."""
        return ZoneInfo(self.accounts[0].zone if self.accounts else settings.TIME_ZONE)

    @property
    def service_level(self) -> Metric:
        return definitions.service_level(self.level)

    @property
    def goal(self) -> int:
        """Per cent."""
        return self.accounts[0].service_goal if self.accounts else 80

    def limits_of(self, account: Account) -> Limits:
        return self.limits or Limits(account.service_target, account.short_abandon)

    def question(self, period: Period | None = None) -> Question:
        """What is to be summed, over this or another period."""
        parts = [
            Part(account, *(period or self.period).bounds(ZoneInfo(account.zone)), self.limits_of(account))
            for account in self.accounts
        ]
        departments = frozenset(Department.objects.under([self.department])) if self.department else None
        return Question(self.actor, parts, departments)

    @property
    def compared(self) -> Period | None:
        return self.period.compared(self.against, self.zone, self.now)

    def complete_until(self) -> datetime | None:
        """Every call that ended before this is here; None where some account's is not known."""
        untils = truth.completeness(account for account in self.accounts if account.pulls)
        return min(untils.values()) if untils and None not in untils.values() else None


def drill(question: Question) -> Drill | None:
    """The way from the question's figures to their calls; None where accounts differ in time or limits."""
    kinds = {(part.start, part.end, part.limits) for part in question.parts}
    if len(kinds) != 1:
        return None
    ((start, end, limits),) = kinds
    found = Drill(INPUTS["queue.offered"], start, end, limits)
    if question.departments is not None:
        found = found.at(departments=".".join(str(pk) for pk in sorted(question.departments)))
    return found


def accounts_of(actor: Actor) -> list[Account]:
    """The accounts of which the actor sees calls by department or as a whole."""
    accounts = Account.objects.order_by("name")
    if not actor.may(Right.SEE_ALL_ACCOUNTS):
        accounts = accounts.filter(departments__in=actor.department_ids).distinct()
    return list(accounts)


def departments_of(actor: Actor) -> list[Department]:
    departments = Department.objects.order_by("name")
    if not actor.may(Right.SEE_ALL_ACCOUNTS):
        departments = departments.filter(pk__in=actor.department_ids)
    return list(departments)


def scope(
    actor: Actor, query: Mapping[str, str], *, default: str = "today", against: str = "none",
    now: datetime | None = None,
) -> Scope:  # fmt: skip
    """What an address asks for; raises NoPeriod with words. What is nobody's or not theirs is as if not asked."""
    accounts = accounts_of(actor)
    zone = ZoneInfo(accounts[0].zone if accounts else settings.TIME_ZONE)
    now = now or timezone.now()
    found = periods.parse(query, now.astimezone(zone).date(), zone, default)
    how = query.get("against", against)
    level = query.get("level", accounts[0].service_level if accounts else "default")
    return Scope(
        actor, accounts, found, _limits(query, accounts), level if level in definitions.SERVICE_LEVELS else "default",
        _department(actor, query.get("department", "")), now, how if how in dict(periods.AGAINST) else against,
    )  # fmt: skip


def _limits(query: Mapping[str, str], accounts: Sequence[Account]) -> Limits | None:
    """Those of the address, where it has any that rollups can answer for; else each account's own."""
    within, under = query.get("within", ""), query.get("under", "")
    target = int(within) if within in map(str, TARGETS) else None
    short = int(under) if under in map(str, SHORT_LIMITS) else None
    if target is None and short is None:
        return None
    own = accounts[0] if accounts else Account()
    return Limits(own.service_target if target is None else target, own.short_abandon if short is None else short)


def _department(actor: Actor, number: str) -> Department | None:
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    found = Department.objects.filter(pk=int(number)).first()
    seen = found and (actor.may(Right.SEE_ALL_ACCOUNTS) or found.pk in actor.department_ids)
    return found if seen else None
