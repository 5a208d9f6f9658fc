"""One leg in both of the vendor's spellings: the CDR notification (PROTOCOL S5) and the Call Log row (S4)."""

import calendar
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from voicenter_console.sandbox import voices
from voicenter_console.sandbox.legs import ISRAEL, TWO_LEGGED, Kind, Leg
from voicenter_console.sandbox.people import Department

RECORDINGS = "https://cpanel.voicenter.co.il/CallsHistory/PlayRecord"

# As the documents' examples of pushes write them, without blanks; the Call Log's table has the blanks.
PUSHED = {Kind.CLICK_LEG1: "Click2Callleg1", Kind.CLICK_LEG2: "Click2Callleg2",
          Kind.PRODUCTIVE_LEG1: "ProductiveCallLeg1", Kind.PRODUCTIVE_LEG2: "ProductiveCallLeg2"}  # fmt: skip
NAMES = {
    Kind.INCOMING: "Incoming Call",
    Kind.CALLING_CARD: "CC",
    Kind.OUTGOING: "Extension Outgoing",
    Kind.QUEUE: "Queue",
    Kind.CLICK_LEG1: "Click2Call leg1",
    Kind.CLICK_LEG2: "Click2Call leg2",
    Kind.VOICEMAIL: "VoiceMail",
    Kind.CONFERENCE: "Callference",
    Kind.TRANSFER: "XferCDR",
    Kind.PRODUCTIVE_LEG1: "ProductiveCall Leg1",
    Kind.PRODUCTIVE_LEG2: "ProductiveCall Leg2",
    Kind.PREDICTIVE: "Click 2 IVR",
    Kind.PREDICTIVE_IVR: "Click 2 IVR Incoming",
    Kind.PREDICTIVE_QUEUE: "Click 2 Queue Incoming",
    Kind.ATTENDED_LEG1: "Attended CDR leg1",
    Kind.ATTENDED_LEG2: "Attended CDR leg2",
    Kind.FORWARD: "Auto forward",
}
INBOUND = {Kind.INCOMING, Kind.QUEUE, Kind.VOICEMAIL}
OUTBOUND = {Kind.CALLING_CARD, Kind.OUTGOING, Kind.CLICK_LEG2, Kind.PRODUCTIVE_LEG2, Kind.PREDICTIVE}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one account's cloud speaks where accounts differ; the defaults are the documents' wording.

    `true_epoch`: a push's `time` is a true epoch, not Israel wall time. `newer`: the fields that newer
    deliveries add (actualCallDuration, isAnswer, direction, ...). `duration_includes_wait`: `duration` counts
    the queue too. `ivr_as_text`, `dtmf_as_text`: the path as a string of JSON. `second_status`: the pull
    answers DialStatus2. `agent_status`: active calls tell who is logged in, as today's answers do.
    `dialer_code`: the dialer wants the account's code. `minus_two`: it answers -2 for a bad number, else 2.
    `add_result`: it tells of each call of a bulk, of 3,000 at most. `lower_keys`, `numbers_as_text`: answers
    of the dialer, of active calls and of statuses in another spelling.
    `recordings`: where they are heard. `ai`: pushes bring summary and transcript.
    """

    true_epoch: bool = False
    newer: bool = False
    duration_includes_wait: bool = False
    ivr_as_text: bool = True
    dtmf_as_text: bool = False
    second_status: bool = False
    agent_status: bool = True
    dialer_code: bool = True
    minus_two: bool = True
    add_result: bool = True
    lower_keys: bool = False
    numbers_as_text: bool = False
    recordings: str = RECORDINGS
    ai: bool = False


def wall_epoch(at: datetime) -> int:
    """Israel's wall clock counted as if it were UTC (PROTOCOL, Time)."""
    return calendar.timegm(at.astimezone(ISRAEL).timetuple())


def record_url(leg: Leg, recordings: str = RECORDINGS) -> str:
    if not leg.recorded:
        return ""
    return f"{recordings}/{leg.call_id}-aws-{leg.caller}-{leg.did or leg.target}.mp3"


