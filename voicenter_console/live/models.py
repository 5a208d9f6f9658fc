"""News for open pages. A row is a hint to look again; what is true stands in the rows it speaks of."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voicenter_console.organisation.models import Account


class Event(models.Model):
    """Something changed. `departments` and `people` say who may hear of it; ids only, nothing to leak. A private one
    is for its people alone, and may say more."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", verbose_name=_("account"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    kind = models.CharField(_("kind"), max_length=30)
    departments = models.JSONField(default=list)
    people = models.JSONField(default=list)
    data = models.JSONField(default=dict)
    private = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["at"], name="event_age")]  # the pruner

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
