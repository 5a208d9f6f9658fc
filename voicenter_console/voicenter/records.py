"""The vendor's words to ours: one CallRecord from a CDR notification or from a row of the call log.

The only place where the vendor's field names are read (PROTOCOL S3, S4, S5; traps 6 to 41 of the fields'
practice). Nothing here raises but for a record without a call id: what cannot be read is empty in the record
and stays in `raw`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from . import clock, fields, terms
from .errors import Garbled
from .fields import IvrStep
from .terms import CALL_TYPES, Direction, canonical, type_key
from .values import flag, price, text, url, whole
from .wire import decode_answer, fold

__all__ = [
    "CALL_TYPES",
    "CallRecord",
    "Direction",
    "IvrStep",
    "Reading",
    "Source",
    "canonical",
    "from_call_log",
    "from_notification",
    "notification_call_id",
    "notification_offset",
    "rows_of_page",
    "type_key",
]


class Source(StrEnum):
    """Which of the two ways a record came."""

    PUSH = "push"
    PULL = "pull"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How an account's pushes are to be read: its settings, with the documents' wording as defaults."""

    wall_clock: bool = True
    wait_in_duration: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """What Voicenter said once of one leg of a call; empty text and None mean that it said nothing.

    Times are aware UTC, durations seconds, prices agorot (hundredths of a shekel). `type` is the key of
    PROTOCOL's table ('' where no type came, '#n' for a number that is not in it). `talk_exact` tells that
    the talk time was given apart from the duration. `unknown` names the fields this version does not know.
    """

    source: Source
    call_id: str
    type: str
    type_id: int | None
    type_name: str
    status: str | None
    leg1_status: str | None
    direction: Direction
    started_at: datetime
    time_uncertain: bool
    talk_seconds: int | None
    talk_exact: bool = False
    ring_seconds: int | None
    wait_seconds: int | None = None
    caller: str
    target: str
    did: str
    caller_extension: str
    target_extension: str
    extension: str
    agent_name: str
    agent_code: str
    queue_id: int | None = None
    queue_name: str
    price: Decimal | None
    recording_url: str
    recording_expected: bool | None = None
    caller_country: str = ""
    target_country: str
    department_id: int | None
    department_name: str
    top_department_id: int | None = None
    top_department_name: str = ""
    ivr_path: tuple[IvrStep, ...]
    ivr_raw: str
    custom_data: dict
    original_call_id: str
    dnc: bool | None = None
    ai: dict | None = None
    unknown: tuple[str, ...]
    raw: Mapping = field(repr=False, compare=False)


def from_notification(said: Mapping, *, received_at: datetime, reading: Reading | None = None) -> CallRecord:
    """A CDR that was pushed (PROTOCOL S5). Raises Garbled where it has no call id.

    `received_at` is its first receipt, aware; it decides in the repeated hour and where no time was sent.
    """
    reading = reading or Reading()
    got = fold(said)
    call_id = fields.call_id(got.get("ivruniqueid"))
    kind = fields.kind(got.get("type"), None)
    direction = kind.direction or terms.direction_of(text(got.get("direction")))
    status, wait = (
        fields.status(got.get("status")),
        whole(got.get("seconds_waiting_in_queue")),
    )
    talk, talk_exact = fields.talk(got, status, wait, reading.wait_in_duration)
    ring = whole(got.get("dialtime"))
    ring = whole(got.get("actualcalldialtime")) if ring is None else ring
    started = clock.of_push(
        got.get("time"),
        call_id,
        received_at=received_at,
        wall_clock=reading.wall_clock,
        elapsed_seconds=(talk or 0) + (ring or 0) + (wait or 0),
    )
    custom_data, original = fields.custom_data(said, got)
    steps, ivr_raw = fields.ivr_path(got.get("ivr"))
    caller_extension = text(got.get("callerextension"), 64)
    target_extension = text(got.get("targetextension"), 64)
    top_id, top_name = got.get("topdepartmentid"), text(got.get("topdepartmentname"))
    return CallRecord(
        source=Source.PUSH,
        call_id=call_id,
        type=kind.key,
        type_id=kind.id,
        type_name=kind.name,
        status=status,
        leg1_status=fields.status(got.get("leg1dialstatusname")),
        direction=direction,
        started_at=started.at,
        time_uncertain=started.uncertain,
        talk_seconds=talk,
        talk_exact=talk_exact,
        ring_seconds=ring,
        wait_seconds=wait,
        caller=text(got.get("caller"), 64),
        target=text(got.get("target"), 64),
        did=text(got.get("did"), 64),
        caller_extension=caller_extension,
        target_extension=target_extension,
        extension=fields.extension(direction, caller_extension, target_extension) or text(got.get("extenuser"), 64),
        agent_name=text(got.get("representative_name")),
        agent_code=text(got.get("representative_code"), 64),
        queue_id=whole(got.get("queueid")) or None,
        queue_name=text(got.get("queuename")),
        price=price(got.get("price")),
        recording_url=url(got.get("record")),
        caller_country=text(got.get("caller_country"), 100),
        target_country=text(got.get("target_country"), 100),
        department_id=whole(got.get("departmentid")) or None,
        department_name=text(got.get("departmentname")),
        top_department_id=whole(top_id) or None,
        # One example of the documents gives the name under the id's key.
        top_department_name=top_name or ("" if whole(top_id) is not None else text(top_id)),
        ivr_path=steps,
        ivr_raw=ivr_raw,
        custom_data=custom_data,
        original_call_id="" if original == call_id else original,
        dnc=fields.do_not_call(got),
        ai=fields.ai(got),
        unknown=fields.unknown(said, got, fields.NOTIFICATION),
        raw=said,
    )


