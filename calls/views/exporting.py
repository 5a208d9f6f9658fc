"""Doors of exports: ask for one, and fetch its file."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from calls import exports, saved_views
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right


@require_POST
@needs(Right.EXPORT)
def ask(request: HttpRequest) -> HttpResponse:
    """All matches of the filters and columns that are open, as a job."""
    query = request.POST.get("query", "")
    request.GET = QueryDict(query[: saved_views.LONGEST])  # the page that asks says what is open on it
    format = request.POST.get("format", "csv")
    if format not in exports.FORMATS:
        raise Http404
    job = exports.ask(request.user, query, format, saved_views.opened(request).names, address=audit.address_of(request))
    text = _("%(what)s is being written. It appears under Jobs.") % {"what": job.label}
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"jobs": True, "toast": {"text": text}})})
    messages.info(request, text)
    return redirect("jobs:list")


@require_GET
@needs(Right.EXPORT)
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, to the one who asked for it alone, for a day."""
    job = exports.finished(request.user, pk)
    if job is None:
        raise Http404
    audit.record(request.user, "export.fetched", job.label, after={"job": job.pk}, address=audit.address_of(request))
    name = f"calls-{timezone.localtime(job.created_at):%Y-%m-%d-%H%M}.{job.parameters['format']}"
    file = exports.file_of(job).open("rb")  # closed by the answer
    answer = FileResponse(file, as_attachment=True, filename=name)
    answer["Cache-Control"] = "private, no-store"
    return answer
