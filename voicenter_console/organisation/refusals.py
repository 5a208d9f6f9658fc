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
_ADDRESS = gettext_lazy(
    "Voicenter does not trust the address of this console. Ask Voicenter to add it to the account's list."
)
# What an HTTP status told alone, which has no number of the API's own list.
_BY_STATUS = {401: _CODE, 429: _LIMIT}
# Why there was no answer, by the key that `silence_of` gives.
_SILENCES = {
    "unsent": gettext_lazy("Voicenter could not be reached, and nothing was changed. Try again in a moment."),
    "unread": gettext_lazy("Voicenter's answer could not be read. Try again in a moment."),
    "unanswered": gettext_lazy("Voicenter did not answer in time. Try again in a moment."),
    "misconfigured": gettext_lazy(
        "The account's code or addresses cannot be used. An administrator finds them in the settings."
    ),
}

# By the numbers of each API's own list.
CALL_LOG = {
    1: _LIMIT,
    2: _CODE,
    3: gettext_lazy("Voicenter has too many calls in this span for one answer. The console asks for them in parts."),
    4: _ADDRESS,
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
    return _said(error, CALL_LOG)


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


def number(error: Refused, codes: Mapping[int, object]) -> int:
    """What to keep of a refusal for `by_code`: the API's own number, or the HTTP status that told it alone."""
    if isinstance(error, NotAuthorised) and codes.get(error.code) is not _CODE:
        return 401
    if isinstance(error, LimitExceeded) and codes.get(error.code) is not _LIMIT:
        return 429
    return error.code


def by_code(codes: Mapping[int, object], code: int, address: str = "") -> str:
    """A kept number of one of the tables above, in words; `address` is the one that is not trusted."""
    said = codes.get(code) or _BY_STATUS.get(code)
    if said is None:
        return _("Voicenter refused, with code %(code)s, which is not in its list.") % {"code": code}
    if said is _ADDRESS and address:
        return _("%(sentence)s It is %(address)s.") % {"sentence": said, "address": address}
    return str(said)


def silence_of(error: VoicenterError | ValueError) -> str:
    """The key of an error that is no refusal, to be kept for `silence`."""
    if not isinstance(error, VoicenterError):
        return "misconfigured"
    if isinstance(error, Unreachable) and not error.sent:
        return "unsent"
    return "unread" if isinstance(error, Garbled) else "unanswered"


def silence(key: str) -> str:
    """Such a key in words; a sentence that was kept in its place is given back."""
    return str(_SILENCES.get(key) or key or _SILENCES["unanswered"])


def _said(error: VoicenterError, codes: Mapping[int, object], *, acting: bool = False) -> str:
    if isinstance(error, Refused):
        address = error.address if isinstance(error, AddressNotTrusted) else ""
        return by_code(codes, number(error, codes), address)
    key = silence_of(error)
    if acting and isinstance(error, (Unreachable, Garbled)) and key != "unsent":
        return _("Voicenter's answer was lost. It is not known whether this was done; look before trying again.")
    return silence(key)
