"""Dial requests in words: which rule refused, what Voicenter said, what to do now (DESIGN, Tone)."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.guard import ANSWER_LOST
from calls.models import DialRequest

Action = DialRequest.Action
State = DialRequest.State

# Nobody was asked to ring anything: the guard's rules, and what is no request at all.
_RULES = {
    "not_a_number": gettext_lazy("This is no telephone number."),
    "not_in_use": gettext_lazy("No telephone has a number like this. Check its digits."),
    "not_an_extension": gettext_lazy("No colleague's phone has this code. Check it, or dial a full number."),
    "short": gettext_lazy("Short and star numbers are not dialled from here. Dial them on your phone."),
    "special": gettext_lazy("Numbers of this kind are not dialled from here. Dial it on your phone."),
    "premium": gettext_lazy("This is a premium number. The console never dials those."),
    "shared_cost": gettext_lazy("This number charges its caller extra. The console never dials those."),
    "satellite": gettext_lazy("This is a satellite or worldwide special number. The console never dials those."),
    "international": gettext_lazy("Calls abroad are switched off. An administrator can switch them on."),
    "too_soon": gettext_lazy("This number was dialled a moment ago. It can be dialled again after ten seconds."),
    "answer_lost": gettext_lazy(
        "It is not known yet whether the last call to this number rang. It can be dialled again after ten minutes."
    ),
    "not_own_phone": gettext_lazy("Only your own phone can ring first. An administrator ties phones to people."),
    "no_phone": gettext_lazy("No phone is tied to you yet. An administrator ties one to you in the settings."),
    "phone_missing": gettext_lazy("Name the extension that rings first."),
    "no_account": gettext_lazy("This extension is not known, and the key reaches more than one account, or none."),
    "too_late": gettext_lazy("The console was too busy to send this in time."),
}

# Voicenter was asked, or could not be.
_ANSWERS = {
    "bad_request": gettext_lazy("Voicenter did not accept the number or the extension."),
    "application": gettext_lazy("Voicenter could not do it."),
    "offline": gettext_lazy("Your phone is offline."),
    "blocked": gettext_lazy("Your phone may not use click to call. Ask Voicenter to allow it."),
    "not_authorised": gettext_lazy(
        "Voicenter does not accept the account's code. An administrator can correct it in the settings."
    ),
    "limit": gettext_lazy("Voicenter takes no more requests for now. Try again in a minute."),
    "refused": gettext_lazy("Voicenter refused for a reason that is not in its list."),
    "unreachable": gettext_lazy("Voicenter could not be reached. Try again in a moment."),
    "misconfigured": gettext_lazy(
        "The account's code or addresses cannot be used. An administrator finds them in the settings."
    ),
}


def reason(key: str) -> str:
    """Why not, by its key; a rule of another app brings its own words as the key."""
    return str(_RULES.get(key) or _ANSWERS.get(key) or key)


def sentence(dial: DialRequest) -> str:
    """What became of the request so far, and what follows for whoever asked."""
    if dial.state == State.REFUSED:
        nothing = _("Nothing was hung up.") if dial.action == Action.TERMINATE else _("Nobody was called.")
        return f"{reason(dial.error)} {nothing}"
    if dial.state == State.UNKNOWN:
        return _unknown(dial)
    if dial.action == Action.TERMINATE:
        return _("Hung up.") if dial.state == State.ACCEPTED else _("Hanging up.")
    return {
        State.QUEUED: _("Calling."),
        State.SENT: _("Calling."),
        State.ACCEPTED: _("Voicenter rings your phone, then theirs.")
        if dial.action == Action.CALL
        else _("Voicenter rings this phone."),
        State.RESOLVED: _("The answer was lost, but the call took place."),
    }[dial.state]


def _unknown(dial: DialRequest) -> str:
    if dial.action == Action.TERMINATE:
        return _("We don't know whether the call was hung up. Look at your phone.")
    if timezone.now() - dial.created_at > ANSWER_LOST:
        return _("No trace of this call came for ten minutes. It probably did not ring.")
    return _("We don't know yet whether it rang. We're checking; don't dial again.")
