"""What goes on now, one row per account, and the history of agents' states."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voicenter_console.organisation.models import Account
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

from .people import Agent


class LiveBoardQuerySet(models.QuerySet["LiveBoard"]):
    def visible_to(self, actor: Actor) -> LiveBoardQuerySet:
        """Boards of the accounts in which the actor has a department; which queues of one is the page's to say."""
        if actor.may(Right.SEE_ALL_ACCOUNTS):
            return self
        return self.filter(account__departments__in=actor.known_department_ids).distinct()


class LiveBoard(models.Model):
    """Who waits and who talks in one account. Written by the one collector that holds the lease.

    `state` is `calls.board.state.Board.data()`, and holds until `as_of`; `version` grows with every change of it.
    `calls_a_minute` is how many calls began in the minute before `as_of`.
    """

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="board")
    owner = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=100, blank=True)
    trouble = models.CharField(max_length=300, blank=True)
    as_of = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveBigIntegerField(default=0)
    state = models.JSONField(default=dict)
    calls_a_minute = models.PositiveIntegerField(default=0, db_default=0)

    objects = LiveBoardQuerySet.as_manager()

    class Meta:
        verbose_name = _("live board")
        verbose_name_plural = _("live boards")
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | Q(lease_until__isnull=False), name="board_owner_has_lease"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.version}"

    def holds(self, within: timedelta) -> bool:
        """Whether the state is known to hold until a moment no longer ago than `within`."""
        return self.as_of is not None and timezone.now() - self.as_of <= within

    def waiting_in(self, queue: int) -> int | None:
        """How many wait in the provider's queue of that number; None where the state knows no such queue."""
        return next((len(one["callers"]) for one in self.state.get("queues", ()) if one["id"] == queue), None)


class AgentState(models.Model):
    """One spell of an agent in one state; open while it lasts. `unknown` is when nobody listened.

    Spells of an agent do not overlap: PostgreSQL refuses it, and one open spell at most is refused everywhere.
    """

    class State(models.TextChoices):
        AVAILABLE = "available", _("logged in")
        BREAK = "break", _("on a break")
        LOGGED_OUT = "logged_out", _("logged out")
        UNKNOWN = "unknown", _("not known")

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="states", verbose_name=_("agent"))
    state = models.CharField(_("state"), max_length=10, choices=State)
    status = models.PositiveSmallIntegerField(_("status number"), null=True, blank=True)
    began_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("agent's state")
        verbose_name_plural = _("agents' states")
        constraints = [
            models.UniqueConstraint(fields=["agent"], condition=Q(ended_at__isnull=True), name="agent_state_one_open"),
            models.UniqueConstraint(fields=["agent", "began_at"], name="agent_state_once"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("began_at")), name="agent_state_forward"
            ),
            models.CheckConstraint(
                condition=Q(state="unknown") | Q(status__isnull=False), name="agent_state_known_has_status"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.state} {self.began_at:%H:%M:%S}"

    @property
    def seconds(self) -> float:
        return ((self.ended_at or timezone.now()) - self.began_at).total_seconds()


class AgentStatus(models.Model):
    """A status of the account's list, under the name that the account gave it (PROTOCOL S11)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="agent_statuses", verbose_name=_("account"))
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=100)
    colour = models.CharField(_("colour"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("agent status")
        verbose_name_plural = _("agent statuses")
        constraints = [models.UniqueConstraint(fields=["account", "number"], name="agent_status_once")]

    def __str__(self) -> str:
        return self.name


class MirrorChange(models.Model):
    """Something that the provider's lists said differently; `field` is '' where the row is new."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", verbose_name=_("account"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    kind = models.CharField(_("what"), max_length=30)
    key = models.CharField(_("which"), max_length=200)
    field = models.CharField(_("field"), max_length=30, blank=True)
    before = models.CharField(_("before"), max_length=200, blank=True)
    after = models.CharField(_("after"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("change in the provider's lists")
        verbose_name_plural = _("changes in the provider's lists")

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.field}".strip()
