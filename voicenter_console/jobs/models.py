"""Long work as rows: what it is, how far it came, who may stop it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, actor: Actor) -> JobQuerySet:
        """One's own jobs; administrators see all."""
        if actor.may(Right.SEE_ALL_ACCOUNTS):
            return self
        return self.filter(owner_id=getattr(actor, "pk", None))

    def unfinished(self) -> JobQuerySet:
        return self.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])

    def standing(self) -> dict[str, int]:
        """`jobs_active`: how many are unfinished; `jobs_ended`: when the last ended, in microseconds (0: none did)."""
        unfinished = Q(state__in=[Job.State.QUEUED, Job.State.RUNNING])
        found = self.aggregate(active=models.Count("pk", filter=unfinished), ended=models.Max("finished_at"))
        ended = found["ended"]
        return {"jobs_active": found["active"], "jobs_ended": (ended - _EPOCH) // _MICROSECOND if ended else 0}

    def ended_after(self, microseconds: int) -> JobQuerySet:
        """Those that ended later than `jobs_ended` said."""
        return self.filter(finished_at__gt=_EPOCH + microseconds * _MICROSECOND)


class Job(models.Model):
    """A piece of work that outlives its request. A worker claims it by a conditional UPDATE, with a lease."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    kind = models.CharField(_("kind"), max_length=60)
    label = models.CharField(_("what"), max_length=200)
    parameters = models.JSONField(default=dict, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="jobs",
        verbose_name=_("for"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    key = models.CharField(max_length=200, null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(default=timezone.now)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("of"), null=True, blank=True)
    message = models.CharField(_("message"), max_length=300, blank=True)
    result = models.JSONField(default=dict, blank=True)
    cancel_asked = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            # the same work is asked for once until it is over
            models.UniqueConstraint(
                fields=["kind", "key"],
                name="job_once_at_a_time",
                condition=Q(state__in=["queued", "running"]),
            ),
            models.CheckConstraint(condition=~Q(state="running") | Q(lease_until__isnull=False), name="job_has_lease"),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="job_waiting")]  # the sweep

    def __str__(self) -> str:
        return self.label

    @property
    def is_unfinished(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def percent(self) -> int | None:
        return min(100, 100 * self.done // self.total) if self.total else None


class Heartbeat(models.Model):
    """When a part of the console last said that it lives. The beat's message reaching the worker proves both."""

    part = models.CharField(primary_key=True, max_length=20)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self) -> str:
        return f"{self.part} {self.at:%H:%M:%S}"
