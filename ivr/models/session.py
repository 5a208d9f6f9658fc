"""IvrSession: one caller in a flow; IvrStep: each question and what was answered to it. Written after the answer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ivr.querysets import OfFlowQuerySet
from voicenter_console.organisation.models import Account

from .flow import Flow, FlowVersion


class IvrSession(models.Model):
    """What a caller did from the first question to the last. `variables` is what was entered or set on the way."""

    class End(models.TextChoices):
        HUNG_UP = "hung_up", _("hung up")
        RECORDED = "recorded", _("known by its call record")
        LOST = "lost", _("never ended, closed after hours")

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", verbose_name=_("account"))
    call_uid = models.CharField(_("call id"), max_length=64)
    flow = models.ForeignKey(Flow, models.CASCADE, related_name="sessions", verbose_name=_("flow"))
    version = models.ForeignKey(FlowVersion, models.CASCADE, related_name="sessions", verbose_name=_("version"))
    caller = models.CharField(_("caller"), max_length=64, blank=True)
    did = models.CharField(_("number called"), max_length=64, blank=True)
    variables = models.JSONField(_("entered and set"), default=dict)
    began_at = models.DateTimeField(_("began"), default=timezone.now)
    last_at = models.DateTimeField(_("last heard of"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end = models.CharField(_("how it ended"), max_length=8, choices=End, blank=True)

    objects = OfFlowQuerySet.as_manager()

    class Meta:
        verbose_name = _("caller in a flow")
        verbose_name_plural = _("callers in flows")
        constraints = [
            models.UniqueConstraint(fields=["account", "call_uid"], name="ivr_session_once"),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | (Q(ended_at__isnull=False) & ~Q(end="")), name="ivr_session_end"
            ),
        ]
        indexes = [
            # analytics and replay: a flow's callers of a period
            models.Index(fields=["flow", "-began_at"], name="ivr_session_of_flow"),
            # the sweep of sessions that nobody ended
            models.Index(fields=["last_at"], name="ivr_session_open", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return self.call_uid


class IvrStep(models.Model):
    """One request and our answer. Asked again, it stays one row: `asked_at` is the place we had named in MENU."""

    session = models.ForeignKey(IvrSession, models.CASCADE, related_name="steps")
    asked_at = models.CharField(max_length=250)
    digits = models.CharField(_("keys"), max_length=64, blank=True)
    path = models.JSONField(_("way"), default=list)
    node = models.CharField(_("reached"), max_length=250)
    notes = models.JSONField(default=list)
    broken = models.CharField(_("why the fallback"), max_length=200, blank=True)
    at = models.DateTimeField(_("time"), default=timezone.now)
    milliseconds = models.PositiveIntegerField(_("ms to our answer"))

    class Meta:
        verbose_name = _("step of a caller")
        verbose_name_plural = _("steps of callers")
        constraints = [models.UniqueConstraint(fields=["session", "asked_at", "digits"], name="ivr_step_once")]

    def __str__(self) -> str:
        return f"{self.asked_at} → {self.node}"
