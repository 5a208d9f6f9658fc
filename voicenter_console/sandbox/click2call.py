"""The Click2Call door: call, message, callference and terminate, in JSON and XML (PROTOCOL S1)."""

import re
from xml.sax.saxutils import escape

from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.exchange import Answer, Request

DOOR = "click2call"
INVALID, FAILED, OFFLINE, BLOCKED = 1, 2, 3, 4
MOST_VARIABLES = 10
NUMBER = re.compile(r"[0-9]{3,15}", re.ASCII)
SECONDS = ("phonemaxdialtime", "targetmaxdialtime", "maxduration")


class Refused(Exception):
    """The door says no: ERRORCODE and ERRORMESSAGE."""

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.code = code


def answer(cloud: Cloud, request: Request) -> Answer:
    """Do what is asked, or say why not. Errors come with HTTP 200 (Guess: the document gives no status)."""
    asked = {name.strip().lower(): value.strip() for name, value in request.pairs}
    body = request.json() if request.method == "POST" else {}
    if isinstance(body, dict):
        asked |= {name.strip().lower(): "" if value is None else str(value).strip() for name, value in body.items()}
    code, message, call_id = 0, "OK", ""
    try:
        call_id = _act(cloud, asked, request.bearer)
    except Refused as refusal:
        code, message = refusal.code, str(refusal)
        cloud.requests[f"{DOOR} error {code}"] += 1
    if asked.get("format", "").lower() == "json":
        return Answer.of_json({"ERRORCODE": code, "ERRORMESSAGE": message, "CALLID": call_id})
    return Answer(200, _xml(code, message, call_id).encode(), "text/xml; charset=utf-8")


def _act(cloud: Cloud, asked: dict[str, str], bearer: str) -> str:
    # Guess: a wrong code is an application error; the document's list has no number for it.
    if (bearer or asked.get("code")) != cloud.code or (cloud.faults.at(DOOR) and cloud.faults.wrong_code):
        raise Refused(FAILED, "Authorization failed")
    variables = {name: value for name, value in asked.items() if name.startswith("var_")}
    if len(variables) > MOST_VARIABLES:
        raise Refused(INVALID, f"More than {MOST_VARIABLES} custom parameters")
    # Guess: as the document's own PHP sample, a request without an action is a call.
    action = asked.get("action", "").lower() or "call"
    phone = _phone(cloud, asked)
    if action == "terminate":
        return _terminate(cloud, phone)
    if action not in ("call", "message", "callference"):
        raise Refused(INVALID, f"Unknown action {action}")
    _rings(cloud, phone)
    for name in SECONDS:
        if asked.get(name) and not asked[name].isdecimal():
            raise Refused(INVALID, f"{name} is not a number")
    if action == "call":
        return cloud.place_call(
            phone,
            _destination(cloud, asked.get("target", "")),
            variables,
            caller_id=asked.get("targetcallerid", ""),
            recorded=asked.get("record", "").lower() in ("true", "1"),
            longest=int(asked.get("maxduration") or 7200),
        )
    return cloud.place_message(phone, action, int(asked.get("maxduration") or 30), variables)


def _phone(cloud: Cloud, asked: dict[str, str]) -> str:
    phone = asked.get("phone", "")
    if not phone:
        raise Refused(INVALID, "Phone is missing")
    if phone.lower() == "logincode":
        login = asked.get("phonelogincode", "")
        agent = next((one for one in cloud.centre.agents if one.code == login), None)
        if agent is None:
            raise Refused(OFFLINE, "No extension is logged in with this code")
        return agent.extension.sip
    agent = cloud.centre.agent_of(phone)
    if agent is None and not NUMBER.fullmatch(phone):
        raise Refused(INVALID, "Phone is invalid")
    return agent.extension.sip if agent else phone


def _rings(cloud: Cloud, phone: str) -> None:
    """Guess: an offline extension is refused whether or not `checkphonedevicestate` asks for the check."""
    if phone in cloud.centre.offline:
        raise Refused(OFFLINE, "Extension representative is offline")
    if phone in cloud.centre.blocked:
        raise Refused(BLOCKED, "Extension is blocked for Click2Call calls")


def _destination(cloud: Cloud, target: str) -> str:
    if not target:
        raise Refused(INVALID, "Target is missing")
    agent = cloud.centre.agent_of(target)
    if agent is None and not NUMBER.fullmatch(target):
        raise Refused(INVALID, "Target is invalid")
    return agent.extension.sip if agent else target


def _terminate(cloud: Cloud, phone: str) -> str:
    if not cloud.terminate(phone):
        # Guess: nothing to hang up is an application error.
        raise Refused(FAILED, "No active call on this extension")
    return ""


def _xml(code: int, message: str, call_id: str) -> str:
    members = "".join(
        f"<member><name>{name}</name><value><string>{escape(str(value))}</string></value></member>"
        for name, value in (("ERRORCODE", code), ("ERRORMESSAGE", message), ("CALLID", call_id))
    )
    struct = f"<value><struct>{members}</struct></value>"
    return f"<methodResponse><params><param>{struct}</param></params></methodResponse>"
