"""The recovery board: win people back, the longest wait first (DESIGN, page 4)."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from calls import days, dial_words, guard, keyset
from calls.contacts import who
from calls.filters import PERIODS
from calls.models import DialRequest, Recovery, RecoveryAct
from calls.recovery import acts, board, definitions, figures, words
from calls.recovery.filters import RecoveryFilter
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right

UNDO_SECONDS = 8
_ASKED = ("period", "state", "reason", "queue", "phone", "lost")
_SOON = {"half": timedelta(minutes=30), "two": timedelta(hours=2)}


@require_GET
@needs(Right.SEE_RECOVERIES)
def page(request: HttpRequest) -> HttpResponse:
    """Open, claimed, snoozed and closed cards of today."""
    context = board.of(request.user, request.GET, timezone.now())
    return render(request, "recovery/board.html#board" if request.htmx else "recovery/board.html", context)


@require_GET
@needs(Right.SEE_RECOVERIES)
def present(request: HttpRequest) -> HttpResponse:
    """Nothing, or that the board is to be drawn anew: somebody with a card began or ceased to call (`was`)."""
    changed = request.GET.get("was", "") != board.present(request.user)
    return HttpResponse(status=204, headers={"HX-Trigger": "recoveries"} if changed else {})


@require_GET
@needs(Right.SEE_RECOVERIES)
def listing(request: HttpRequest) -> HttpResponse:
    """Every card, newest first: who is still lost, and what became of the rest."""
    visible = Recovery.objects.visible_to(request.user)
    chosen = RecoveryFilter(request.GET, queryset=visible).qs
    places = {f"{way}_than": request.GET.get(way, "") for way in ("older", "newer")}
    found = keyset.page(board.whole(chosen), **places, by="first_lost_at")
    board.dress(request.user, found.calls, timezone.now())
    context = {
        "cards": found.calls,
        "older_url": _place(request, older=found.older) if found.older else None,
        "newer_url": _place(request, newer=found.newer) if found.newer else None,
        "periods": PERIODS, "states": Recovery.State.choices, "reasons": Recovery.Reason.choices,
        "queues": board.queues(visible), "asked": {name: request.GET.get(name, "") for name in _ASKED},
        "filtered": any(request.GET.get(name) for name in _ASKED),
    }  # fmt: skip
    return render(request, "recovery/list.html", context)


def _place(request: HttpRequest, **place: str | None) -> str:
    query = request.GET.copy()
    for name in ("older", "newer"):
        query.pop(name, None)
    query.update({name: value for name, value in place.items() if value})
    return f"{request.path}?{query.urlencode()}"


@require_GET
@needs(Right.SEE_RECOVERIES)
def figure(request: HttpRequest, name: str) -> HttpResponse:
    """What a figure of today is made of, for the drawer."""
    metric = definitions.METRICS.get(name)
    if metric is None:
        return HttpResponse(status=404)
    found = figures.of(Recovery.objects.visible_to(request.user), *days.around(timezone.now()))
    context = {"metric": metric, "value": metric.of(found), "parts": definitions.parts(metric, found)}
    return render(request, "recovery/figure.html#figure" if request.htmx else "recovery/figure.html", context)


@require_POST
@needs(Right.RECOVER)
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    return _done(request, _card(request, pk), acts.claim, _("It is yours until %(time)s."))


@require_POST
@needs(Right.RECOVER)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    return _done(request, _card(request, pk), acts.release, _("Released. Anybody can take it."))


@require_POST
@needs(Right.RECOVER)
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    card, until = _card(request, pk), _until(request, timezone.now())
    if until is None:
        return _said(request, _("Choose a time within the next two weeks."), tone="error")
    return _done(request, card, acts.snooze, _("%(name)s: put aside until %(time)s."), until)


@require_POST
@needs(Right.RECOVER)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    card, reason = _card(request, pk), request.POST.get("reason", "")
    if reason not in Recovery.Reason.values:
        return HttpResponse(status=400)
    return _done(request, card, acts.close, _("%(name)s: closed."), reason)


@require_POST
@needs(Right.RECOVER)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back one's own last act, as long as nothing happened since."""
    card = _card(request, pk)
    act = card.acts.filter(pk=_number(request.POST.get("act", "")), by=request.user).first()
    if act is None:
        return HttpResponse(status=404)
    try:
        acts.undo(request.user, act, address=audit.address_of(request))
    except acts.Refused as error:
        return _said(request, words.refusal(error), tone="error")
    return _said(request, _("Undone."))


