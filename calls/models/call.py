"""Call: one customer contact, recomputed from its CDRs and never incremented (ARCHITECTURE, How data flows)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.querysets import CallQuerySet
from voicenter_console.organisation.models import Account, Department
from voicenter_console.templatetags.shapes import Part
from voicenter_console.voicenter.terms import Direction

from .people import Agent


class Call(models.Model):
    """Everything between a customer picking up the phone and putting it down: all legs, transfers, dialer parts."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        ABANDONED = "abandoned", _("Abandoned")
        FLOWED_OUT = "flowed_out", _("Left queue")
        MISSED = "missed", _("No answer")
        BUSY = "busy", _("Busy")
        FAILED = "failed", _("Provider failure")
        VOICEMAIL = "voicemail", _("Voicemail")
        IVR_END = "ivr_end", _("Hung up in IVR")
        NOT_DIALLED = "not_dialled", _("Not dialled")
        UNKNOWN = "unknown", _("Unknown")

    account = models.ForeignKey(Account, models.CASCADE, related_name="calls", verbose_name=_("account"))
    root = models.CharField(_("root call id"), max_length=64)
    started_at = models.DateTimeField(_("time"))
    time_uncertain = models.BooleanField(_("time uncertain"), default=False)
    direction = models.CharField(_("direction"), max_length=12, choices=[(d.value, d.value) for d in Direction])
    customer = models.CharField(_("customer"), max_length=200, blank=True)
    customer_e164 = models.CharField(max_length=20, blank=True)
    did = models.CharField(_("number called"), max_length=64, blank=True)
    numbers = models.CharField(max_length=400, blank=True, editable=False)  # found by calls.search's own index
    queue_id = models.BigIntegerField(_("queue number"), null=True, blank=True)
    queue_name = models.CharField(_("queue"), max_length=200, blank=True)
    agent = models.ForeignKey(Agent, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("agent"))
    agent_name = models.CharField(_("agent"), max_length=200, blank=True)
    more_agents = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, default=Outcome.UNKNOWN)
    answered = models.BooleanField(_("answered"), default=False)
    wait_seconds = models.PositiveIntegerField(_("wait"), null=True, blank=True)
    ring_seconds = models.PositiveIntegerField(_("ring"), null=True, blank=True)
    talk_seconds = models.PositiveIntegerField(_("talk"), default=0)
    price = models.DecimalField(_("price, agorot"), max_digits=14, decimal_places=2, null=True, blank=True)
    has_recording = models.BooleanField(_("recording"), default=False)
    department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="calls", verbose_name=_("department")
    )
    cdr_count = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.CheckConstraint(
                condition=Q(answered=True, outcome="answered") | (Q(answered=False) & ~Q(outcome="answered")),
                name="call_answered_is_its_outcome",
            )
        ]
        indexes = [
            # the call log, newest first, and its keyset pages
            models.Index(fields=["-started_at", "-id"], name="call_log"),
            # the same for a manager's departments
            models.Index(fields=["department", "-started_at", "-id"], name="call_log_of_department"),
            # earlier calls of a customer, and who-is
            models.Index(fields=["account", "customer_e164", "-started_at"], name="call_of_customer"),
            # the call log by queue, and by the number called
            models.Index(fields=["queue_name", "-started_at", "-id"], name="call_log_of_queue"),
            models.Index(fields=["did", "-started_at", "-id"], name="call_log_of_did"),
            # "3 newer calls": what came or changed since the page was drawn
            models.Index(fields=["changed_at"], name="call_changed"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.started_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("calls:call", args=[self.pk])

    def shape(self) -> list[Part]:
        """The call strip from the call's sums, where its legs are not at hand (`calls.strip` draws it from those)."""
        spoke = "voicemail" if self.outcome == self.Outcome.VOICEMAIL else "talk"
        parts = [
            Part("wait", self.wait_seconds or 0),
            Part("ring", self.ring_seconds or 0),
            Part(spoke, self.talk_seconds),
        ]
        drawn = [part for part in parts if part.seconds > 0]
        if self.outcome in (self.Outcome.ABANDONED, self.Outcome.IVR_END):
            drawn.append(Part("hangup"))
        elif self.outcome == self.Outcome.FLOWED_OUT:
            drawn.append(Part("left"))
        return drawn


class CallId(models.Model):
    """A call id that was ever seen, as a CDR's own or as the one it came from, known or not."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    call_uid = models.CharField(max_length=64)
    call = models.ForeignKey(Call, models.CASCADE, related_name="ids")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "call_uid"], name="call_id_once")]

    def __str__(self) -> str:
        return self.call_uid


class CallRedirect(models.Model):
    """The address of a call that was found to be part of another, earlier one."""

    old = models.BigIntegerField(primary_key=True)
    call = models.ForeignKey(Call, models.CASCADE, related_name="former")

    def __str__(self) -> str:
        return f"{self.old} is now {self.call_id}"
