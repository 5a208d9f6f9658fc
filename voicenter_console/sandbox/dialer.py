"""The dialer's fifteen doors (PROTOCOL S7): what they change is what dials."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from voicenter_console.sandbox.campaigns import PENDING, REMOVED, Desk, Lead
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.exchange import Answer, Request
from voicenter_console.sandbox.legs import ISRAEL
from voicenter_console.sandbox.speech import asked_of, say, text_of

DOOR = "dialer"
ROOT = "/forwarddialer/dialer/"
CAMPAIGN, TARGET, INTERNAL, CALLER_ID, BAD_NUMBER = 1, 2, 3, 4, -2
MESSAGES = {
    CAMPAIGN: "Invalid campaign code",
    TARGET: "The target is invalid",
    INTERNAL: "Unexpected internal error",
    CALLER_ID: "Invalid caller id",
    BAD_NUMBER: "Phone number format invalid",
}
MOST_TOLD = 3_000
NUMBER = re.compile(r"0[0-9]{8,9}|[1-9][0-9]{7,14}", re.ASCII)
# Guess: the statuses of a waiting call; the document shows 1 alone.
WAITS = {"Status": 1, "Description": "Pending"}


class Refused(Exception):
    """The door says no, with the document's number."""

    def __init__(self, code: int, message: str = ""):
        super().__init__(message or MESSAGES[code])
        self.code = code


def answer(cloud: Cloud, request: Request) -> Answer:
    """Do what the method at the end of the path says. Guess: a limit is HTTP 429; the list has no number for it."""
    if cloud.faults.at(DOOR) and cloud.faults.limit:
        return Answer(429, b"", "text/html", (("Retry-After", "5"),))
    method = request.path.rstrip("/").lower().rpartition("/")[2]
    with cloud.timeline.lock:
        cloud.timeline.catch_up()
        try:
            if method == "addcallsbulk":
                return _bulk(cloud, request)
            asked = asked_of(request)
            _admit(cloud, asked)
            return _ok(cloud, **METHODS[method](cloud, asked))
        except Refused as refusal:
            cloud.requests[f"{DOOR} error {refusal.code}"] += 1
            return say(cloud, {"ErrorCode": refusal.code, "Description": str(refusal)})


def _ok(cloud: Cloud, **data) -> Answer:
    return say(cloud, {**data, "ErrorCode": 0, "Description": "OK"})


def _admit(cloud: Cloud, asked: dict[str, object]) -> None:
    # Guess: a wrong code is an internal error; the document knows no code, and its list no number for it.
    wrong = cloud.dialect.dialer_code and text_of(asked, "code") != cloud.code
    if wrong or (cloud.faults.at(DOOR) and cloud.faults.wrong_code):
        raise Refused(INTERNAL, "Authorization failed")


def _desk(cloud: Cloud, asked: dict[str, object]) -> Desk:
    desk = cloud.campaigns.desks.get(text_of(asked, "campaign"))
    if desk is None:
        raise Refused(CAMPAIGN)
    return desk


# --- calls -------------------------------------------------------------------------------------------


def _bulk(cloud: Cloud, request: Request) -> Answer:
    """Guess: each row is taken or refused by itself, and the whole is success where any was taken."""
    rows = request.json()
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise Refused(INTERNAL, "An array of calls is expected")
    stops = cloud.faults.bulk_stops if cloud.faults.at(DOOR) else None
    results = []
    for row in rows[:stops]:
        asked = {name.strip().lower(): value for name, value in row.items()}
        code, message = 0, "OK"
        try:
            _admit(cloud, asked)
            _add(cloud, asked)
        except Refused as refusal:
            code, message = refusal.code, str(refusal)
        results.append({"Target": text_of(asked, "target"), "ErrorCode": code, "Description": message})
    if stops is not None and len(rows) > stops:
        return Answer(200, b"", dies=True)
    if all(result["ErrorCode"] for result in results):
        raise Refused(results[0]["ErrorCode"], results[0]["Description"])
    told = cloud.dialect.add_result and len(rows) <= MOST_TOLD
    return _ok(cloud, **({"AddResult": cloud.faults.disturbed(DOOR, results)} if told else {}))


