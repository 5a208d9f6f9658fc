"""Exports of the call log: all calls of the open filters and columns, as a job that leaves a file for a day."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from calls import saved_views
from calls.filters import CallFilter
from calls.models import Call
from calls.querysets import CallQuerySet
from voicenter_console.jobs import claims
from voicenter_console.jobs.models import Job
from voicenter_console.organisation import audit
from voicenter_console.organisation.models import User
from voicenter_console.organisation.roles import Right

KIND = "calls.export"
FORMATS = ("csv", "xlsx")
KEPT = timedelta(days=1)


class Asker:
    """Stands for the request where filters want to know who asks."""

    def __init__(self, user: User) -> None:
        self.user = user


@transaction.atomic
def ask(owner: User, query: str, format: str, names: list[str], *, address: str | None = None) -> Job:
    """The job, in the audit before it begins; the same one while it is unfinished. `query` is the page's own."""
    query = saved_views.filters_of(QueryDict(query[: saved_views.LONGEST]))
    language = translation.get_language()
    said = f"{query} {format} {names} {language}"
    key = f"{owner.pk}:{hashlib.sha256(said.encode()).hexdigest()}"
    job = claims.enqueue(
        KIND, _("Export of calls (%(format)s)") % {"format": format.upper()}, owner=owner, key=key, query=query,
        format=format, columns=names, language=language,
    )  # fmt: skip
    after = {"job": job.pk, "filters": query, "format": format, "columns": names}
    audit.record(owner, "export.asked", "calls", after=after, address=address)
    return job


def matches(owner: User, query: str) -> CallQuerySet:
    """The calls that `owner` sees now through the filters of `query`, newest first."""
    visible = Call.objects.visible_to(owner)
    filtered = CallFilter(QueryDict(query), queryset=visible, request=Asker(owner))
    return filtered.qs.order_by("-started_at", "-pk")


def folder() -> Path:
    place = Path(settings.DATA_DIR) / "media" / "exports"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def file_of(job: Job) -> Path:
    return folder() / f"{job.pk}.{job.parameters['format']}"


def finished(owner: User, pk: int) -> Job | None:
    """`owner`'s own export, if it is done, the file is there and the right still is."""
    job = Job.objects.filter(owner=owner, kind=KIND, state=Job.State.DONE, pk=pk).first()
    recent = job and job.finished_at and job.finished_at > timezone.now() - KEPT
    return job if recent and owner.may(Right.EXPORT) and file_of(job).exists() else None


def tidy() -> int:
    """Delete the files of exports that are older than a day, and what broken-off ones left; returns how many."""
    oldest = (timezone.now() - KEPT).timestamp()
    old = [file for file in folder().iterdir() if file.stat().st_mtime < oldest]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