def notification(leg: Leg, top: Department, dialect: Dialect) -> dict:
    """What the cloud posts to the console when the leg is over."""
    said = {
        "caller": leg.caller,
        "target": leg.target,
        "time": int(leg.started.timestamp()) if dialect.true_epoch else wall_epoch(leg.started),
        "duration": leg.talk + (leg.wait if dialect.duration_includes_wait else 0),
        "ivruniqueid": leg.call_id,
        "type": PUSHED.get(leg.kind, NAMES[leg.kind]),
        "status": leg.status,
        "targetextension": leg.target_extension.sip if leg.target_extension else "",
        "callerextension": leg.caller_extension.sip if leg.caller_extension else "",
        "did": leg.did,
        "queueid": leg.queue.id if leg.queue else 0,
        "queuename": leg.queue.name if leg.queue else "",
        "record": record_url(leg, dialect.recordings),
        "price": leg.price,
        "dialtime": leg.ring,
        "representative_name": leg.agent.name if leg.agent else "",
        "representative_code": leg.agent.code if leg.agent else "",
        "targetextension_name": leg.target_extension.name if leg.target_extension else "",
        "callerextension_name": leg.caller_extension.name if leg.caller_extension else "",
        "target_country": leg.target_country,
        "caller_country": leg.caller_country,
        "DepartmentName": leg.department.name,
        "DepartmentID": leg.department.id,
        "TopDepartmentName": top.name,
        "TopDepartmentID": top.id,
    }
    if leg.kind in TWO_LEGGED:
        said["leg1DialStatusName"] = leg.leg1
    if leg.queue:
        said["seconds_waiting_in_queue"] = leg.wait
    if leg.original:
        said["OriginalIvrUniqueID"] = leg.original
    if leg.path:
        said["IVR"] = json.dumps(_layers(leg), ensure_ascii=False) if dialect.ivr_as_text else _layers(leg)
    if dialect.newer:
        said |= _newer(leg)
    if dialect.ai and leg.recorded and leg.answered:
        said["aiData"] = voices.told(leg)
    return said | leg.variables


def _layers(leg: Leg) -> list[dict]:
    return [
        {
            "layer_id": step.layer_id,
            "layer_name": step.name,
            "layer_number": step.number,
            # 0 says both "the 0 key" and "nothing pressed" (the document's default).
            "Dtmf": int(step.pressed or 0),
            "dtmf_order": order,
        }
        for order, step in enumerate(leg.path, start=1)
    ]


def _newer(leg: Leg) -> dict:
    inbound = leg.kind in INBOUND
    own = leg.target_extension if inbound else leg.caller_extension
    said = {
        "actualCallDuration": leg.talk,
        "actualCallDialtime": leg.ring,
        "isAnswer": int(leg.answered),
        "extenUser": own.sip if own else "",
        "callerPhone": leg.caller if inbound else leg.target,
    }
    if inbound or leg.kind in OUTBOUND:
        said["direction"] = "incoming" if inbound else "outgoing"
    if leg.campaign:
        said |= {
            "campaignID": leg.campaign.id,
            "campaignName": leg.campaign.name,
            "campaignCode": leg.campaign.code,
        }
    return said


def call_log_row(leg: Leg, dialect: Dialect) -> dict:
    """What the pull answers for the leg: every field of both documents, in the current one's spelling."""
    path = [
        {"LayerName": step.name, "DTMF": int(step.pressed or 0), "LayerNumber": str(step.number)} for step in leg.path
    ]
    two_legged = leg.kind in TWO_LEGGED
    represented = leg.agent if leg.logged_in else None
    custom = dict(leg.variables)
    if leg.original:
        custom["OriginalIvrUniqueID"] = leg.original
    return {
        "CallID": leg.call_id,
        "Date": f"{leg.started.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        # Guess: the same Israel wall clock as in a push; the document leaves the zone open.
        "DateEpoch": wall_epoch(leg.started),
        "Type": NAMES[leg.kind],
        "CdrType": int(leg.kind),
        "DialStatus": leg.leg1 if two_legged else leg.status,
        "DialStatus2": leg.status if _tells_leg2(leg) and dialect.second_status else "",
        "CallerNumber": leg.caller,
        "TargetNumber": leg.target,
        "CallerExtension": leg.caller_extension.sip if leg.caller_extension else "",
        "TargetExtension": leg.target_extension.sip if leg.target_extension else "",
        "DID": leg.did,
        "QueueName": leg.queue.name if leg.queue else "",
        "Duration": leg.talk,
        "RingTime": leg.ring,
        "Price": leg.price,
        "RecordURL": record_url(leg, dialect.recordings),
        "RecordExpect": leg.recorded,
        "RepresentativeName": represented.name if represented else "",
        "RepresentativeCode": represented.code if represented else "",
        "UserName": leg.agent.name if leg.agent else "",
        "DepartmentName": leg.department.name,
        "DepartmentId": leg.department.id,
        "TargetPrefixName": leg.target_country,
        "DTMFData": json.dumps(path, ensure_ascii=False) if dialect.dtmf_as_text else path,
        "CustomData": custom,
    }


def _tells_leg2(leg: Leg) -> bool:
    """Type 17 is the customer's leg itself; its row has no second status."""
    return leg.kind in TWO_LEGGED and leg.kind is not Kind.PREDICTIVE