def _add(cloud: Cloud, asked: dict[str, object]) -> dict:
    desk = _desk(cloud, asked)
    lead = cloud.campaigns.new_lead(_target(cloud, asked), cloud.now())
    _tell(cloud, lead, asked)
    desk.leads.append(lead)
    return {}


def _update(cloud: Cloud, asked: dict[str, object]) -> dict:
    """Guess: it changes the first call that waits to that number, and there is error 2 where none does."""
    _tell(cloud, _waiting(cloud, asked)[0], asked)
    return {}


def _remove(cloud: Cloud, asked: dict[str, object]) -> dict:
    """Guess: it takes all calls to that number out."""
    for lead in _waiting(cloud, asked):
        lead.state = REMOVED
    return {}


def _waiting(cloud: Cloud, asked: dict[str, object]) -> list[Lead]:
    desk, target = _desk(cloud, asked), _target(cloud, asked)
    if not (found := [lead for lead in desk.waiting() if lead.target == target]):
        raise Refused(TARGET)
    return found


def _target(cloud: Cloud, asked: dict[str, object]) -> str:
    target = text_of(asked, "target")
    if not target:
        raise Refused(TARGET)
    if not NUMBER.fullmatch(target):
        raise Refused(BAD_NUMBER if cloud.dialect.minus_two else TARGET)
    return f"972{target[1:]}" if target.startswith("0") else target


def _tell(cloud: Cloud, lead: Lead, asked: dict[str, object]) -> None:
    """Take over what was said of the call; what was not stays."""
    shown = text_of(asked, "callerid")
    if shown and shown != "Anonymous" and shown not in cloud.centre.numbers():
        raise Refused(CALLER_ID)
    lead.caller_id = shown or lead.caller_id
    lead.caller_name = text_of(asked, "callername") or lead.caller_name
    lead.customer_name = text_of(asked, "customername") or lead.customer_name
    if text_of(asked, "priority").isdecimal():
        lead.priority = int(text_of(asked, "priority"))
    if text_of(asked, "originatetime").isdecimal():
        lead.originate = _moment(int(text_of(asked, "originatetime")), text_of(asked, "isdatelocal"))
    custom = asked.get("customdata")
    given = {**asked, **(custom if isinstance(custom, dict) else {})}
    lead.variables |= {name: str(value) for name, value in given.items() if name.lower().startswith("var_")}


def _moment(epoch: int, local: str) -> datetime | None:
    """An epoch is GMT unless it is said to be local, which then counts Israel's wall clock."""
    at = datetime.fromtimestamp(epoch, UTC)
    if not epoch:
        return None
    return at.replace(tzinfo=ISRAEL).astimezone(UTC) if local.lower() == "true" else at


def _clear(cloud: Cloud, asked: dict[str, object]) -> dict:
    for lead in _desk(cloud, asked).waiting():
        lead.state = REMOVED
    return {}


def _pending(cloud: Cloud, asked: dict[str, object]) -> dict:
    desk = _desk(cloud, asked)
    calls = [
        {
            "Phone": lead.target,
            "CallerID": lead.caller_id,
            "CallerName": lead.caller_name,
            "OriginateTime": int(lead.originate.timestamp()) if lead.originate else 0,
            "Priority": lead.priority,
            "CustomerName": lead.customer_name,
            "CallStatus": WAITS,
            "CustomData": dict(lead.variables),
        }
        for lead in desk.waiting()
    ]
    return {"Data": {"Calls": cloud.faults.disturbed(DOOR, calls), "Campaign": _about(cloud, desk)}}


# --- campaigns ---------------------------------------------------------------------------------------


def _list(cloud: Cloud, asked: dict[str, object]) -> dict:
    return {"Data": cloud.faults.disturbed(DOOR, [_about(cloud, desk) for desk in cloud.campaigns.desks.values()])}


