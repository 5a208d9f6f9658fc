"""Doors of recordings: a ticket for a minute, the bytes it opens, the waveform, and who has listened (F-66)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from calls.models import Call, Cdr, Listening, Waveform
from calls.recordings import hearing, peaks, ranges, store, tickets
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right
from voicenter_console.voicenter import audio
from voicenter_console.voicenter.errors import VoicenterError

MOST_POLLS = 40


@require_POST
@needs(Right.LISTEN)
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """An address for a minute. A ticket of this listening that ran out (`was`) is renewed: it is no second one."""
    leg = _leg(request, pk)
    was = tickets.read(request, request.POST.get("was", ""), seconds=tickets.RENEWED_SECONDS)
    issued = tickets.issue(request, leg.pk, was.nonce if was and was.leg == leg.pk else "")
    return JsonResponse({"ticket": issued, "url": reverse("calls:audio", args=[issued]), "seconds": tickets.SECONDS})


@require_GET
@needs(Right.LISTEN)
def listen(request: HttpRequest, text: str) -> HttpResponseBase:
    """The bytes, whole or in part, once it is written down who asked."""
    opened = tickets.read(request, text)
    if opened is None:
        return HttpResponse(_("This address of a recording has run out."), status=403, content_type="text/plain")
    leg = _leg(request, opened.leg)
    try:
        file = store.ensure(leg)
    except VoicenterError as error:
        return HttpResponse(_in_words(error), status=502, content_type="text/plain; charset=utf-8")
    hearing.write_down(request.user, leg, opened, audit.address_of(request))
    with open(file, "rb") as begun:
        kind = audio.kind(begun.read(16)) or "application/octet-stream"
    return ranges.answer(file, kind, request.headers.get("Range", ""))


@require_GET
@needs(Right.LISTEN)
def waveform(request: HttpRequest, pk: int) -> HttpResponse:
    """The waveform, or what stands in its place while a job makes it."""
    leg = _leg(request, pk)
    drawn = Waveform.objects.filter(cdr=leg, url_digest=store.digest(leg)).first()
    polls = request.GET.get("polls", "0")
    polls = int(polls) if polls.isascii() and polls.isdigit() and len(polls) < 4 else 0
    if drawn is None and polls < MOST_POLLS:
        peaks.ask(leg)
    words = _trouble(drawn.trouble) if drawn and drawn.trouble else ""
    context = {"leg": leg, "drawn": drawn, "trouble": words, "polls": polls + 1 if polls < MOST_POLLS else 0}
    return render(request, "calls/_waveform.html", context)


@require_GET
@needs(Right.LISTEN)
@needs(Right.SEE_DEPARTMENTS)
def heard(request: HttpRequest, pk: int) -> HttpResponse:
    """Who heard this call's recordings, latest first."""
    call = get_object_or_404(Call.objects.visible_to(request.user), pk=pk)
    listenings = Listening.objects.filter(call=call).order_by("-at")[:200]
    template = "calls/heard.html#heard" if request.htmx else "calls/heard.html"
    return render(request, template, {"call": call, "listenings": listenings})


def _leg(request: HttpRequest, pk: int) -> Cdr:
    legs = Cdr.objects.visible_to(request.user).exclude(recording_url="").select_related("account")
    return get_object_or_404(legs, pk=pk)


def _in_words(error: VoicenterError) -> str:
    return _trouble(peaks.TROUBLES.get(type(error), "unreachable"))


def _trouble(name: str) -> str:
    return {
        "not_allowed": _("The recording lies at an address that is not on the account's list of hosts."),
        "gone": _("Voicenter has this recording no more."),
        "no_audio": _("What lies at the recording's address is no sound."),
        "not_decoded": _("The recording can be heard; its waveform cannot be drawn."),
    }.get(name, _("The recording's host does not answer. Try again later."))
