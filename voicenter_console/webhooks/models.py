"""The raw inbox: every body that Voicenter's cloud sent us or answered us with, as it came."""

from __future__ import annotations

import zlib

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voicenter_console.organisation.models import Account
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, actor: Actor) -> DeliveryQuerySet:
        """Administrators see all; those who lead a whole account see its deliveries; the rest none."""
        if not actor.may(Right.SEE_DELIVERIES):
            return self.none()
        if actor.may(Right.SEE_ALL_ACCOUNTS):
            return self
        return self.filter(account_id__in=actor.whole_account_ids)

    def waiting(self) -> DeliveryQuerySet:
        return self.filter(state=Delivery.State.NEW)

    def dead(self) -> DeliveryQuerySet:
        return self.filter(state=Delivery.State.DEAD)


class Delivery(models.Model):
    """One distinct body. A resend of the same bytes counts up and is answered as the first was."""

    class State(models.TextChoices):
        NEW = "new", _("waiting")
        DONE = "done", _("understood")
        DEAD = "dead", _("could not be read")
        IGNORED = "ignored", _("kept, not used yet")

    class Channel(models.TextChoices):
        CDR = "cdr", _("call record, pushed")
        CALL_LOG = "call_log", _("call log page, pulled")
        IVR = "ivr", _("IVR")
        LAYER = "layer", _("IVR layer")
        POPUP = "popup", _("pop-up")
        VCC = "vcc", _("VCC Live")
        VCC_CDR = "vcc_cdr", _("VCC Live: call record, fetched")

    account = models.ForeignKey(Account, models.CASCADE, related_name="deliveries", verbose_name=_("account"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    digest = models.CharField(max_length=64, editable=False)
    body = models.BinaryField(editable=False)
    compressed = models.BooleanField(default=False, editable=False)
    content_type = models.CharField(_("content type"), max_length=200, blank=True)
    address = models.GenericIPAddressField(_("from address"), null=True, blank=True)
    received_at = models.DateTimeField(_("first received"), default=timezone.now)
    last_received_at = models.DateTimeField(_("last received"), default=timezone.now)
    times = models.PositiveIntegerField(_("times received"), default=1)
    answer = models.PositiveSmallIntegerField(_("answered with err"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NEW)
    reason = models.CharField(_("why"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["account", "channel", "digest"], name="delivery_once"),
            models.CheckConstraint(condition=Q(state__in=["new", "done", "dead", "ignored"]), name="delivery_state"),
            models.CheckConstraint(condition=Q(answer__in=[0, 1]), name="delivery_answer"),
        ]
        indexes = [
            # the ingester: what waits, oldest first
            models.Index(fields=["account", "id"], name="delivery_waiting", condition=Q(state="new")),
            # the delivery page and the API: newest first, by state
            models.Index(fields=["state", "-id"], name="delivery_by_state"),
            # deliveries by hour
            models.Index(fields=["account", "received_at"], name="delivery_by_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.pk}"

    @property
    def bytes(self) -> bytes:
        """The body as it came; pages of the call log are kept compressed."""
        return zlib.decompress(self.body) if self.compressed else bytes(self.body)


class Drift(models.Model):
    """A word that Voicenter sent and we did not know: a type, a status, a field (F-26).

    `other`: what a push said that belongs to another account of this console (F-31); it stayed with its token's.
    """

    class Kind(models.TextChoices):
        TYPE = "type", _("call type")
        STATUS = "status", _("status")
        FIELD = "field", _("field")
        OTHER = "other", _("another account")

    account = models.ForeignKey(Account, models.CASCADE, related_name="drift", verbose_name=_("account"))
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    word = models.CharField(_("word"), max_length=100)
    times = models.PositiveIntegerField(_("times"), default=0)
    first_seen = models.DateTimeField(_("first seen"), default=timezone.now)
    last_seen = models.DateTimeField(_("last seen"), default=timezone.now)

    class Meta:
        verbose_name = _("new word")
        verbose_name_plural = _("new words")
        constraints = [models.UniqueConstraint(fields=["account", "kind", "word"], name="drift_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.word}"
