"""The doors of an agent's status: set it, and name the statuses (PROTOCOL S11)."""

from voicenter_console.sandbox import shifts
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.exchange import Answer, Request
from voicenter_console.sandbox.people import Agent
from voicenter_console.sandbox.shifts import LOGIN, LOGOUT, STATUSES
from voicenter_console.sandbox.speech import asked_of, say, text_of

DOOR = "agents"
PATHS = ("/userlogin/setstatusfromapi", "/userlogin/getstatuseslist")
DONE, UNAUTHORISED, MISSING, LOGIN_ERROR, INITIATION_ERROR = 1, 2, 3, 4, 5
COLOURS = {LOGIN: "#2fb344", LOGOUT: "#667382"}


class Refused(Exception):
    """The door says no: Status, StatusError and its message."""

    def __init__(self, status: int, error: int, message: str):
        super().__init__(message)
        self.status, self.error = status, error


def answer(cloud: Cloud, request: Request) -> Answer:
    """Set a status or name them all."""
    asked = asked_of(request)
    faults = cloud.faults
    if faults.at(DOOR) and faults.limit:
        # Guess: as with active calls, no error of these doors says that it was too much.
        return Answer(429, b"", "text/html", (("Retry-After", "5"),))
    known = text_of(asked, "code") in {cloud.code, *cloud.centre.by_identity}
    if faults.at(DOOR) and faults.wrong_code:
        known = False
    if request.path.rstrip("/").lower().endswith("getstatuseslist"):
        # Guess: a wrong code is answered with an empty list, as that of the extensions is.
        rows = [_name(number, name) for number, name in shifts.NAMES.items()] if known else []
        return say(cloud, {"Statuses": faults.disturbed(DOOR, rows)})
    try:
        _set(cloud, asked, known)
    except Refused as refusal:
        cloud.requests[f"{DOOR} error {refusal.status}.{refusal.error}"] += 1
        return _said(cloud, refusal.status, refusal.error, str(refusal))
    return _said(cloud, DONE, 0, "OK")


def _set(cloud: Cloud, asked: dict[str, object], known: bool) -> None:
    wanted = {name: text_of(asked, name) for name in ("userid", "status", "code", "extensionuser")}
    if missing := [name for name in ("userid", "status", "code") if not wanted[name]]:
        raise Refused(MISSING, 0, f"Missing parameters: {', '.join(missing)}")
    if not known:
        raise Refused(UNAUTHORISED, 0, "Authorization failed")
    status = int(wanted["status"]) if wanted["status"].isdecimal() else 0
    if status not in STATUSES:
        raise Refused(MISSING, 0, "Unknown status")
    agent = next((one for one in cloud.centre.agents if one.code[:5] == wanted["userid"]), None)
    if agent is None:
        raise Refused(INITIATION_ERROR, 4, "Wrong Username or Password")
    if not wanted["extensionuser"]:
        raise Refused(INITIATION_ERROR, 1, "Please choose extension")
    _change(cloud, agent, status, wanted["extensionuser"])


def _change(cloud: Cloud, agent: Agent, status: int, wanted: str) -> None:
    at = cloud.centre.agent_of(wanted)
    if at is None:
        raise Refused(INITIATION_ERROR, 7, "Failed - Extension Monitor doesn't exist")
    sip = at.extension.sip
    holders = {held.sip: holder for holder, held in cloud.statuses() if held.sip}
    current = next(held for holder, held in cloud.statuses() if holder is agent)
    if holders.get(sip, agent) is not agent:
        raise Refused(LOGIN_ERROR, 4, "Extension is already in use")
    if current.id == LOGOUT and status != LOGIN:
        raise Refused(INITIATION_ERROR, 3, "Not logged in")
    if current.sip and current.sip != sip:
        raise Refused(LOGIN_ERROR, 5, "You're already logged in with a different extension")
    cloud.centre.shifts.set(agent, status, cloud.now(), sip)


def _said(cloud: Cloud, status: int, error: int, message: str) -> Answer:
    """Success spells its message without a letter, as integrators see it; failures as the document has it."""
    name = "StatusErroMessage" if status == DONE else "StatusErrorMessage"
    return say(cloud, {"Status": status, "StatusError": error, name: message})


def _name(number: int, name: str) -> dict:
    return {"Name": name, "ID": number, "Color": COLOURS.get(number, "#f59f00")}
