"""What each of the provider's interfaces answered when it was last asked: the connection assistant's memory."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from voicenter_console.organisation.models import Account


class ConnectionCheck(models.Model):
    """One interface of one account. `code` is the provider's number of a refusal, `words` what it said."""

    class Interface(models.TextChoices):
        CALL_LOG = "call_log", _("Call log")
        EXTENSIONS = "extensions", _("Extensions")
        ACTIVE_CALLS = "active_calls", _("Active calls")
        QUEUES = "queues", _("Waiting callers")
        CLICK2CALL = "click2call", _("Click to call")
        STATUSES = "statuses", _("Log in and out")
        DIALER = "dialer", _("Dialer")
        HOOK = "hook", _("Call records (hook)")

    class State(models.TextChoices):
        TESTING = "testing", _("asking")
        OK = "ok", _("answers")
        REFUSED = "refused", _("refuses")
        SILENT = "silent", _("silent")
        SKIPPED = "skipped", _("skipped")

    account = models.ForeignKey(Account, models.CASCADE, related_name="checks")
    interface = models.CharField(max_length=12, choices=Interface)
    state = models.CharField(max_length=8, choices=State, default=State.TESTING)
    found = models.PositiveIntegerField(null=True, blank=True)
    code = models.IntegerField(null=True, blank=True)
    words = models.CharField(max_length=300, blank=True)
    address = models.CharField(max_length=64, blank=True)
    milliseconds = models.PositiveIntegerField(null=True, blank=True)
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "interface"], name="connection_check_once"),
            models.CheckConstraint(
                condition=Q(state__in=["testing", "ok", "refused", "silent", "skipped"]), name="connection_check_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.interface} {self.state}"
