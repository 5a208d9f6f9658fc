"""Click to call: make a phone ring, play it a message, call it into a conference, hang it up (PROTOCOL S1).

None of these is ever sent twice: Unreachable with `sent`, and Garbled, mean that the phone may be ringing.
Seconds and flags are sent explicitly with the defaults of the document's tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from . import parameters
from .answers import error_number, fields_of, in_answer
from .client import VoicenterClient
from .errors import ApplicationError, BadRequest, Blocked, Garbled, Offline, Refused
from .parameters import code_of, dialled, flag, name, recording, seconds, shown
from .values import identifier, text

PATH = "/ForwardDialer/click2call.aspx"
MOST_VARIABLES = 10
REQUEST = "var_request"
LOGIN_CODE, TRUNK = "logincode", "SIPTRUNK"

REFUSALS: dict[int, type[Refused]] = {1: BadRequest, 2: ApplicationError, 3: Offline, 4: Blocked}


@dataclass(frozen=True, slots=True)
class Accepted:
    """Voicenter took it; `call_id` is the call's, or '' of a hang-up."""

    call_id: str


def call(
    client: VoicenterClient,
    *,
    phone: str,
    target: str,
    request_id: str,
    record: bool = False,
    phone_login_code: str = "",
    phone_caller_id: str = "",
    phone_caller_name: str = "",
    target_caller_id: str = "",
    target_caller_name: str = "",
    phone_max_dial_seconds: int = 60,
    target_max_dial_seconds: int = 60,
    max_seconds: int = 7200,
    phone_auto_answer: bool = False,
    target_auto_answer: bool = False,
    check_phone: bool | None = None,
    check_target: bool | None = None,
    language: str = "",
    voicemail_id: str = "",
    variables: Mapping[str, str] | None = None,
) -> Accepted:
    """Ring `phone`, then connect it with `target`: numbers, or codes of extensions.

    `request_id` comes back in the call's records and finds them where the answer was lost; it is one of the
    ten variables. `phone` may be LOGIN_CODE with
    `phone_login_code`, or TRUNK for an extension behind a SIP trunk. Raises ValueError for what can never be
    asked, and VoicenterError's kinds.
    """
    return _ask(
        client,
        "call",
        phone,
        {
            "target": dialled(target),
            "phonelogincode": _login_code(phone, phone_login_code),
            "record": flag(record),
            "phonecallerid": shown(phone_caller_id),
            "phonecallername": name(phone_caller_name),
            "targetcallerid": shown(target_caller_id),
            "targetcallername": name(target_caller_name),
            "phonemaxdialtime": seconds(phone_max_dial_seconds),
            "targetmaxdialtime": seconds(target_max_dial_seconds),
            "maxduration": seconds(max_seconds),
            "phoneautoanswer": flag(phone_auto_answer),
            "targetautoanswer": flag(target_auto_answer),
            "checkphonedevicestate": flag(check_phone),
            "checktargetdevicestate": flag(check_target),
            "language": parameters.language(language),
            "vm_id": voicemail_id and code_of("a voicemail", voicemail_id),
            **_variables(variables, request_id),
        },
    )


def message(
    client: VoicenterClient,
    *,
    phone: str,
    request_id: str = "",
    before: str = "",
    digits: str = "",
    after_number: str = "",
    after: str = "",
    record: bool | None = None,
    target_caller_id: str = "",
    target_caller_name: str = "",
    phone_max_dial_seconds: int = 30,
    max_seconds: int = 30,
    phone_auto_answer: bool = False,
    variables: Mapping[str, str] | None = None,
) -> Accepted:
    """Ring `phone` and play: the recording `before`, `digits` one by one, `after_number`, then `after`.

    Recordings are named without their ending. That variables are taken here is a guess.
    """
    return _ask(
        client,
        "message",
        phone,
        {
            "pre_rec": recording(before),
            "dtmf": parameters.digits(digits),
            "loop_rec": recording(after_number),
            "post_rec": recording(after),
            "record": flag(record),
            "targetcallerid": shown(target_caller_id),
            "targetcallername": name(target_caller_name),
            "phonemaxdialtime": seconds(phone_max_dial_seconds),
            "maxduration": seconds(max_seconds),
            "phoneautoanswer": flag(phone_auto_answer),
            **_variables(variables, request_id),
        },
    )


def callference(
    client: VoicenterClient,
    *,
    phone: str,
    request_id: str = "",
    entry_code: str = "",
    target_caller_id: str = "",
    target_caller_name: str = "",
    phone_max_dial_seconds: int = 30,
    max_seconds: int = 30,
    phone_auto_answer: bool = False,
    variables: Mapping[str, str] | None = None,
) -> Accepted:
    """Ring `phone` and take it into the conference of `entry_code`. That variables are taken is a guess."""
    return _ask(
        client,
        "callference",
        phone,
        {
            "bbbcode": entry_code and code_of("a conference", entry_code),
            "targetcallerid": shown(target_caller_id),
            "targetcallername": name(target_caller_name),
            "phonemaxdialtime": seconds(phone_max_dial_seconds),
            "maxduration": seconds(max_seconds),
            "phoneautoanswer": flag(phone_auto_answer),
            **_variables(variables, request_id),
        },
    )


def terminate(client: VoicenterClient, *, phone: str) -> Accepted:
    """Hang up whatever call is on the extension `phone`."""
    return _ask(client, "terminate", phone, {})


def _ask(client: VoicenterClient, action: str, phone: str, wanted: Mapping[str, str]) -> Accepted:
    form = {"phone": dialled(phone), "code": client.code, "action": action, "format": "JSON"}
    form |= {key: value for key, value in wanted.items() if value != ""}
    answer = client.ask(client.hosts.click2call + PATH, form=form, repeatable=False)
    said = fields_of(answer)
    code, call_id = error_number(said, "errorcode", answer), identifier(said.get("callid"))
    if code < 0:
        raise Garbled(in_answer(f"error code {code}, which is in no list", answer))
    if code:
        words = client.without_code(text(said.get("errormessage")))
        raise REFUSALS.get(code, Refused)(code, words)
    if not call_id and action != "terminate":
        raise Garbled("accepted, but without a call id")
    return Accepted(call_id)


def _login_code(phone: str, code: str) -> str:
    """The code by which Voicenter finds who is logged in. Raises ValueError where one goes without the other."""
    if (phone.casefold() == LOGIN_CODE) != bool(code):
        raise ValueError(f"a login code goes with the phone {LOGIN_CODE}, and only with it")
    return code and code_of("a login", code)


def _variables(given: Mapping[str, str] | None, request_id: str) -> dict[str, str]:
    """The account's own parameters with ours. Raises ValueError beyond ten, or for a name that is none."""
    named = {key: str(value) for key, value in parameters.variables(given or {}).items()}
    if request_id:
        named[REQUEST] = request_id
    if len(named) > MOST_VARIABLES:
        raise ValueError(f"more than {MOST_VARIABLES} variables, the request's own id included")
    return named


def request_of(said: Mapping) -> str:
    """The id of our request among the variables of a call, or ''."""
    return next((str(value) for key, value in said.items() if str(key).casefold() == REQUEST), "")
