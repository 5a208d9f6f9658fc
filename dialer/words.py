"""Acts on campaigns in words: what was asked, and what Voicenter said to it (DESIGN, Tone)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.models import CampaignAct

Kind, State = CampaignAct.Kind, CampaignAct.State

_ERRORS = {
    "unknown_campaign": gettext_lazy("Voicenter knows no campaign of this code."),
    "bad_request": gettext_lazy("Voicenter did not accept a number in this request."),
    "application": gettext_lazy("Voicenter could not do it."),
    "not_authorised": gettext_lazy(
        "Voicenter does not accept the account's code. An administrator can correct it in the settings."
    ),
    "limit": gettext_lazy("Voicenter takes no more requests for now. Try again in a minute."),
    "refused": gettext_lazy("Voicenter refused for a reason that is not in its list."),
    "unreachable": gettext_lazy("Voicenter could not be reached. Nothing was changed."),
    "misconfigured": gettext_lazy(
        "The account's code or addresses cannot be used. An administrator finds them in the settings."
    ),
    "too_late": gettext_lazy("The console was too busy to send this in time. Nothing was changed."),
}


def asked(act: CampaignAct) -> str:
    """What somebody asked for."""
    wanted = act.wanted
    if act.kind == Kind.STRATEGY:
        said = {
            "coefficient": _("calls for each agent: %s"),
            "queue_maximum_callers": _("most who wait in the queue: %s"),
            "queue_for_monitoring": _("watched queue: %s"),
        }
        return _("Strategy, %s") % ", ".join(text % wanted[name] for name, text in said.items() if name in wanted)
    return {
        Kind.START: _("Start"),
        Kind.STOP: _("Stop"),
        Kind.CLEAR: _("Clear the pending calls"),
        Kind.ADD_MEMBER: _("Add the extension %s") % wanted.get("sip", ""),
        Kind.REMOVE_MEMBER: _("Remove the extension %s") % wanted.get("sip", ""),
    }[act.kind]


def answer(act: CampaignAct) -> str:
    """What came of it."""
    if act.state == State.REFUSED:
        text = str(_ERRORS.get(act.error, _ERRORS["refused"]))
        return text if act.error_code is None else f"{text} ({act.error_code})"
    return {
        State.QUEUED: _("About to be sent."),
        State.SENT: _("Voicenter was asked; its answer is awaited."),
        State.DONE: _("Voicenter did it."),
        State.UNKNOWN: _("The answer was lost. It may have happened; it is not sent again by itself."),
        State.RESOLVED: _("The answer was lost, but it was done."),
    }[act.state]


def tone(act: CampaignAct) -> tuple[str, str]:
    """Colour and icon of the answer."""
    return {
        State.DONE: ("ok", "check"),
        State.RESOLVED: ("ok", "check"),
        State.REFUSED: ("lost", "alert-circle"),
        State.UNKNOWN: ("miss", "help"),
    }.get(act.state, ("live", "clock"))
