"""Saved views of the call log: filters and columns under a name, a person's own or shared with a department."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voicenter_console.organisation.models import Department, User
from voicenter_console.organisation.models.people import Actor


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, actor: Actor) -> SavedViewQuerySet:
        """One's own, and those shared with a department one is in or leads. Whoever opens it sees their own calls."""
        if not isinstance(actor, User):
            return self.none()
        shared = actor.department_ids | {department.pk for department in actor.departments.all()}
        return self.filter(Q(owner=actor) | Q(department_id__in=shared), removed_at=None)


class SavedView(models.Model):
    """Filters as a query string, and columns (none: each person's own)."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="views", verbose_name=_("owner"))
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=2000, blank=True)
    columns = models.JSONField(_("columns"), default=list, blank=True)
    department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="views", verbose_name=_("shared with")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="view_name_once", condition=Q(removed_at=None))
        ]

    def __str__(self) -> str:
        return self.name
