"""Click to call on the pages: the button, what becomes of the call, and the button that ends it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from calls import dial_words, dialling, guard
from calls.forms import DialForm, HangUpForm
from calls.models import Call, DialRequest
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right

State = DialRequest.State
SHAPES = ("row", "main")


@require_POST
@needs(Right.DIAL)
def dial(request: HttpRequest) -> HttpResponse:
    """Ask for a call: an htmx request gets the progress in place of the button, a plain form its own page."""
    form = DialForm(request.POST)
    if not form.is_valid():
        return _not_asked(request, str(request.POST.get("target", ""))[:64], "not_a_number")
    target, key = form.cleaned_data["target"], str(form.cleaned_data["key"])
    try:
        asked = dialling.dial(request.user, target, key=key, address=audit.address_of(request))
    except guard.Unaskable as error:
        return _not_asked(request, target, error.reason)
    return _shown(request, asked)


@require_POST
@needs(Right.DIAL)
def hang_up(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End the call of this request: whatever is on its phone."""
    asked = _own(request, pk)
    form = HangUpForm(request.POST)
    if form.is_valid() and asked.state != State.REFUSED:
        dialling.dial(
            request.user, phone=asked.phone, action=DialRequest.Action.TERMINATE, ends=asked,
            key=str(form.cleaned_data["key"]), address=audit.address_of(request),
        )  # fmt: skip
    return _shown(request, asked)


@require_GET
@needs(Right.DIAL)
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far the call is; 204 while the page shows just that, so that nothing is read out twice."""
    asked = _own(request, pk)
    context = _context(request, asked)
    if request.htmx and request.GET.get("seen") == context["stamp"]:
        return HttpResponse(status=204)
    return render(request, "calls/_dial_progress.html" if request.htmx else "calls/dial.html", context)


def _own(request: HttpRequest, pk: UUID) -> DialRequest:
    asked = DialRequest.objects.filter(pk=pk, user=request.user).first()
    if asked is None:
        raise Http404
    return asked


def _shown(request: HttpRequest, asked: DialRequest) -> HttpResponse:
    if request.htmx:
        return render(request, "calls/_dial_progress.html", _context(request, asked))
    return redirect("calls:dial_progress", asked.pk)


def _not_asked(request: HttpRequest, target: str, reason: str) -> HttpResponse:
    context = {"target": target, "words": dial_words.reason(reason), "shape": _shape(request), "ended": True}
    template = "calls/_dial_progress.html" if request.htmx else "calls/dial.html"
    return render(request, template, context, status=200 if request.htmx else 400)


def _context(request: HttpRequest, asked: DialRequest) -> dict[str, Any]:
    call = _call_of(request, asked)
    ending = _ending(asked)
    ended = asked.state == State.REFUSED or call is not None
    return {
        "dial": asked,
        "target": asked.target,
        "call": call,
        "ending": ending,
        "ended": ended,
        # what was hung up may have no record for minutes; nobody waits for it with the next call
        "rings": not ended and not _hung_up(ending),
        "words": dial_words.sentence(asked),
        "ending_words": dial_words.sentence(ending) if ending and not ended else "",
        "may_end": not ended and asked.state in (State.ACCEPTED, State.RESOLVED) and not _hung_up(ending),
        "every": 1 if asked.state in (State.QUEUED, State.SENT) or _waits(ending) else 5,
        "stamp": _stamp(asked, call, ending),
        "shape": _shape(request),
        "url": reverse("calls:dial_progress", args=[asked.pk]),
    }


def _call_of(request: HttpRequest, asked: DialRequest) -> Call | None:
    """The call that came of it, once its records are here: they come when it is over."""
    if not asked.call_uid:
        return None
    visible = Call.objects.visible_to(request.user)
    return visible.filter(account=asked.account_id, ids__call_uid=asked.call_uid).first()


def _ending(asked: DialRequest) -> DialRequest | None:
    ends = {"action": DialRequest.Action.TERMINATE, "parameters__ends": str(asked.pk)}
    return DialRequest.objects.filter(user=asked.user_id, **ends).order_by("-created_at").first()


def _waits(ending: DialRequest | None) -> bool:
    return ending is not None and ending.state in (State.QUEUED, State.SENT)


def _hung_up(ending: DialRequest | None) -> bool:
    return ending is not None and ending.state in (State.QUEUED, State.SENT, State.ACCEPTED)


def _stamp(asked: DialRequest, call: Call | None, ending: DialRequest | None) -> str:
    changed = f"{call.changed_at.timestamp():.0f}" if call else ""
    gave_up = dial_words.sentence(asked) if asked.state == State.UNKNOWN else ""
    return f"{asked.state}-{ending.state if ending else ''}-{changed}-{len(gave_up)}"


def _shape(request: HttpRequest) -> str:
    shape = request.POST.get("shape") or request.GET.get("shape", "")
    return shape if shape in SHAPES else "main"
