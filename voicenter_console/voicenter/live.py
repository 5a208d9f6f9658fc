"""What goes on now, in our words: who waits where, who talks, and what just changed.

RealTime's events and what is polled both become these. Times are aware UTC, None where they were not said.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .records import Direction


class Phase(StrEnum):
    """How far a call on an extension is."""

    RINGING = "ringing"
    DIALLING = "dialling"
    TALKING = "talking"
    HELD = "held"
    UNKNOWN = "unknown"


class Change(StrEnum):
    """What happened to an extension."""

    CALL_BEGAN = "call_began"
    CALL_ANSWERED = "call_answered"
    CALL_HELD = "call_held"
    CALL_RESUMED = "call_resumed"
    CALL_ENDED = "call_ended"
    AGENT_STATUS = "agent_status"


class Departure(StrEnum):
    """How a caller left a queue; `answered` where an agent took the call."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCall:
    """A call on an extension; `number` is the other party's, as it was said; `request` the id of our request to dial
    of which it came, where that is told."""

    call_id: str
    phase: Phase
    direction: Direction
    number: str = ""
    name: str = ""
    did: str = ""
    queue_id: int | None = None
    started_at: datetime | None = None
    answered_at: datetime | None = None
    request: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionNow:
    """A phone and who is logged in at it. `status` is the number of the agent's state (PROTOCOL S11)."""

    code: str
    number: str = ""
    name: str = ""
    agent_code: str = ""
    agent_name: str = ""
    status: int | None = None
    status_since: datetime | None = None
    calls: tuple[LiveCall, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCaller:
    """Somebody in a queue; number '' and no time where all that is known is the call's id."""

    call_id: str
    number: str = ""
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNow:
    """A queue and those who wait in it, first come first."""

    id: int
    name: str = ""
    callers: tuple[WaitingCaller, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something was said at `at`, by the provider's clock where it told one."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AllExtensions(Event):
    """A full status: whatever was known of extensions before is void."""

    extensions: tuple[ExtensionNow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllQueues(Event):
    """A full status: whatever was known of queues before is void."""

    queues: tuple[QueueNow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionChanged(Event):
    """`extension` is as it is after the change; `call` the one it is about, None of a status."""

    change: Change
    extension: ExtensionNow
    call: LiveCall | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerJoined(Event):
    """`queue` is as it is with the caller in it."""

    queue: QueueNow
    caller: WaitingCaller


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerLeft(Event):
    """`queue` is as it is without the caller; `how` None where it was not said."""

    queue: QueueNow
    caller: WaitingCaller
    how: Departure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineUp(Event):
    """The source of events is there; a full status follows."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDown(Event):
    """What is known grows old from here; `reason` holds no secret."""

    reason: str
