"""Replay real calls of a day through the draft, as a job: who would end elsewhere (PRODUCT 16)?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from ivr import drafts, simulating
from ivr.designer import counting, words
from ivr.models import Flow, IvrSession
from voicenter_console.jobs import claims
from voicenter_console.jobs.claims import Progress
from voicenter_console.jobs.models import Job
from voicenter_console.organisation.models import User

KIND = "ivr.replay"
MOST = 100  # calls that are told one by one
_EACH = 200


def ask(flow: Flow, period: str, now: datetime, *, by: User) -> Job:
    """Replay the calls of a period (`counting.PERIODS`) through the draft as it is now. Asked twice it is one job."""
    since, until = counting.span(period, now)
    return claims.enqueue(
        KIND, _("Replay: %(flow)s") % {"flow": flow.name}, owner=by,
        key=f"{flow.pk}.{by.pk}.{flow.draft_mark}.{period}",
        flow=flow.pk, mark=flow.draft_mark, since=since.isoformat(), until=until.isoformat(),
    )  # fmt: skip


def run(progress: Progress) -> None:
    """The job's runner. Called again after a crash it begins anew; nothing is written but its result."""
    asked = progress.job.parameters
    flow = Flow.objects.select_related("account").get(pk=asked["flow"])
    since, until = parse_datetime(asked["since"]), parse_datetime(asked["until"])
    total = IvrSession.objects.filter(flow=flow, began_at__gte=since, began_at__lt=until).count()
    progress.report(0, total)
    done, elsewhere, told = 0, 0, []
    for one in simulating.replay(flow, drafts.graph(flow), since, until):
        done += 1
        if one.ended != one.would_end:
            elsewhere += 1
            if len(told) < MOST:
                told.append([one.session.pk, one.ended, one.would_end])
        if done % _EACH == 0:
            progress.report(done, total)
    result = {"replayed": done, "elsewhere": elsewhere, "told": told, "mark": flow.draft_mark}
    progress.report(done, total, f"{elsewhere:,} / {done:,}", result=result)


def latest(flow: Flow, by: User) -> Job | None:
    """The newest replay of the flow that this person asked for."""
    return Job.objects.filter(kind=KIND, owner=by, parameters__flow=flow.pk).order_by("-pk").first()


def told(flow: Flow, job: Job) -> list[dict[str, Any]]:
    """The calls that would end elsewhere, with the titles of where."""
    nodes = flow.draft.get("nodes", {})
    sessions = IvrSession.objects.in_bulk([pk for pk, *_ways in job.result.get("told", ())])
    return [
        {"session": sessions[pk], "ended": words.title(ended, nodes.get(ended, {})),
         "would_end": words.title(would, nodes.get(would, {}))}
        for pk, ended, would in job.result.get("told", ()) if pk in sessions
    ]  # fmt: skip


def is_of(flow: Flow, job: Job) -> bool:
    """Whether the result speaks of the draft as it is now."""
    return job.result.get("mark") == flow.draft_mark
