"""Files of contacts that somebody brought: what was read in them, what came of it, and what can be taken back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.querysets import ContactImportQuerySet
from voicenter_console.jobs.models import Job
from voicenter_console.organisation.models import Account


class ContactImport(models.Model):
    """One file. `mapping` says of each column of `header` what it is; `job` is the latest: dry run, import or undo.

    `counts`: rows, new (contacts), added (numbers of known people), known (rows with nothing new), refused, kept (what
    an undo left). `refused`: the first rows with their reasons.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", verbose_name=_("account"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("asked by"))
    name = models.CharField(_("file"), max_length=120)
    digest = models.CharField(max_length=64, editable=False)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    refused = models.JSONField(default=list)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    looked_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ContactImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of contacts")
        verbose_name_plural = _("imports of contacts")
        constraints = [
            # the same file is imported once, unless that was undone
            models.UniqueConstraint(
                fields=["account", "digest"], name="contact_file_once",
                condition=Q(started_at__isnull=False, undone_at=None),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("contacts:imported", args=[self.pk])

    @property
    def stage(self) -> str:
        """mapping, working, looked, stopped, done or undone: what its page offers."""
        if self.job and self.job.is_unfinished:
            return "working"
        if self.undone_at:
            return "undone"
        if self.finished_at:
            return "done"
        if self.started_at:
            return "stopped"
        return "looked" if self.looked_at else "mapping"
