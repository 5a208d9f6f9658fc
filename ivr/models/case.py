"""FlowCase: what a flow must go on doing, tried whenever it is published."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ivr.querysets import OfFlowQuerySet

from .flow import Flow


class FlowCase(models.Model):
    """A supposed caller, the keys they press (`scenario`, as simulating.Scenario), the node at which they must end."""

    flow = models.ForeignKey(Flow, models.CASCADE, related_name="cases", verbose_name=_("flow"))
    name = models.CharField(_("name"), max_length=120)
    scenario = models.JSONField(_("what is supposed"))
    expected = models.CharField(_("must end at"), max_length=250)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OfFlowQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved case")
        verbose_name_plural = _("saved cases")
        constraints = [models.UniqueConstraint(fields=["flow", "name"], name="flow_case_once")]

    def __str__(self) -> str:
        return self.name


class EdgeCount(models.Model):
    """How many callers went from a node by an exit, per version and hour (UTC). Counted with each step's journal."""

    version = models.ForeignKey("ivr.FlowVersion", models.CASCADE, related_name="edges")
    hour = models.DateTimeField()
    node = models.CharField(max_length=250)
    exit = models.CharField(max_length=100)
    callers = models.PositiveIntegerField(default=0)

    class Meta:
        # "callers per edge on the canvas": a version's counts of a period
        constraints = [models.UniqueConstraint(fields=["version", "hour", "node", "exit"], name="edge_count_once")]

    def __str__(self) -> str:
        return f"{self.node}.{self.exit}: {self.callers}"
