"""What people add to a call, and who heard it: notes, dispositions, recordings and listenings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voicenter_console.organisation.models import Account
from voicenter_console.organisation.models.people import Actor

from .call import Call
from .cdr import Cdr

LONGEST_NOTE = 4000


class OfCallQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> OfCallQuerySet:
        """What hangs on the calls that this actor sees."""
        return self.filter(call__in=Call.objects.visible_to(actor))


class Note(models.Model):
    """What somebody wrote of a call. Its earlier texts are kept; a removed one is kept too, and not shown."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="notes", verbose_name=_("call"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField(_("name then"), max_length=160)
    text = models.TextField(_("text"), max_length=LONGEST_NOTE)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    edited_at = models.DateTimeField(_("changed"), null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = OfCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="note_says_something")]

    def __str__(self) -> str:
        return self.text[:60]


class NoteVersion(models.Model):
    """A text that a note had before."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="versions")
    text = models.TextField()
    until = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.text[:60]


class Disposition(models.Model):
    """How a call can end, in the account's own words. One that is not used any more is put aside, never deleted."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="dispositions", verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired = models.BooleanField(_("not used any more"), default=False)

    class Meta:
        verbose_name = _("disposition")
        verbose_name_plural = _("dispositions")
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="disposition_once")]

    def __str__(self) -> str:
        return self.name


class CallDisposition(models.Model):
    """How somebody says that a call ended; the last word counts, the ones before are in the audit."""

    call = models.OneToOneField(Call, models.CASCADE, related_name="disposed", verbose_name=_("call"))
    disposition = models.ForeignKey(Disposition, models.PROTECT, related_name="+", verbose_name=_("disposition"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField(_("name then"), max_length=160)
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = OfCallQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.disposition)


class Waveform(models.Model):
    """The loudness of a leg's recording over its time, or why there is none."""

    cdr = models.OneToOneField(Cdr, models.CASCADE, primary_key=True, related_name="waveform")
    url_digest = models.CharField(max_length=64)
    seconds = models.FloatField(default=0)
    peaks = models.JSONField(default=list)
    trouble = models.CharField(max_length=40, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.trouble or f"{self.seconds:.0f} s"


class Listening(models.Model):
    """Somebody was given a recording to hear: one row a play, written before its first byte (F-66)."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="listenings", verbose_name=_("call"))
    cdr = models.ForeignKey(Cdr, models.SET_NULL, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    user_name = models.CharField(_("name then"), max_length=160)
    nonce = models.CharField(max_length=32, unique=True, editable=False)
    at = models.DateTimeField(_("when"), default=timezone.now)
    address = models.GenericIPAddressField(_("from address"), null=True, blank=True)

    objects = OfCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("listening")
        verbose_name_plural = _("listenings")
        indexes = [models.Index(fields=["user", "-at"], name="listening_of_person")]  # how many an hour

    def __str__(self) -> str:
        return f"{self.user_name} {self.at:%Y-%m-%d %H:%M}"
