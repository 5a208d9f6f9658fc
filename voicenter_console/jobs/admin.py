"""Back office of jobs: who asked for what, how it went, and a stop for any of them."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from voicenter_console.organisation import audit
from voicenter_console.organisation.back_office import ReadOnlyAdmin

from . import claims
from .models import Heartbeat, Job, JobQuerySet


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = (
        "label",
        "kind",
        "owner",
        "state",
        "done",
        "total",
        "attempts",
        "created_at",
        "finished_at",
    )
    list_filter = ("state", "kind", "created_at")
    list_select_related = ("owner",)
    search_fields = ("label", "owner__name", "owner__email")
    ordering = ("-id",)
    actions = ("stop",)

    @admin.action(description=_("Stop the chosen jobs"), permissions=["view"])
    def stop(self, request: HttpRequest, queryset: JobQuerySet) -> None:
        for job in queryset.unfinished():
            claims.cancel(job)
            audit.record(request.user, "job.stopped", job, address=audit.address_of(request))


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("part", "at")
