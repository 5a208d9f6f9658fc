"""Reads of cards: who may see which, and what stands on a board."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from voicenter_console.organisation.models import User
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right


class RecoveryQuerySet(models.QuerySet["Recovery"]):
    def visible_to(self, actor: Actor) -> Self:
        """Administrators see all; managers and agents the cards of the departments they lead or work in (of a whole
        account also those without one); and whoever holds a card sees it."""
        if not actor.may(Right.SEE_RECOVERIES):
            return self.none()
        if actor.may(Right.SEE_ALL_ACCOUNTS):
            return self
        shared = Q(department_id__in=actor.known_department_ids) | Q(
            department=None, account_id__in=actor.known_account_ids
        )
        person = actor if isinstance(actor, User) else getattr(actor, "user", None)
        return self.filter(shared | Q(claimed_by=person) if person else shared)

    def alive(self) -> Self:
        """People still to be won back: open, claimed and snoozed."""
        return self.exclude(state="closed")

    def free(self, now: datetime) -> Self:
        """Cards that may be claimed: open, snoozed, and those whose claim ran out."""
        return self.filter(Q(state__in=["open", "snoozed"]) | Q(state="claimed", claimed_until__lte=now))

    def lost_between(self, start: datetime, end: datetime) -> Self:
        """Persons who were first lost in [start, end)."""
        return self.filter(first_lost_at__gte=start, first_lost_at__lt=end)

    def with_last_agent(self) -> Self:
        """`last_agent`: who last spoke with the person; empty where nobody ever did."""
        from calls.models import Call  # the models stand on these querysets

        spoken = Call.objects.filter(
            account=OuterRef("account"), customer_e164=OuterRef("number"), answered=True
        ).exclude(agent_name="")  # fmt: skip
        return self.annotate(last_agent=Subquery(spoken.order_by("-started_at").values("agent_name")[:1]))
