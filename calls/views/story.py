"""The call story: what happened to this person?"""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from calls import asking_again, stories
from calls.models import Call, CallRedirect, Cdr
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right


@require_GET
@needs(Right.SEE_CALLS)
def call(request: HttpRequest, pk: int) -> HttpResponse:
    found = Call.objects.visible_to(request.user).select_related("account").filter(pk=pk).first()
    if found is None:
        return _moved(request, pk)
    return render(request, "calls/call.html", stories.of(request, found))


@require_GET
@needs(Right.SEE_RAW)
@needs(Right.SEE_NUMBERS)
def raw(request: HttpRequest, pk: int) -> HttpResponse:
    """What the provider said of one leg, by source."""
    leg = get_object_or_404(Cdr.objects.visible_to(request.user), pk=pk)
    context = {
        "facts": [(_("Call id"), leg.call_uid), (_("Sources"), ", ".join(leg.sources))],
        "text": json.dumps(leg.raw, ensure_ascii=False, indent=2),
    }
    return render(request, "calls/raw.html#raw" if request.htmx else "calls/raw.html", context)


@require_POST
@needs(Right.SYNC)
def ask_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Have Voicenter asked for everything it has of this call, as a job; the page hears of what comes."""
    found = get_object_or_404(Call.objects.visible_to(request.user), pk=pk)
    job = asking_again.ask(request.user, found, audit.address_of(request))
    text = _("Voicenter is being asked about this call.")
    if request.htmx:
        toast = {"text": text, "action": "", "url": ""}
        headers = {"HX-Trigger": json.dumps({"jobs": True, "toast": toast})}
        return HttpResponse(status=204, headers=headers)
    messages.info(request, f"{job.label}. {text}")
    return redirect(found)


def _moved(request: HttpRequest, pk: int) -> HttpResponse:
    """A call that was found to be part of another has that one's address."""
    target = CallRedirect.objects.filter(old=pk).first()
    if target and Call.objects.visible_to(request.user).filter(pk=target.call_id).exists():
        return redirect("calls:call", target.call_id, permanent=True)
    raise Http404
