"""Voicenter's call types and statuses, and what they mean here (PROTOCOL 'Call types', 'Statuses')."""

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Which way a call went, as the organisation sees it."""

    IN = "in"
    OUT = "out"
    CONFERENCE = "conference"
    TRANSFER = "transfer"
    FORWARD = "forward"
    FAX = "fax"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CallType:
    """A row of PROTOCOL's table; `leg` is 1 or 2 where a call has two, else None."""

    id: int
    name: str
    direction: Direction
    leg: int | None = None

    @property
    def key(self) -> str:
        return type_key(self.name)


def type_key(name: str) -> str:
    """The name in lower case without blanks, by which its spellings are one type."""
    return "".join(name.split()).casefold()


_IN, _OUT, _TRANSFER = Direction.IN, Direction.OUT, Direction.TRANSFER

CALL_TYPES: tuple[CallType, ...] = (
    CallType(1, "Incoming Call", _IN),
    CallType(2, "CC", _OUT),
    CallType(4, "Extension Outgoing", _OUT),
    CallType(8, "Queue", _IN),
    CallType(9, "Click2Call leg1", _OUT, 1),
    CallType(10, "Click2Call leg2", _OUT, 2),
    CallType(11, "VoiceMail", _IN),
    CallType(12, "Callference", Direction.CONFERENCE),
    CallType(13, "XferCDR", _TRANSFER),
    CallType(14, "ProductiveCall Leg1", _OUT, 1),
    CallType(15, "ProductiveCall Leg2", _OUT, 2),
    CallType(16, "Scrubber", _OUT),
    CallType(17, "Click 2 IVR", _OUT, 1),
    CallType(18, "Click 2 IVR Incoming", _OUT, 2),
    CallType(19, "Click 2 Queue Incoming", _OUT, 2),
    CallType(20, "FaxCdr", Direction.FAX),
    CallType(21, "Attended CDR leg1", _TRANSFER, 1),
    CallType(22, "Attended CDR leg2", _TRANSFER, 2),
    CallType(23, "Auto forward", Direction.FORWARD),
)
BY_ID: dict[int, CallType] = {call_type.id: call_type for call_type in CALL_TYPES}
BY_KEY: dict[str, CallType] = {call_type.key: call_type for call_type in CALL_TYPES}

QUEUE_TYPE = 8
VOICEMAIL_TYPE = 11
AGENT_LEGS = frozenset({9, 14})
CUSTOMER_LEGS = frozenset({10, 15, 17})
# Every leg that rings somebody outside: those, and the calls out that have one leg only.
ATTEMPTS = CUSTOMER_LEGS | {2, 4}
# The conversation of an answered 17, not a second attempt.
DIALLER_TALK = frozenset({18, 19})
# Types whose status is of leg 2 in a push and of leg 1 in a pull; 21 and 22 are ordinary (PROTOCOL S3, S4).
TWO_LEG = frozenset({9, 10, 14, 15, 17, 18, 19})
PREDICTIVE_LEG = 17
DIALLED_INTO_IVR = 18

ANSWER = "ANSWER"
VOICEMAIL = "VOICEMAIL"
BUSY = "BUSY"
ABANDONED = frozenset({"ABANDONE"})
FLOWED_OUT = frozenset({"TIMEOUT", "FULL", "EXIT", "JOINEMPTY"})
MISSED = frozenset({"NOANSWER", "CANCEL"})
IVR_END = frozenset({"VOEND", "TE"})
NOT_DIALLED = frozenset({"NOTCALLED", "NOTDIALED"})
PROVIDER_ERRORS = frozenset({"CONGESTION", "CHANUNAVAIL", "INVALIDARGS", "SSWPREAUTH"})
HUNG_UP_IN_MENU = "VOEND"
NOT_REGISTERED = "CHANUNAVAIL"  # of the provider's errors the one in which a caller heard nobody pick up
# 'Left without an answer': recovery, and the filter `lost`.
LOST = ABANDONED | FLOWED_OUT
STATUSES = {ANSWER, VOICEMAIL, BUSY, "DONTCALL", "TORTURE"} | LOST | MISSED | IVR_END | NOT_DIALLED | PROVIDER_ERRORS

_OTHER_SPELLINGS = {"ANSWERED": ANSWER, "ABANDONED": "ABANDONE"}


def canonical(status: str) -> str:
    """The status in upper case without blanks around it, in the one spelling that is kept."""
    status = status.strip().upper()
    return _OTHER_SPELLINGS.get(status, status)


def has_talk(status: str | None) -> bool:
    """Whether a duration may be talk: no status, one this table does not know, ANSWER or VOICEMAIL."""
    return status in (None, ANSWER, VOICEMAIL) or status not in STATUSES


_DIRECTIONS = {direction.value: direction for direction in Direction} | {
    "incoming": Direction.IN,
    "inbound": Direction.IN,
    "outgoing": Direction.OUT,
    "outbound": Direction.OUT,
}


def direction_of(word: str) -> Direction:
    """A push's own word for its direction, which fills the one of types that are unknown."""
    return _DIRECTIONS.get(word.strip().casefold(), Direction.UNKNOWN)
