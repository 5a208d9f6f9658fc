"""A report that is mailed to a person on a schedule."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Digest(models.Model):
    """Which report, over which period, and at what hour of the account's clocks. It is mailed once on each of its
    days: `last_on` is the last such day."""

    class Period(models.TextChoices):
        TODAY = "today", _("every day, the day so far")
        YESTERDAY = "yesterday", _("every day, the day before")
        LAST_WEEK = "last_week", _("on Sundays, the week before")
        LAST_MONTH = "last_month", _("on the first, the month before")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests", verbose_name=_("person"))
    report = models.CharField(_("report"), max_length=20)
    query = models.CharField(max_length=500, blank=True)
    period = models.CharField(_("when"), max_length=12, choices=Period, default=Period.YESTERDAY)
    hour = models.PositiveSmallIntegerField(_("hour"), default=7, validators=[MaxValueValidator(23)])
    language = models.CharField(_("language"), max_length=8, default="en")
    last_on = models.DateField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        constraints = [
            models.UniqueConstraint(fields=["user", "report", "query", "period"], name="digest_once"),
            models.CheckConstraint(condition=models.Q(hour__lte=23), name="digest_hour_of_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.get_period_display()} {self.hour:02}:00"

    @property
    def title(self) -> str:
        from calls.reports.pages import registry  # reports stand on the models

        return str(registry.PAGES[self.report][0])