@require_POST
@needs(Right.DIAL)
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """Claim the card and ring: one's own phone, then the person."""
    return _called(request, _card(request, pk))


@require_POST
@needs(Right.DIAL)
def call_next(request: HttpRequest) -> HttpResponse:
    """Call whoever waited longest."""
    return _called(request, None)


def _called(request: HttpRequest, card: Recovery | None) -> HttpResponse:
    if not request.user.may(Right.RECOVER):
        return HttpResponse(status=403)
    asking = {"key": _key(request), "address": audit.address_of(request)}
    try:
        if card is None:
            card, asked = acts.call_next(request.user, **asking)
        else:
            asked = acts.call(request.user, card, **asking)
    except acts.NobodyWaits:
        return _said(request, _("Nobody who can be called is waiting."))
    except acts.Refused as error:
        return _said(request, words.refusal(error), tone="error")
    except guard.Unaskable as error:
        return _said(request, dial_words.reason(error.reason), tone="error")
    if asked.state == DialRequest.State.REFUSED:
        return _said(request, dial_words.sentence(asked), tone="error")
    return _said(request, dial_words.sentence(asked))


def _card(request: HttpRequest, pk: int) -> Recovery:
    return get_object_or_404(Recovery.objects.visible_to(request.user).select_related("account"), pk=pk)


def _done(request: HttpRequest, card: Recovery, act: Any, text: str, *more: Any) -> HttpResponse:
    """Do one act and say so, with its undo; or say why not."""
    who.name(request.user, [card])
    try:
        done: RecoveryAct = act(request.user, card, *more, address=audit.address_of(request))
    except acts.Refused as error:
        return _said(request, words.refusal(error), tone="error")
    except ValueError:
        return _said(request, _("Choose a time within the next two weeks."), tone="error")
    name = words.name(card, whole_number=request.user.may(Right.SEE_NUMBERS))
    said = text % {"name": name, "time": words.moment(done.until) if done.until else ""}
    return _said(
        request, said, action=_("Undo"), post=reverse("recovery:undo", args=[card.pk]), values={"act": done.pk},
        seconds=UNDO_SECONDS,
    )  # fmt: skip


def _said(request: HttpRequest, text: str, **more: Any) -> HttpResponse:
    """The answer to an act: a toast and a fresh board. `more` as console.js takes it."""
    if request.htmx:
        return HttpResponse(
            status=204, headers={"HX-Trigger": json.dumps({"toast": {"text": text, **more}, "recoveries": True})}
        )
    (messages.error if more.get("tone") == "error" else messages.info)(request, text)
    return redirect("recovery:board")


def _until(request: HttpRequest, now: datetime) -> datetime | None:
    """The time that a snooze names: one of the usual ones, or `at` (local, ISO 8601)."""
    choice = request.POST.get("until", "")
    if choice in _SOON:
        return now + _SOON[choice]
    if choice == "tomorrow":
        return days.around(now)[1] + timedelta(hours=9)
    return days.moment(request.POST.get("at", ""))


def _key(request: HttpRequest) -> str:
    """The button's one-time key; of a broken one there is none to repeat."""
    try:
        return str(uuid.UUID(request.POST.get("key", "")))
    except ValueError:
        return str(uuid.uuid4())


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
