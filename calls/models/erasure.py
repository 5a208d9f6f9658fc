"""Erasure: that a person was forgotten, by whom, and how much of them there was; never who it was."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedTextField

from calls.querysets import ErasureQuerySet
from voicenter_console.jobs.models import Job
from voicenter_console.organisation.models import Account


class Erasure(models.Model):
    """The certificate. `numbers`, encrypted, is what the job still needs; it is dropped when the job is done."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="erasures", verbose_name=_("account"))
    numbers = EncryptedTextField(null=True, blank=True, editable=False)
    digests = models.JSONField(default=list, editable=False)
    counts = models.JSONField(_("rows"), default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(_("asked by"), max_length=160)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")

    def __str__(self) -> str:
        return f"E-{self.pk:06}"
