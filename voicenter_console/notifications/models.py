"""Endpoints of others, what they were to be told, and how each telling went."""

from __future__ import annotations

import base64
import secrets
import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedTextField

from voicenter_console.organisation.models import Account


def new_secret() -> str:
    """256 random bits as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class Endpoint(models.Model):
    """An address of somebody else's that is told by signed POST (Standard Webhooks)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="endpoints", verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=500)
    secret = EncryptedTextField(editable=False, default=new_secret)
    kinds = models.JSONField(_("told of"), default=list)
    active = models.BooleanField(_("is told"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="endpoint_named_once")]

    def __str__(self) -> str:
        return self.name


class Notice(models.Model):
    """One thing to tell. The same `key` of an account is the same notice: it is told once.

    `about` is the number it speaks of, so that it goes when that person is erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="notices", verbose_name=_("account"))
    kind = models.CharField(_("kind"), max_length=60)
    key = models.CharField(max_length=200)
    about = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["account", "about"], condition=~Q(about=""), name="notice_about"),  # erasure
            models.Index(fields=["at"], name="notice_age"),  # the pruner
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class Dispatch(models.Model):
    """A notice on its way to one receiver. `due_at` is also the lease of whoever sends it right now."""

    class State(models.TextChoices):
        WAITING = "waiting", _("on its way")
        SENT = "sent", _("taken")
        DEAD = "dead", _("given up")

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="dispatches", verbose_name=_("notice"))
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, null=True, related_name="dispatches", verbose_name=_("endpoint")
    )
    email = models.EmailField(_("e-mail"), blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    status = models.PositiveSmallIntegerField(_("answered"), null=True)
    answer = models.CharField(_("what was answered"), max_length=300, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("dispatch")
        verbose_name_plural = _("dispatches")
        constraints = [
            models.CheckConstraint(
                condition=Q(endpoint__isnull=False, email="") | Q(endpoint=None) & ~Q(email=""),
                name="dispatch_has_one_receiver",
            ),
            models.UniqueConstraint(fields=["notice", "endpoint"], name="dispatch_once_an_endpoint"),
            models.UniqueConstraint(fields=["notice", "email"], condition=~Q(email=""), name="dispatch_once_a_mailbox"),
        ]
        # the sweep
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="dispatch_waiting")]

    def __str__(self) -> str:
        return f"{self.notice.kind} → {self.endpoint or self.email}"
