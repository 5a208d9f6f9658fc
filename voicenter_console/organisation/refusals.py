"""What Voicenter's APIs refuse, in words for people: why, and what to do (DESIGN, Tone). One function an API.

Click to call has its own words, in `calls.dial_words`, as its requests are rows.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voicenter_console.voicenter.errors import (
    AddressNotTrusted,
    Garbled,
    InitiationRefused,
    LimitExceeded,
    LoginRefused,
    NotAuthorised,
    Refused,
    Unreachable,
    VoicenterError,
)

_CODE = gettext_lazy("Voicenter does not accept the account's code. An administrator can correct it in the settings.")
_LIMIT = gettext_lazy("Voicenter takes no more requests for now. Try again in a minute.")

# By the numbers of each API's own list.
CALL_LOG = {
    1: _LIMIT,
    2: _CODE,
    3: gettext_lazy("Voicenter has too many calls in this span for one answer. The console asks for them in parts."),
    4: gettext_lazy(
        "Voicenter does not trust the address of this console. Ask Voicenter to add it to the account's list."
    ),
    5: gettext_lazy("Voicenter gives no calls for this span of time."),
}
DIALER = {
    1: gettext_lazy("Voicenter knows no campaign with this code. It may have been deleted."),
    2: gettext_lazy("Voicenter does not accept the number to be dialled, or something is missing."),
    3: gettext_lazy("The dialer at Voicenter had an error of its own. Try again in a moment."),
    4: gettext_lazy("Voicenter does not accept the number to be shown. It must be a number of the account."),
    -2: gettext_lazy("Voicenter cannot read the number to be dialled. Numbers abroad need their country's prefix."),
}
ACTIVE_CALLS = {
    1: _CODE,
    2: gettext_lazy("Voicenter could not say who is on the phone. The console asks again by itself."),
}
LOGIN = {
    2: _CODE,
    3: gettext_lazy("Voicenter misses a part of the request: the user's number, the status or the extension."),
    4: gettext_lazy("Voicenter did not change the status."),
    5: gettext_lazy("Voicenter could not begin the login."),
}
# By StatusError.
LOGIN_ERRORS = {
    1: gettext_lazy("Voicenter says that the status had been changed already."),
    2: gettext_lazy("Voicenter could not write the hours down. The status stayed as it was."),
    3: gettext_lazy("Voicenter could not put the extension into its queues. The status stayed as it was."),
    4: gettext_lazy("Somebody else is logged in at this extension. Choose another, or ask them to log out."),
    5: gettext_lazy("You are logged in at another extension already. Log out there first."),
}
INITIATION_ERRORS = {
    1: gettext_lazy("Choose an extension first."),
    2: gettext_lazy("Voicenter says that you are logged in already."),
    3: gettext_lazy("You are not logged in. Log in before you take a break."),
    4: gettext_lazy("Voicenter does not know this user's number. An administrator can correct it."),
    5: gettext_lazy("Voicenter has a problem with this user. Ask Voicenter's support."),
    6: gettext_lazy("Something unexpected happened at Voicenter. Try again in a moment."),
    7: gettext_lazy("Voicenter does not know this extension. An administrator can correct it."),
    8: gettext_lazy("This user has no PIN code at Voicenter. It is set in Voicenter's panel."),
}


def call_log(error: VoicenterError) -> str:
    """The call log (PROTOCOL S3, S4)."""
    said = _said(error, CALL_LOG)
    if isinstance(error, AddressNotTrusted) and error.address:
        return _("%(sentence)s It is %(address)s.") % {"sentence": said, "address": error.address}
    return said


def dialer(error: VoicenterError, *, acting: bool = False) -> str:
    """The dialer (S7); `acting` where something was to be changed, so that a lost answer leaves it open."""
    return _said(error, DIALER, acting=acting)


def active_calls(error: VoicenterError) -> str:
    """Active calls, queues and the list of extensions (S8, S9)."""
    return _said(error, ACTIVE_CALLS)


def login(error: VoicenterError) -> str:
    """An agent's status (S11)."""
    if isinstance(error, LoginRefused) and error.detail in LOGIN_ERRORS:
        return str(LOGIN_ERRORS[error.detail])
    if isinstance(error, InitiationRefused) and error.detail in INITIATION_ERRORS:
        return str(INITIATION_ERRORS[error.detail])
    return _said(error, LOGIN, acting=True)


def _said(error: VoicenterError, codes: Mapping[int, object], *, acting: bool = False) -> str:
    if isinstance(error, Refused):
        return _refused(error, codes)
    if isinstance(error, Unreachable) and not error.sent:
        return _("Voicenter could not be reached, and nothing was changed. Try again in a moment.")
    if acting and isinstance(error, (Unreachable, Garbled)):
        return _("Voicenter's answer was lost. It is not known whether this was done; look before trying again.")
    if isinstance(error, Garbled):
        return _("Voicenter's answer could not be read. Try again in a moment.")
    return _("Voicenter did not answer in time. Try again in a moment.")


def _refused(error: Refused, codes: Mapping[int, object]) -> str:
    # What an HTTP status told alone has no number of the API's own list.
    if isinstance(error, NotAuthorised):
        return str(_CODE)
    if isinstance(error, LimitExceeded):
        return str(_LIMIT)
    known = codes.get(error.code)
    if known is not None:
        return str(known)
    return _("Voicenter refused, with code %(code)s, which is not in its list.") % {"code": error.code}
