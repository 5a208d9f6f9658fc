"""What an interface's answer means, and the letter to Voicenter where it refuses (FAULTS F-35)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls import dial_words, dialling
from calls.models import ConnectionCheck
from voicenter_console.organisation import refusals

Interface, State = ConnectionCheck.Interface, ConnectionCheck.State
NOT_TRUSTED = 4  # of the call log; the dialer's 4 is another
# The numbers of each interface's own list.
CODES: dict[str, Mapping[int, object]] = {
    Interface.CALL_LOG: refusals.CALL_LOG,
    Interface.EXTENSIONS: refusals.ACTIVE_CALLS,
    Interface.ACTIVE_CALLS: refusals.ACTIVE_CALLS,
    Interface.QUEUES: refusals.ACTIVE_CALLS,
    Interface.STATUSES: refusals.LOGIN,
    Interface.DIALER: refusals.DIALER,
}

_TRUST = gettext_lazy(
    "Hello, please add %(address)s to the trusted addresses of account %(account)s, for %(api)s. Thank you."
)

TONES = {
    State.TESTING: ("live", "circle-dashed"),
    State.OK: ("ok", "circle-check"),
    State.REFUSED: ("lost", "alert-circle"),
    State.SILENT: ("miss", "alert-triangle"),
    State.SKIPPED: ("fail", "ban"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the page; `letter` '' where there is nothing to write."""

    check: ConnectionCheck
    tone: str
    icon: str
    text: str
    letter: str


def line(check: ConnectionCheck) -> Line:
    return Line(check, *TONES[check.state], _text(check), _letter(check))


def _text(check: ConnectionCheck) -> str:
    match check.state:
        case State.TESTING:
            return _("asking…")
        case State.OK:
            return _found(check)
        case State.REFUSED:
            return _refusal(check)
        case State.SILENT:
            return _silence(check)
        case _:
            return _skipped(check)


def _found(check: ConnectionCheck) -> str:
    n = check.found or 0
    match check.interface:
        case Interface.CALL_LOG:
            words = ngettext("%(n)s call in the last hour", "%(n)s calls in the last hour", n)
        case Interface.EXTENSIONS:
            words = ngettext("%(n)s extension", "%(n)s extensions", n)
        case Interface.ACTIVE_CALLS:
            words = ngettext("%(n)s extension is told of", "%(n)s extensions are told of", n)
        case Interface.QUEUES:
            words = ngettext("%(n)s queue", "%(n)s queues", n)
        case Interface.STATUSES:
            words = ngettext("%(n)s status", "%(n)s statuses", n)
        case Interface.DIALER:
            words = ngettext("%(n)s campaign", "%(n)s campaigns", n)
        case Interface.CLICK2CALL:
            return _("the last call was accepted")
        case _:
            return _("records of calls arrive")
    return words % {"n": f"{n:,}"}


def _refusal(check: ConnectionCheck) -> str:
    if check.code is None:
        return _("It cannot be asked: %(words)s") % {"words": check.words}
    if check.interface == Interface.CLICK2CALL:
        return f"{dial_words.reason(dialling.rule_of(check.code))} ({check.code})"
    codes = CODES[check.interface]
    known = f"{refusals.by_code(codes, check.code)} ({check.code})"
    return known if check.code in codes or not check.words else f"{known} {check.words}"


def _silence(check: ConnectionCheck) -> str:
    if check.interface == Interface.HOOK:
        return _("No record of a call has come within a day. Has Voicenter the addresses of step 5?")
    if check.words:
        return refusals.silence(check.words)
    return _("It answers, but lists nothing. A wrong code may be answered so.")


def _skipped(check: ConnectionCheck) -> str:
    if check.interface == Interface.CLICK2CALL and not check.words:
        return _("It has no question that rings nobody. Call a number from any page to be sure.")
    return _("left out")


def _letter(check: ConnectionCheck) -> str:
    """In words that somebody at Voicenter acts upon."""
    if check.state == State.SILENT and check.interface == Interface.HOOK:
        return _("Hello, please send the CDR notifications of account %(account)s to our address. Thank you.") % {
            "account": check.account.name
        }
    if check.state != State.REFUSED or check.code is None:
        return ""
    said = {
        "account": check.account.name,
        "api": check.get_interface_display(),
        "address": check.address or _("our address"),
    }
    if check.interface == Interface.CALL_LOG and check.code == NOT_TRUSTED:
        return _TRUST % said
    return _("Hello, please check the API code of account %(account)s and its right to use %(api)s. Thank you.") % said
