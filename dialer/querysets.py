"""Who may see which campaigns, and what hangs on them."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right


def _scope(actor: Actor, prefix: str) -> Q | None:
    """None means all rows; a campaign without a department belongs to those who lead the account."""
    if not actor.may(Right.SEE_CAMPAIGNS):
        return Q(pk=None)
    if actor.may(Right.SEE_ALL_ACCOUNTS):
        return None
    whole = Q(**{f"{prefix}department": None, f"{prefix}account_id__in": actor.whole_account_ids})
    return Q(**{f"{prefix}department_id__in": actor.department_ids}) | whole


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, actor: Actor) -> Self:
        """Administrators see all; managers their departments', and, leading an account, those of no department."""
        scope = _scope(actor, "")
        return self if scope is None else self.filter(scope)


class OfCampaignQuerySet(models.QuerySet):
    """Rows that hang on a campaign by a field named `campaign`."""

    def visible_to(self, actor: Actor) -> Self:
        scope = _scope(actor, "campaign__")
        return self if scope is None else self.filter(scope)
