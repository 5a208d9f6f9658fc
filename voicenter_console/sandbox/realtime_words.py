"""What RealTime says of a moment, in the vendor's words (PROTOCOL S10; shapes as integrators of today see them)."""

from dataclasses import dataclass, field
from datetime import datetime

from voicenter_console.sandbox.legs import ISRAEL, Leg
from voicenter_console.sandbox.people import Agent, Centre, Extension, Queue
from voicenter_console.sandbox.presence import CLICK_TO_CALL, HOLD, RINGING, TALKING, InQueue, OnPhone
from voicenter_console.sandbox.shifts import LOGOUT, Status
from voicenter_console.sandbox.words import wall_epoch


@dataclass(slots=True)
class Moment:
    """The centre at one instant: callers by queue, calls by extension, and who is logged in at each (SIP codes)."""

    at: datetime
    callers: dict[int, list[InQueue]] = field(default_factory=dict)
    calls: dict[str, list[OnPhone]] = field(default_factory=dict)
    present: dict[str, tuple[Agent, Status]] = field(default_factory=dict)


def _times(now: Moment) -> dict:
    offset = int(now.at.astimezone(ISRAEL).utcoffset().total_seconds()) // 60
    return {"servertime": wall_epoch(now.at), "servertimeoffset": offset}


def login_success(now: Moment) -> dict:
    return {"errorCode": 0, "errorDesc": "OK", **_times(now)}


def login_status(centre: Centre, now: Moment) -> dict:
    queues = [
        {**_queue(queue, now), "UserID": queue.id, "DistributorID": 0, "IsDistributedQueue": 0}
        for queue in centre.queues
    ]
    return {**login_success(now), "queues": queues}


def all_extensions(centre: Centre, now: Moment) -> dict:
    extensions = [_extension(agent.extension, centre, now) for agent in centre.agents]
    return {**login_success(now), "extensions": extensions}


def all_dialers(centre: Centre, now: Moment) -> dict:
    dialers = [
        {
            "campaignID": one.id, "name": one.name, "code": one.code, "accountID": centre.top.id, "calls": [],
            "typeID": 3 if one.predictive else 5, "type": "IVR" if one.predictive else "Automatic",
        }
        for one in centre.campaigns
    ]  # fmt: skip
    return {**login_success(now), "dialers": dialers}


def queue_event(reason: str, leg: Leg, now: Moment) -> dict:
    """One that left is not in `Calls` any more."""
    data = _queue(leg.queue, now)
    if reason in ("EXIT", "ANSWER"):
        data["AnsweredAgent"] = leg.agent.extension.sip if leg.agent else ""
    return {"eventName": "queue", "reason": reason, "ivruniqueid": leg.call_id, **_times(now),
            "telephonyservertime": wall_epoch(now.at), "data": data}  # fmt: skip


def extension_event(
    reason: str, extension: Extension, centre: Centre, now: Moment, about: OnPhone | None = None
) -> dict:
    """`about` is the call it speaks of; one that ended is not in `calls` any more."""
    data = _extension(extension, centre, now)
    said = {"eventName": "extension", "reason": reason, **_times(now), "data": data}
    if about is None:
        return said
    said["telephonyservertime"] = wall_epoch(now.at)
    data["currentCall"] = _call(about)
    if reason == "HANGUP":
        said |= {"ivruniqueid": about.leg.call_id, "callerID": about.other, "cause": _cause(about), "dialStatus": ""}
    return said


def _extension(extension: Extension, centre: Centre, now: Moment) -> dict:
    owner = centre.by_sip[extension.sip]
    agent, status = now.present.get(extension.sip, (None, None))
    number = int(agent.code) if agent else 0
    return {
        "userID": int(owner.code),
        "userName": extension.name,
        "number": int(extension.number),
        "extenUser": extension.sip,
        "accountID": owner.department.id,
        "topAccountID": centre.top.id,
        "summery": {"representative": agent.name if agent else ""},
        "onlineUserID": number,
        "representative": number,
        "representativeStatus": status.id if status else LOGOUT,
        "representativeUpdated": wall_epoch(status.since) * 1000 if status else 0,
        "peerStatus": None,
        "calls": [_call(one) for one in now.calls.get(extension.sip, ())],
    }


def _queue(queue: Queue, now: Moment) -> dict:
    calls = [
        {
            "CallerID": one.leg.caller,
            "CallerName": queue.name,
            "IvrUniqueID": one.leg.call_id,
            "ivrid": one.leg.call_id,
            "JoinTimeStamp": wall_epoch(one.joined),
            "calldurationinterval": wall_epoch(one.joined),
        }
        for one in now.callers.get(queue.id, ())
    ]
    return {"QueueID": queue.id, "QueueName": queue.name, "Calls": calls}


def _call(one: OnPhone) -> dict:
    leg, up = one.leg, one.state in (TALKING, HOLD)
    said = {
        "callStarted": wall_epoch(one.started),
        "callAnswered": wall_epoch(one.answered_at) if up else 0,
        "answered": int(up),
        "callername": leg.queue.name if leg.queue else "",
        "callerphone": one.other,
        "callstatus": one.state,
        "direction": one.direction,
        "callType": str(int(leg.kind)),
        "ivrid": leg.call_id,
        "did": leg.did,
        "customdata": dict(leg.variables),
        "recording": {"Filename": "", "Options": "", "ApproximateURL": "", "IsMuted": 0},
        "isInternal": 0,
        "isSpyed": 0,
        "actualDialedNumber": leg.target,
        "relatedIvrUniqueIDs": [leg.original] if leg.original else [],
        "calldurationinterval": wall_epoch(one.started),
    }
    if leg.queue:
        said["queueID"] = leg.queue.id
    if one.direction == CLICK_TO_CALL:
        said |= {"c2cdirection": 1 if one.state == RINGING else 2, "callerphone": "Anonymous"}
        said["outgoingcallerphone"] = one.other
    return said


def _cause(one: OnPhone) -> str:
    if one.state in (TALKING, HOLD):
        return "Normal hangup"
    return {"BUSY": "User busy", "NOANSWER": "User alerting, no answer"}.get(one.leg.status, "Answered elsewhere")