def _details(cloud: Cloud, asked: dict[str, object]) -> dict:
    return {"Data": _about(cloud, _desk(cloud, asked))}


def _about(cloud: Cloud, desk: Desk) -> dict:
    """Guess: a campaign counts its calls under the name of its type, and 0 under the other."""
    priorities = [lead.priority for lead in desk.leads if lead.state == PENDING]
    return {
        "Name": desk.campaign.name,
        "StatusName": "Enabled" if cloud.campaigns.dials(desk) else "Disabled",
        "TotalPendingCalls": 0 if desk.campaign.predictive else len(priorities),
        "TotalAwaitingCalls": len(priorities) if desk.campaign.predictive else 0,
        "MaxPriority": max(priorities, default=0),
        "MinPriority": min(priorities, default=0),
        "Code": desk.campaign.code,
    }


def _start(cloud: Cloud, asked: dict[str, object]) -> dict:
    cloud.campaigns.start(_desk(cloud, asked), cloud.now())
    return {}


def _stop(cloud: Cloud, asked: dict[str, object]) -> dict:
    cloud.campaigns.stop(_desk(cloud, asked))
    return {}


def _members(cloud: Cloud, asked: dict[str, object]) -> dict:
    rows = [{"Member": sip, "DisplayName": cloud.centre.by_sip[sip].name} for sip in _desk(cloud, asked).members]
    return {"Data": cloud.faults.disturbed(DOOR, rows)}


def _add_member(cloud: Cloud, asked: dict[str, object]) -> dict:
    desk, sip = _desk(cloud, asked), text_of(asked, "member")
    added = sip in cloud.centre.by_sip and sip not in desk.members
    desk.members += [sip] * added
    return {"Data": {"TotalAdded": int(added)}}


def _remove_member(cloud: Cloud, asked: dict[str, object]) -> dict:
    desk, sip = _desk(cloud, asked), text_of(asked, "member")
    removed = desk.members.count(sip)
    desk.members = [one for one in desk.members if one != sip]
    return {"Data": {"TotalRemoved": removed}}


def _strategy(cloud: Cloud, asked: dict[str, object]) -> dict:
    """Guess: the coefficient is calls an agent; nothing is dialled while more than the limit wait in the queue."""
    desk = _desk(cloud, asked)
    try:
        if said := text_of(asked, "setcoefficient"):
            desk.coefficient = float(said)
        if said := text_of(asked, "setqueueformonitoring"):
            desk.watched_queue = int(said)
        if said := text_of(asked, "setqueuemaximumcallers"):
            desk.queue_limit = int(said)
    except ValueError as error:
        raise Refused(INTERNAL, "A strategy is made of numbers") from error
    return {}


def _configure(cloud: Cloud, asked: dict[str, object]) -> dict:
    """Guess: only an IVR campaign can be configured, and extensions that are not known are passed over."""
    desk = _desk(cloud, asked)
    if not desk.campaign.predictive:
        raise Refused(INTERNAL, "Not an IVR campaign")
    strategy, sips = asked.get("concurrentstrategy"), asked.get("representativelist")
    if isinstance(strategy, dict) and isinstance(strategy.get("setMaxCalls"), int):
        desk.max_calls = strategy["setMaxCalls"]
    if isinstance(sips, list):
        desk.members = [sip for sip in sips if sip in cloud.centre.by_sip]
    return {}


METHODS: dict[str, Callable[[Cloud, dict[str, object]], dict]] = {
    "addcall": _add,
    "removecall": _remove,
    "updatecall": _update,
    "clearcampaigncalls": _clear,
    "getcampaignpendingcalls": _pending,
    "getcampaignlist": _list,
    "getcampaigndetails": _details,
    "startcampaign": _start,
    "stopcampaign": _stop,
    "getmemberslist": _members,
    "addmember": _add_member,
    "removemember": _remove_member,
    "updatecampaignstrategy": _strategy,
    "configureivrcampaign": _configure,
}
PATHS = tuple(ROOT + method for method in (*METHODS, "addcallsbulk"))
