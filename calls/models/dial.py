"""A request to ring a phone: the outbox of click to call. Sent at most once."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.querysets import DialRequestQuerySet
from voicenter_console.organisation.models import Account, ApiKey


class DialRequest(models.Model):
    """What somebody asked Voicenter to do with a phone, and what Voicenter said to it."""

    class Action(models.TextChoices):
        CALL = "call", _("call")
        MESSAGE = "message", _("play a message")
        CALLFERENCE = "callference", _("conference")
        TERMINATE = "terminate", _("hang up")

    class State(models.TextChoices):
        QUEUED = "queued", _("about to be sent")
        SENT = "sent", _("sent")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        UNKNOWN = "unknown", _("answer lost")
        RESOLVED = "resolved", _("found in the call log")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="dials", verbose_name=_("account"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="dials")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, related_name="dials")
    action = models.CharField(_("act"), max_length=12, choices=Action, default=Action.CALL)
    phone = models.CharField(_("own phone"), max_length=64)
    target = models.CharField(_("target"), max_length=64, blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    call_uid = models.CharField(_("call id"), max_length=64, blank=True)
    error_code = models.IntegerField(null=True, blank=True)
    error = models.CharField(max_length=40, blank=True)
    message = models.CharField(_("what Voicenter said"), max_length=300, blank=True)
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    objects = DialRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("dial request")
        verbose_name_plural = _("dial requests")
        constraints = [
            models.UniqueConstraint(
                fields=["api_key", "idempotency_key"], name="dial_once_per_key",
                condition=Q(idempotency_key__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["user", "idempotency_key"], name="dial_once_per_person",
                condition=Q(idempotency_key__isnull=False, api_key__isnull=True),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["state", "created_at"], name="dial_unsettled")]  # the resolver

    def __str__(self) -> str:
        return f"{self.action} {self.phone} {self.target}".strip()
