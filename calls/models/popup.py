"""Who asks who calls: a pop-up's address is no telephone book (FAULTS F-46)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from voicenter_console.organisation.models import Account

# More than this share of unknown numbers, of so many that were asked for in an hour, is an alarm.
UNKNOWN_PERCENT = 80
OF_AT_LEAST = 50


class PopUpHourQuerySet(models.QuerySet["PopUpHour"]):
    def suspicious(self) -> PopUpHourQuerySet:
        """Hours in which a source asked for many numbers, and hardly any was a contact's."""
        return self.filter(asked__gte=OF_AT_LEAST, unknown__gt=F("asked") * UNKNOWN_PERCENT / 100)


class PopUpHour(models.Model):
    """What one source asked for in one hour: numbers, how many of them are no contact's, requests that were refused.

    A source is an address together with the token that it knows; a number is counted once a minute and process.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", verbose_name=_("account"))
    hour = models.DateTimeField(_("hour"))
    source = models.CharField(max_length=32, editable=False)
    address = models.GenericIPAddressField(_("from address"), null=True, blank=True)
    asked = models.PositiveIntegerField(_("numbers asked for"), default=0)
    unknown = models.PositiveIntegerField(_("of them unknown"), default=0)
    refused = models.PositiveIntegerField(_("requests refused"), default=0)

    objects = PopUpHourQuerySet.as_manager()

    class Meta:
        verbose_name = _("hour of pop-ups")
        verbose_name_plural = _("hours of pop-ups")
        constraints = [
            models.UniqueConstraint(fields=["account", "hour", "source"], name="popup_hour_once"),
            models.CheckConstraint(condition=Q(unknown__lte=F("asked")), name="popup_hour_unknown_of_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.hour:%Y-%m-%d %H:%M}"
