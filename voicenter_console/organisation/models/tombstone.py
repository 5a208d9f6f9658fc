"""People who asked to be forgotten: enough to know their number when it comes again, and no more."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .account import Account


class Tombstone(models.Model):
    """A number that an account must not keep. `digest` is keyed with SECRET_KEY: a copy of the database tells nobody
    whose it was."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="tombstones", verbose_name=_("account"))
    digest = models.CharField(max_length=64, editable=False)
    erased_at = models.DateTimeField(_("erased"), default=timezone.now)
    times = models.PositiveIntegerField(_("times it came again"), default=0)

    class Meta:
        verbose_name = _("tombstone")
        verbose_name_plural = _("tombstones")
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="tombstone_once")]

    def __str__(self) -> str:
        return self.digest[:12]