def notification_call_id(said: Mapping) -> str:
    """The id alone of a CDR that was pushed, asked for before the hook answers. Raises Garbled."""
    return fields.call_id(fold(said).get("ivruniqueid"))


def notification_offset(said: Mapping, started_at: datetime) -> int | None:
    """Seconds by which a pushed time, read as true UTC, is ahead of the exact start; None where none was sent."""
    return clock.offset_seen(fold(said).get("time"), started_at)


def rows_of_page(body: bytes) -> tuple[dict, ...]:
    """The rows of a call log's answer, as sent. Raises Garbled where it is not one."""
    return rows_of(fold(decode_answer(body)))


def rows_of(answer: Mapping) -> tuple[dict, ...]:
    """The rows of a call log's answer that was folded. Raises Garbled where it lists anything else."""
    rows = answer.get("cdr_list")
    if rows is None and whole(answer.get("return_hits")) in (None, 0) and "error_number" in answer:
        return ()
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Garbled("an answer without a list of calls")
    return tuple(rows)


def from_call_log(said: Mapping, *, received_at: datetime) -> CallRecord:
    """A row of the call log (PROTOCOL S3, S4). Raises Garbled where it has no call id."""
    got = fold(said)
    call_id = fields.call_id(got.get("callid"))
    kind = fields.kind(got.get("type"), got.get("cdrtype"))
    direction = kind.direction or Direction.UNKNOWN
    status, leg1_status = fields.pulled_status(kind.id, got)
    started = clock.of_pull(got.get("date"), call_id, received_at=received_at)
    custom_data, original = fields.custom_data(said, got)
    steps, ivr_raw = fields.ivr_path(got.get("dtmfdata"))
    caller_extension = text(got.get("callerextension"), 64)
    target_extension = text(got.get("targetextension"), 64)
    talk = whole(got.get("duration"))
    return CallRecord(
        source=Source.PULL,
        call_id=call_id,
        type=kind.key,
        type_id=kind.id,
        type_name=kind.name,
        status=status,
        leg1_status=leg1_status,
        direction=direction,
        started_at=started.at,
        time_uncertain=started.uncertain,
        talk_seconds=talk if terms.has_talk(status) else 0,
        ring_seconds=whole(got.get("ringtime")),
        caller=text(got.get("callernumber"), 64),
        target=text(got.get("targetnumber"), 64),
        did=text(got.get("did"), 64),
        caller_extension=caller_extension,
        target_extension=target_extension,
        extension=fields.extension(direction, caller_extension, target_extension),
        agent_name=text(got.get("representativename")) or text(got.get("username")),
        agent_code=text(got.get("representativecode"), 64),
        queue_name=text(got.get("queuename")),
        price=price(got.get("price")),
        recording_url=url(got.get("recordurl")),
        recording_expected=flag(got.get("recordexpect")),
        target_country=text(got.get("targetprefixname"), 100),
        department_id=whole(got.get("departmentid")) or None,
        department_name=text(got.get("departmentname")),
        ivr_path=steps,
        ivr_raw=ivr_raw,
        custom_data=custom_data,
        original_call_id="" if original == call_id else original,
        unknown=fields.unknown(said, got, fields.CALL_LOG),
        raw=said,
    )
