"""How legs and their statuses read to a person: words and tones for the pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls import kinds
from calls.models import Cdr
from voicenter_console.voicenter import terms

_STATUS_WORDS = {
    terms.ANSWER: ("ok", gettext_lazy("Answered")),
    terms.VOICEMAIL: ("vm", gettext_lazy("Voicemail")),
    terms.BUSY: ("miss", gettext_lazy("Busy")),
    "ABANDONE": ("lost", gettext_lazy("Abandoned")),
    "TIMEOUT": ("flow", gettext_lazy("Left queue: waited too long")),
    "FULL": ("flow", gettext_lazy("Left queue: full")),
    "EXIT": ("flow", gettext_lazy("Left queue: by choice")),
    "JOINEMPTY": ("flow", gettext_lazy("Left queue: nobody there")),
    "NOANSWER": ("miss", gettext_lazy("No answer")),
    "CANCEL": ("miss", gettext_lazy("Caller hung up")),
    "VOEND": ("lost", gettext_lazy("Hung up in IVR")),
    "TE": ("fail", gettext_lazy("Recording played, then hung up")),
    "NOTCALLED": ("fail", gettext_lazy("Not called: leg 1 failed")),
    "NOTDIALED": ("fail", gettext_lazy("Not dialled")),
    "CONGESTION": ("fail", gettext_lazy("Number not recognised")),
    "CHANUNAVAIL": ("fail", gettext_lazy("Phone not registered")),
    "INVALIDARGS": ("fail", gettext_lazy("Dial command refused")),
    "SSWPREAUTH": ("fail", gettext_lazy("Cancelled before dialling")),
    "DONTCALL": ("fail", gettext_lazy("Do not call")),
    "TORTURE": ("fail", gettext_lazy("Sent to torture")),
}


_MENU, _WAIT, _RING, _TALK = range(4)


def with_labels(legs: Iterable[Cdr]) -> list[Cdr]:
    """The legs, each with `kind_label`, `status_label` and `tone`; unknown words are shown as they came (F-26)."""
    legs = sorted(legs, key=lambda leg: (leg.started_at, leg.type_id or 0))
    for leg in legs:
        leg.ivr_path = [{**step, "dtmf": pressed(step)} for step in leg.ivr_path]
        leg.kind_label = kinds.label(leg)
        status = leg.status or leg.leg1_status
        leg.tone, leg.status_label = _STATUS_WORDS.get(status or "", ("fail", status and _("unknown (%s)") % status))
    return legs


def steps(legs: Iterable[Cdr]) -> list[dict[str, Any]]:
    """What happened, one line after another, from the labelled legs' own times and IVR paths.

    Times are whole seconds: within one a call goes from the menu to the queue, then rings, then is talk.
    """
    told = [line for leg in legs for line in (*_layers(leg), *_lines(leg))]
    return sorted(told, key=lambda line: (line["at"], line["order"]))


def _layers(leg: Cdr) -> list[dict[str, Any]]:
    return [_layer_line(leg, step) for step in leg.ivr_path]


def _lines(leg: Cdr) -> list[dict[str, Any]]:
    """An answered leg as queue, ringing and talk, each at its own time; another one in one line."""
    if leg.tone != "ok" or not leg.talk_seconds:
        return [_leg_line(leg)]
    rings_at = leg.started_at + timedelta(seconds=leg.wait_seconds or 0)
    talks_at = rings_at + timedelta(seconds=leg.ring_seconds or 0)
    who = leg.agent_name
    told = []
    if leg.queue_name:
        told.append({"title": _("Queue %s") % leg.queue_name, "seconds": leg.wait_seconds, "icon": "users",
                     "tone": "miss", "detail": "", "order": _WAIT})  # fmt: skip
    if leg.ring_seconds:
        title = _("Rang %s") % who if who else _("Rang")
        told.append({"at": rings_at, "title": title, "seconds": leg.ring_seconds, "icon": "bell-ringing",
                     "tone": "live", "detail": "", "order": _RING})  # fmt: skip
    detail = ", ".join([leg.kind_label, *([_("recorded")] if leg.has_recording else [])])
    told.append({"at": talks_at, "title": _title(leg), "seconds": leg.talk_seconds, "detail": detail,
                 "icon": "headset", "plays": leg.has_recording})  # fmt: skip
    return [{**_leg_line(leg), **line} for line in told]


def _leg_line(leg: Cdr) -> dict[str, Any]:
    title, spoken = _title(leg), leg.tone == "vm"
    return {
        "at": leg.started_at,
        "order": _TALK if leg.tone == "ok" else _WAIT if leg.queue_name else _RING,
        "icon": _icon(leg),
        "tone": leg.tone,
        "title": title,
        "detail": leg.status_label if leg.status_label and leg.status_label != title else "",
        "keys": "",
        "source": " + ".join(leg.sources),
        "pk": leg.pk,
        "plays": spoken and leg.has_recording,
        "seconds": leg.talk_seconds if spoken else None,
    }


def _layer_line(leg: Cdr, step: dict[str, Any]) -> dict[str, Any]:
    title = step.get("layer_name") or _("Menu %s") % (step.get("layer_number") or "")
    return {
        **_leg_line(leg),
        "order": _MENU,
        "icon": "sitemap",
        "tone": "fail",
        "title": title,
        "detail": "",
        "keys": step["dtmf"],
        "pk": None,
    }


def pressed(step: dict[str, Any]) -> str:
    """The keys of an IVR step. Voicenter says 0 both for the key and for nothing pressed, so 0 says neither."""
    keys = str(step.get("dtmf") or "")
    return "" if keys == "0" else keys


def _icon(leg: Cdr) -> str:
    icons = {"in": "phone-incoming", "out": "phone-outgoing", "transfer": "arrow-ramp-right"}
    return icons.get(leg.direction, "phone")


def _title(leg: Cdr) -> str:
    if leg.agent_name and leg.tone == "ok":
        return _("Talked with %s") % leg.agent_name
    if leg.queue_name:
        return _("Queue %s") % leg.queue_name
    if leg.agent_name:
        return _("Rang %s") % leg.agent_name
    return leg.kind_label or _("Call")
