"""The ledger of the pull: which spans of time we have certainly read, and what could not be had."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voicenter_console.organisation.models import Account


class SyncWindow(models.Model):
    """A span [from_at, to_at) of one account's call log. It is closed only when all its rows came."""

    class State(models.TextChoices):
        OPEN = "open", _("to be read")
        CLOSED = "closed", _("read")
        FAILED = "failed", _("refused")

    account = models.ForeignKey(Account, models.CASCADE, related_name="windows", verbose_name=_("account"))
    from_at = models.DateTimeField(_("from"))
    to_at = models.DateTimeField(_("to"))
    horizon = models.CharField(_("reason"), max_length=12, default="new")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    hits = models.PositiveIntegerField(_("calls there"), null=True, blank=True)
    rows = models.PositiveIntegerField(_("calls read"), null=True, blank=True)
    error = models.CharField(_("answer"), max_length=300, blank=True)
    error_code = models.IntegerField(null=True, blank=True)
    closed_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("window of the call log")
        verbose_name_plural = _("windows of the call log")
        constraints = [
            models.CheckConstraint(condition=Q(to_at__gt=F("from_at")), name="sync_window_forward"),
            models.UniqueConstraint(fields=["account", "from_at", "to_at", "horizon"], name="sync_window_once"),
        ]
        indexes = [models.Index(fields=["account", "state", "-to_at"], name="sync_window_due")]  # the sync, newest first

    def __str__(self) -> str:
        return f"{self.from_at:%Y-%m-%d %H:%M} – {self.to_at:%H:%M}"


class SyncGap(models.Model):
    """Calls that Voicenter counts and cannot hand out: declared, never hidden (F-37)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="gaps", verbose_name=_("account"))
    from_at = models.DateTimeField(_("from"))
    to_at = models.DateTimeField(_("to"))
    missing = models.PositiveIntegerField(_("calls missing"))
    reason = models.CharField(_("why"), max_length=200)
    opened_at = models.DateTimeField(_("found"), default=timezone.now)
    closed_at = models.DateTimeField(_("healed"), null=True, blank=True)

    class Meta:
        verbose_name = _("gap in the call log")
        verbose_name_plural = _("gaps in the call log")
        constraints = [models.UniqueConstraint(fields=["account", "from_at", "to_at"], name="sync_gap_once")]

    def __str__(self) -> str:
        return f"{self.missing} {self.from_at:%Y-%m-%d %H:%M}"
