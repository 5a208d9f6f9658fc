"""Flow: what callers hear, as somebody is writing it; FlowVersion: as it was once said, for ever."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ivr.graph.kinds import EXTERNAL, LAYER
from ivr.querysets import FlowQuerySet, OfFlowQuerySet
from voicenter_console.organisation.models import Account, Department


def mark_of(document: Any) -> str:
    """SHA-256 of a document, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class Flow(models.Model):
    """A flow with its draft. `draft_mark` tells two writers of one draft apart (the second is told)."""

    class Dialect(models.TextChoices):
        EXTERNAL = EXTERNAL, _("External IVR")
        LAYER = LAYER, _("External layer")

    account = models.ForeignKey(Account, models.CASCADE, related_name="flows", verbose_name=_("account"))
    department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="flows", verbose_name=_("department")
    )
    name = models.CharField(_("name"), max_length=80)
    dialect = models.CharField(_("spoken by"), max_length=8, choices=Dialect, default=Dialect.EXTERNAL)
    draft = models.JSONField(_("draft"), default=dict)
    draft_mark = models.CharField(max_length=64, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects = FlowQuerySet.as_manager()

    class Meta:
        verbose_name = _("flow")
        verbose_name_plural = _("flows")
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="flow_name_once")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.draft_mark = mark_of(self.draft)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("ivr:flow", args=[self.pk])


class FlowVersion(models.Model):
    """A flow as it was published: whole, proven, never changed (ARCHITECTURE, decision 6)."""

    flow = models.ForeignKey(Flow, models.PROTECT, related_name="versions", verbose_name=_("flow"))
    number = models.PositiveIntegerField(_("version"))
    document = models.JSONField(_("what callers hear"))
    draft = models.JSONField(_("as it was written, with its flows in flows"))
    mark = models.CharField(max_length=64, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    author_name = models.CharField(_("author"), max_length=120)
    message = models.CharField(_("what changed"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)

    objects = OfFlowQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a flow")
        verbose_name_plural = _("versions of flows")
        constraints = [models.UniqueConstraint(fields=["flow", "number"], name="flow_version_once")]

    def __str__(self) -> str:
        return f"{self.flow} {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise ValidationError("a version is never changed: calls stand in it")
        self.mark = mark_of(self.document)
        super().save(*args, **kwargs)


class Publication(models.Model):
    """From when on callers get a version: all, some by percentage, or test callers only. Never changed either."""

    flow = models.ForeignKey(Flow, models.PROTECT, related_name="publications", verbose_name=_("flow"))
    version = models.ForeignKey(FlowVersion, models.PROTECT, related_name="publications", verbose_name=_("version"))
    percent = models.PositiveSmallIntegerField(_("percentage of callers"), default=100)
    test_callers = models.JSONField(_("test callers, E.164"), default=list, blank=True)
    began_at = models.DateTimeField(_("since"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    by_name = models.CharField(_("by"), max_length=120)

    objects = OfFlowQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        constraints = [
            models.CheckConstraint(condition=Q(percent__gte=1, percent__lte=100), name="publication_percent"),
        ]
        # each web process, every second: what is published, newest first
        indexes = [models.Index(fields=["flow", "-began_at", "-id"], name="publication_newest")]

    def __str__(self) -> str:
        return f"{self.version} {self.began_at:%Y-%m-%d %H:%M}"

    @property
    def is_for_all(self) -> bool:
        return self.percent == 100 and not self.test_callers


class Binding(models.Model):
    """Which flow answers a number called, or a layer's input. The first that fits by `place` is taken.

    `did` '' means every number; `week` null means always, else the hours of each weekday, as in an `hours` node.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="bindings", verbose_name=_("account"))
    flow = models.ForeignKey(Flow, models.CASCADE, related_name="bindings", verbose_name=_("flow"))
    did = models.CharField(_("number called, E.164"), max_length=20, blank=True)
    layer = models.PositiveIntegerField(_("layer"), null=True, blank=True)
    week = models.JSONField(_("hours"), null=True, blank=True)
    place = models.PositiveSmallIntegerField(_("place in the order"), default=10)

    objects = OfFlowQuerySet.as_manager()

    class Meta:
        verbose_name = _("binding")
        verbose_name_plural = _("bindings")
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(
                F("account"), F("did"), F("place"), models.functions.Coalesce(F("layer"), -1), name="binding_place_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.did or self.layer or '*'}: {self.flow}"
