"""Reads of calls: who may see which rows, and the figures of a page in one query."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from voicenter_console import phones
from voicenter_console.organisation.models import Account, User
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

_MOST_TEXT = 100
_FEWEST_DIGITS = 3


def _scope(actor: Actor, own: Q) -> Q | None:
    """Which rows an actor sees by its role; None means all, an empty Q() never happens."""
    if not actor.may(Right.SEE_CALLS):
        return Q(pk=None)
    if actor.may(Right.SEE_ALL_ACCOUNTS):
        return None
    if actor.may(Right.SEE_DEPARTMENTS):
        unassigned = Q(department=None, account_id__in=actor.whole_account_ids)
        return Q(department_id__in=actor.department_ids) | unassigned
    return own


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, actor: Actor) -> Self:
        """Administrators see all; managers their departments' (and, leading an account, its unassigned ones);
        agents the calls that a leg of which was theirs; the rest nothing."""
        from .models import Cdr  # the models stand on these querysets

        person = actor if isinstance(actor, User) else getattr(actor, "user", None)
        mine = Q(agent__user=person) | Q(line__user=person) if person else Q(pk=None)
        scope = _scope(actor, Exists(Cdr.objects.filter(mine, call=OuterRef("pk"))))
        return self if scope is None else self.filter(scope)

    def started_between(self, start: datetime, end: datetime) -> Self:
        """Calls that began in [start, end)."""
        return self.filter(started_at__gte=start, started_at__lt=end)


class CdrQuerySet(models.QuerySet["Cdr"]):
    def visible_to(self, actor: Actor) -> Self:
        """The legs of the calls this actor sees."""
        from .models import Call

        if actor.may(Right.SEE_ALL_ACCOUNTS):
            return self
        return self.filter(call__in=Call.objects.visible_to(actor))


class RollupQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Sums over the calls this actor sees: who sees only their own calls sees no sums."""
        scope = _scope(actor, Q(pk=None))
        return self if scope is None else self.filter(scope)


class DialRequestQuerySet(models.QuerySet["DialRequest"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own requests; administrators see all."""
        if actor.may(Right.SEE_ALL_ACCOUNTS):
            return self
        return self.filter(user=actor) if isinstance(actor, User) else self.filter(api_key=actor)


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, actor: Actor) -> Self:
        """Administrators see all; the rest those of their departments, and those of no department in the accounts
        that they work in: by a department, an agent code or an extension."""
        if not actor.may(Right.SEE_CONTACTS):
            return self.none()
        if actor.may(Right.SEE_ALL_ACCOUNTS):
            return self
        departments = actor.known_department_ids
        everybodys = Q(department=None, account__in=accounts_of(actor))
        return self.filter(Q(department_id__in=departments) | everybodys)

    def search(self, text: str) -> Self:
        """By any part of a name, a company, or of a number in any form from three digits on."""
        from .models import ContactNumber

        text = text.replace("\x00", "").strip()[:_MOST_TEXT]
        if not text:
            return self
        found = Q(name__icontains=text) | Q(company__icontains=text)
        digits = phones.search_digits(text)
        if len(digits) >= _FEWEST_DIGITS:
            found |= Q(pk__in=ContactNumber.objects.filter(digits__contains=digits).values("contact"))
        return self.filter(found)


def accounts_of(actor: Actor) -> models.QuerySet[Account]:
    """The accounts that somebody works in: by a department, an agent code or an extension; all for administrators."""
    if actor.may(Right.SEE_ALL_ACCOUNTS):
        return Account.objects.all()
    person = actor if isinstance(actor, User) else getattr(actor, "user", None)
    theirs = Q(departments__in=actor.known_department_ids)
    if person:
        theirs |= Q(agents__user=person) | Q(extensions__user=person)
    return Account.objects.filter(theirs).distinct()


class ContactImportQuerySet(models.QuerySet["ContactImport"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own, in the accounts that one still works in; administrators see all."""
        if actor.may(Right.SEE_ALL_ACCOUNTS):
            return self
        return self.filter(by_id=getattr(actor, "pk", None), account__in=accounts_of(actor))


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those of the accounts that somebody leads; administrators see all."""
        if not actor.may(Right.ERASE):
            return self.none()
        if actor.may(Right.SEE_ALL_ACCOUNTS):
            return self
        return self.filter(account_id__in=actor.whole_account_ids)
