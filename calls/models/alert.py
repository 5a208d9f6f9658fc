"""An alert: a figure that crosses a limit within a window, told once each time it does."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voicenter_console.organisation.models import Account, Department


class Alert(models.Model):
    """`metric` over the last `window` minutes is above or below `limit`, of at least `least` calls, outside the quiet
    hours of the account's clocks. `since` is when it began to be so; None while it is not."""

    class Sign(models.TextChoices):
        ABOVE = "above", _("above")
        BELOW = "below", _("below")

    WINDOWS = (15, 30, 60, 120, 240)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="alerts", verbose_name=_("person"))
    account = models.ForeignKey(Account, models.CASCADE, related_name="alerts", verbose_name=_("account"))
    department = models.ForeignKey(
        Department, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    metric = models.CharField(_("figure"), max_length=40)
    sign = models.CharField(_("is"), max_length=5, choices=Sign, default=Sign.BELOW)
    limit = models.DecimalField(_("limit"), max_digits=9, decimal_places=2, validators=[MinValueValidator(0)])
    window = models.PositiveSmallIntegerField(_("within"), choices=[(n, str(n)) for n in WINDOWS], default=30)
    least = models.PositiveSmallIntegerField(_("calls at least"), default=10)
    quiet_from = models.PositiveSmallIntegerField(_("quiet from"), default=20, validators=[MaxValueValidator(23)])
    quiet_to = models.PositiveSmallIntegerField(_("quiet until"), default=7, validators=[MaxValueValidator(23)])
    language = models.CharField(_("language"), max_length=8, default="en")
    since = models.DateTimeField(null=True, editable=False)
    value = models.DecimalField(max_digits=12, decimal_places=2, null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.CheckConstraint(condition=Q(quiet_from__lte=23, quiet_to__lte=23), name="alert_hours_of_a_day"),
            models.CheckConstraint(condition=Q(limit__gte=0), name="alert_limit_is_a_figure"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.sign} {self.limit}"
