"""Calls that the second provider told of and has not registered yet (PROTOCOL S14)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voicenter_console.organisation.models import Account

from .sync import OfAccountQuerySet


class AwaitedCall(models.Model):
    """One call to be asked for. Written by the ingester and by the job that asks."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        FOUND = "found", _("found")
        INCOMPLETE = "incomplete", _("incomplete")

    account = models.ForeignKey(Account, models.CASCADE, related_name="awaited", verbose_name=_("account"))
    call_uid = models.CharField(_("call id"), max_length=64)
    day = models.DateField(_("day of the call"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.CharField(_("what was said"), max_length=300, blank=True)
    told_at = models.DateTimeField(_("told"), default=timezone.now)
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("awaited call")
        verbose_name_plural = _("awaited calls")
        constraints = [
            # also the reader: a call's page and the call log, by call id
            models.UniqueConstraint(fields=["account", "call_uid"], name="awaited_once"),
            models.CheckConstraint(condition=Q(state__in=["waiting", "found", "incomplete"]), name="awaited_state"),
        ]

    def __str__(self) -> str:
        return self.call_uid
