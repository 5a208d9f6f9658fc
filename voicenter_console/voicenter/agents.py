"""An agent's status at Voicenter: log in, take a break, log out; and the account's names of statuses (PROTOCOL S11).

A status is never set twice by itself: the second login of one that arrived is answered 'already logged in',
and would tell the agent of a failure that was none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .answers import Listing, error_number, fields_of, in_answer, rows_under
from .client import VoicenterClient
from .errors import (
    AlreadyLoggedIn,
    BadRequest,
    ExtensionInUse,
    Garbled,
    InitiationRefused,
    LoginRefused,
    NotAuthorised,
    Refused,
)
from .parameters import code_of
from .values import signed, text, whole
from .wire import fold

PATH = "/UserLogin/SetStatusFromAPI"
NAMES_PATH = "/UserLogin/GetStatusesList"

LOGIN, LOGOUT = 1, 2
# The document's numbers. An organisation may rename all but the first two; these names are today's defaults,
# and 4 has none.
STATUSES: dict[int, str] = {
    LOGIN: "Login",
    LOGOUT: "Logout",
    3: "Lunch",
    4: "",
    5: "Administrative",
    7: "Private",
    9: "Other",
    11: "Training",
    12: "Team meeting",
    13: "Brief",
}

DONE, UNAUTHORISED, MISSING, LOGIN_ERROR, INITIATION_ERROR = 1, 2, 3, 4, 5
# The document's tables of StatusError.
LOGIN_ERRORS: dict[int, str] = {
    1: "Status Changed",
    2: "Failed - Hour Log Error",
    3: "Failed - Queue registration error",
    4: "Extension is already in use",
    5: "You're already logged in with a different extension",
}
INITIATION_ERRORS: dict[int, str] = {
    1: "Please choose extension",
    2: "Successfully Logged In",
    3: "Not logged in",
    4: "Wrong Username or Password",
    5: "There was a problem with the user, please contact support",
    6: "An unexpected error occurred",
    7: "Failed - Extension Monitor doesn't exist",
    8: "Failed - User has no organizational PIN Code",
}
REFUSALS: dict[int, type[Refused]] = {
    UNAUTHORISED: NotAuthorised,
    MISSING: BadRequest,
    LOGIN_ERROR: LoginRefused,
    INITIATION_ERROR: InitiationRefused,
}
_LOGIN: dict[int, type[LoginRefused]] = {4: ExtensionInUse, 5: AlreadyLoggedIn}


@dataclass(frozen=True, slots=True)
class StatusSet:
    """The status holds; `words` are what Voicenter said beside it."""

    words: str


@dataclass(frozen=True, slots=True)
class StatusName:
    """How the account calls a status; `colour` is Voicenter's text, or ''."""

    id: int
    name: str
    colour: str
    raw: Mapping = field(repr=False, compare=False)


def set_status(client: VoicenterClient, *, user_id: str, status: int, extension: str) -> StatusSet:
    """Give the agent `user_id` (the first five digits of the user code) a status, at the SIP code `extension`.

    Raises ValueError for what can never be asked, and VoicenterError's kinds: with Unreachable `sent` and
    Garbled it is not known whether the status holds.
    """
    if not (user_id.isascii() and user_id.isdigit()):
        raise ValueError("a user's id is the first digits of the user code")
    if status not in STATUSES:
        raise ValueError(f"no status has the number {status}")
    sip = code_of("an extension", extension)
    asked = {"UserID": user_id, "Status": status, "Code": client.code, "ExtensionUser": sip}
    answer = client.ask(client.hosts.agents + PATH, json=asked, repeatable=False)
    said = fields_of(answer)
    number = error_number(said, "status", answer)
    # Today's answers lack a letter.
    words = client.without_code(text(said.get("statuserrormessage")) or text(said.get("statuserromessage")))
    if number != DONE:
        raise _refusal(number, signed(said.get("statuserror")) or 0, words)
    if answer.status != 200:
        raise Garbled(in_answer("success", answer))
    return StatusSet(words)


def statuses(client: VoicenterClient) -> Listing[StatusName]:
    """How the account calls its statuses. Not every account answers it. Raises VoicenterError's kinds."""
    answer = client.look_up(client.hosts.statuses + NAMES_PATH)
    said = fields_of(answer)
    if number := signed(said.get("err")):
        raise Refused(number, client.without_code(text(said.get("desc"))))
    found = []
    for row in rows_under(said, "statuses"):
        got = fold(row)
        if (number := whole(got.get("id"))) is not None:
            found.append(StatusName(number, text(got.get("name")), text(got.get("color"), 40), row))
    return Listing(tuple(found))


def _refusal(number: int, detail: int, words: str) -> Refused:
    if number == LOGIN_ERROR:
        return _LOGIN.get(detail, LoginRefused)(number, words, detail=detail)
    if number == INITIATION_ERROR:
        return InitiationRefused(number, words, detail=detail)
    return REFUSALS.get(number, Refused)(number, words)
