"""The doors of active calls, waiting callers and the list of extensions (PROTOCOL S8, S9)."""

from datetime import datetime

from voicenter_console.sandbox import presence, words
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.exchange import Answer, Request
from voicenter_console.sandbox.people import Agent
from voicenter_console.sandbox.presence import OnPhone
from voicenter_console.sandbox.speech import asked_of, say, text_of

DOOR = "monitor"
PATHS = ("/comet/api/getextensionscalls", "/comet/api/getqueuescallers", "/comet/api/getextensions")


def answer(cloud: Cloud, request: Request) -> Answer:
    """Answer one of the three lists; the code is that of the account or of one of its users."""
    asked = asked_of(request)
    here = cloud.faults.at(DOOR)
    if here and cloud.faults.limit:
        # Guess: the documents give these doors no error for a limit; it is the web's own.
        return Answer(429, b"", "text/html", (("Retry-After", "5"),))
    name = request.path.rstrip("/").lower().rpartition("/")[2]
    known = text_of(asked, "code") in {cloud.code, *cloud.centre.by_identity} and not (here and cloud.faults.wrong_code)
    if name == "getextensions":
        # As an integrator met it: a wrong code is answered with success and an empty list.
        rows = _extensions(cloud, text_of(asked, "showall").lower()) if known else []
        return _listed(cloud, "EXTENSIONS", rows)
    if not known:
        return say(cloud, {"ERR": 1, "DESC": "Authorization failed."})
    if name == "getqueuescallers":
        return _listed(cloud, "QUEUES", _queues(cloud))
    return _listed(cloud, "EXTENSIONS", _calls(cloud))


def _listed(cloud: Cloud, name: str, rows: list[dict]) -> Answer:
    return say(cloud, {"ERR": 0, "DESC": "OK", name: cloud.faults.disturbed(DOOR, rows)})


def _extensions(cloud: Cloud, show_all: str) -> list[dict]:
    """Guess: `showAll` 0 leaves the extensions of the departments out, as they are accounts of their own."""
    centre = cloud.centre
    own = [] if show_all in ("0", "false") else centre.agents
    rows = [(agent.extension, agent.department) for agent in own]
    rows.append((centre.lobby, centre.top))
    return [
        {
            "SIP": extension.sip,
            "Name": extension.name,
            "SpeedDial": extension.number,
            "AccountID": department.id,
            "AccountName": department.name,
        }
        for extension, department in rows
    ]


def _calls(cloud: Cloud) -> list[dict]:
    now = cloud.now()
    busy: dict[str, list[OnPhone]] = {}
    for call in presence.on_phones(cloud.running_legs(), now):
        busy.setdefault(call.extension.sip, []).append(call)
    present = {status.sip: (agent, status) for agent, status in cloud.statuses() if status.sip}
    rows = []
    for agent in cloud.centre.agents:
        extension = agent.extension
        who, status = present.get(extension.sip, (None, None))
        row = {
            "name": extension.name,
            "representative": who.name if who else "",
            "peerstatus": "Unknown" if extension.sip in cloud.centre.offline else "Reachable",
            "username": extension.sip,
            "calls": [_call(cloud, call) for call in busy.get(extension.sip, ())],
        }
        if cloud.dialect.agent_status:
            row |= _agent(who, status)
        rows.append(row)
    return rows


def _agent(who: Agent | None, status) -> dict:
    """What today's answers add: who is logged in, and with which status."""
    return {"onlineUserID": int(who.code) if who else 0, "onlineUserStatus": status.id if status else 2}


def _call(cloud: Cloud, call: OnPhone) -> dict:
    """Guess: the call's variables are told here as in RealTime; the document's example has none."""
    return {
        "callername": call.other,
        "callerphone": call.other,
        "callstarted": _epoch(cloud, call.started),
        "callanswered": _epoch(cloud, call.answered_at) if call.answered_at else 0,
        "answered": int(call.answered_at is not None),
        "callstatus": call.state,
        "ivrid": call.leg.call_id,
        "direction": call.direction,
        "did": call.leg.did,
        "customdata": dict(call.leg.variables),
    }


def _queues(cloud: Cloud) -> list[dict]:
    callers: dict[int, list[dict]] = {}
    for caller in presence.in_queues(cloud.running_legs(), cloud.now()):
        said = {
            "Phone": caller.leg.caller,
            "CallID": caller.leg.call_id,
            "JoinTime": _epoch(cloud, caller.joined),
        }
        callers.setdefault(caller.queue.id, []).append(said)
    return [{"Name": one.name, "ID": one.id, "Callers": callers.get(one.id, [])} for one in cloud.centre.queues]


def _epoch(cloud: Cloud, at: datetime) -> int:
    return int(at.timestamp()) if cloud.dialect.true_epoch else words.wall_epoch(at)
