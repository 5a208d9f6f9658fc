"""RealTime's events to ours (PROTOCOL S10; field names as in the integrations of today).

Its times count Israel wall time: epoch less `servertimeoffset` minutes is UTC. Whatever is not known is
counted and ignored.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from . import click2call, clock
from .live import (
    AllExtensions,
    AllQueues,
    CallerJoined,
    CallerLeft,
    Change,
    Departure,
    Event,
    ExtensionChanged,
    ExtensionNow,
    LiveCall,
    Phase,
    QueueNow,
    WaitingCaller,
)
from .records import Direction
from .values import identifier, text, whole
from .wire import fold

logger = logging.getLogger(__name__)

_PHASES = {"ringing": Phase.RINGING, "dialing": Phase.DIALLING, "talking": Phase.TALKING, "hold": Phase.HELD}
_DIRECTIONS = {"incoming": Direction.IN, "outgoing": Direction.OUT, "click2call": Direction.OUT}
_CHANGES = {
    "newcall": Change.CALL_BEGAN,
    "answer": Change.CALL_ANSWERED,
    "hold": Change.CALL_HELD,
    "unhold": Change.CALL_RESUMED,
    "hangup": Change.CALL_ENDED,
    "userstatusupdate": Change.AGENT_STATUS,
}
DEPARTED_KEPT = 1000
UNKNOWN_KEPT = 100
# An EXIT here always names the agent who answered, unlike the status EXIT of a CDR.
_DEPARTURES = {"exit": Departure.ANSWERED, "answer": Departure.ANSWERED, "abandoned": Departure.ABANDONED}


class Normaliser:
    """Reads the events of one line, in their order. Never raises.

    It remembers who waits: on EXIT, ANSWER and ABANDONED the caller has already left the list that comes
    with the event, so that list names somebody else. `unknown` counts what was ignored, by name.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self.unknown: Counter[str] = Counter()
        self._now = now
        self._callers: dict[str, WaitingCaller] = {}
        self._left: dict[tuple[int, str], None] = {}
        self._offset: int | None = None

    def read(self, name: str, payload: object) -> list[Event]:
        """What one event says; nothing where it is not known or cannot be read."""
        said = fold(payload) if isinstance(payload, Mapping) else {}
        reader = self._READERS.get(name.casefold())
        self._offset = _minutes(said.get("servertimeoffset"), self._offset)
        events = reader(self, said) if reader else None
        if events is None:
            self._count(f"{name} {text(said.get('reason'))}".strip()[:80])
        return events or []

    def _count(self, name: str) -> None:
        """Count what is ignored, under so many names at most, and log each name once."""
        if name not in self.unknown and len(self.unknown) >= UNKNOWN_KEPT:
            name = "others"
        if name not in self.unknown:
            logger.warning("RealTime said what is not known: %s", name)
        self.unknown[name] += 1

    # --- the kinds of event ------------------------------------------------------------
    def _login_status(self, said: dict) -> list[Event] | None:
        if not isinstance(said.get("queues"), list):
            return None
        queues = tuple(filter(None, map(self._queue, _objects(said["queues"]))))
        self._callers = {caller.call_id: caller for queue in queues for caller in queue.callers}
        self._left.clear()
        return [AllQueues(at=self._at(said), queues=queues)]

    def _all_extensions(self, said: dict) -> list[Event] | None:
        if not isinstance(said.get("extensions"), list):
            return None
        extensions = tuple(filter(None, map(self._extension, _objects(said["extensions"]))))
        return [AllExtensions(at=self._at(said), extensions=extensions)]

    def _extension_event(self, said: dict) -> list[Event] | None:
        change = _CHANGES.get(text(said.get("reason")).casefold())
        data = _object(said.get("data"))
        extension = self._extension(data)
        if change is None or extension is None:
            return None
        call = None
        if change is not Change.AGENT_STATUS:
            call = self._call(_object(data.get("currentcall")), identifier(said.get("ivruniqueid")))
        cause = text(said.get("cause"))
        return [ExtensionChanged(at=self._at(said), change=change, extension=extension, call=call, cause=cause)]

    def _queue_event(self, said: dict) -> list[Event] | None:
        queue = self._queue(_object(said.get("data")))
        call_id = identifier(said.get("ivruniqueid"))
        reason = text(said.get("reason")).casefold()
        if queue is None or not call_id:
            return None
        here = {caller.call_id: caller for caller in queue.callers}
        if reason == "join":
            caller = here.get(call_id) or WaitingCaller(call_id=call_id)
            self._callers |= here | {call_id: caller}
            self._left.pop((queue.id, call_id), None)
            return [CallerJoined(at=self._at(said), queue=queue, caller=caller)]
        if reason not in _DEPARTURES:
            return None
        if (queue.id, call_id) in self._left:
            return []  # ANSWER and EXIT both tell of one departure
        self._left[queue.id, call_id] = None
        if len(self._left) > DEPARTED_KEPT:
            del self._left[next(iter(self._left))]
        caller = self._callers.pop(call_id, None) or here.get(call_id) or WaitingCaller(call_id=call_id)
        staying = tuple(one for one in queue.callers if one.call_id != call_id)
        queue = QueueNow(id=queue.id, name=queue.name, callers=staying)
        return [CallerLeft(at=self._at(said), queue=queue, caller=caller, how=_DEPARTURES[reason])]

    def _all_dialers(self, said: dict) -> list[Event] | None:
        # The dialers' own calls are on extensions and in queues, which is where they are shown.
        return [] if isinstance(said.get("dialers"), list) else None

    def _greeting(self, said: dict) -> list[Event] | None:
        return []

    _READERS: dict[str, Callable[["Normaliser", dict], list[Event] | None]] = {
        "loginsuccess": _greeting,
        "loginstatus": _login_status,
        "alldialersstatus": _all_dialers,
        "allextensionsstatus": _all_extensions,
        "extensionevent": _extension_event,
        "queueevent": _queue_event,
    }

    # --- what they are made of ------------------------------------------------------------
    def _at(self, said: Mapping) -> datetime:
        return self._time(said.get("servertime")) or self._now()

    def _time(self, epoch: object) -> datetime | None:
        return clock.of_realtime(epoch, self._offset, now=self._now())

    def _queue(self, said: Mapping) -> QueueNow | None:
        number = whole(said.get("queueid"))
        if not number:
            return None
        callers = [
            WaitingCaller(
                call_id=call_id, number=text(call.get("callerid"), 64), joined_at=self._time(call.get("jointimestamp"))
            )
            for call in _objects(said.get("calls"))
            if (call_id := identifier(call.get("ivruniqueid")) or identifier(call.get("ivrid")))
        ]
        return QueueNow(id=number, name=text(said.get("queuename"), 200), callers=tuple(callers))

    def _extension(self, said: Mapping) -> ExtensionNow | None:
        code = text(said.get("extenuser"), 64)
        if not code:
            return None
        # `representative` is the agent's number, or a name; who is logged in is `onlineUserID`.
        agent = text(said.get("representative"), 64)
        online = text(said.get("onlineuserid"), 64)
        name = text(_object(said.get("summery")).get("representative"), 200)
        numbered = [one for one in (agent, online) if one.isdigit() and one != "0"]
        return ExtensionNow(
            code=code,
            number=text(said.get("number"), 64),
            name=text(said.get("username"), 200),
            agent_code=numbered[0] if numbered else "",
            agent_name=name or ("" if agent.isdigit() else agent),
            status=whole(said.get("representativestatus")),
            status_since=self._time(said.get("representativeupdated")),
            calls=tuple(filter(None, (self._call(call) for call in _objects(said.get("calls"))))),
        )

    def _call(self, said: Mapping, call_id: str = "") -> LiveCall | None:
        call_id = identifier(said.get("ivrid")) or call_id
        if not call_id:
            return None
        direction = text(said.get("direction")).casefold()
        number = text(said.get("callerphone"), 64)
        if direction == "click2call":
            number = text(said.get("outgoingcallerphone"), 64) or number
        return LiveCall(
            call_id=call_id,
            phase=phase_of(text(said.get("callstatus"))),
            direction=direction_of(direction),
            number=number,
            name=text(said.get("callername"), 200),
            did=text(said.get("did"), 64),
            queue_id=whole(said.get("queueid")) or None,
            started_at=self._time(said.get("callstarted")),
            answered_at=self._time(said.get("callanswered")),
            request=click2call.request_of(_object(said.get("customdata"))),
        )


def phase_of(callstatus: str) -> Phase:
    """What their word for a call's state means, in events and in what is polled."""
    return _PHASES.get(callstatus.casefold(), Phase.UNKNOWN)


def direction_of(said: str) -> Direction:
    """What their word for a live call's direction means."""
    return _DIRECTIONS.get(said.casefold(), Direction.UNKNOWN)


def _minutes(said: object, known: int | None) -> int | None:
    """The server's offset from UTC; one beyond a day's is none."""
    minutes = whole(said)
    return minutes if minutes is not None and minutes <= 24 * 60 else known


def _object(value: object) -> dict:
    return fold(value) if isinstance(value, Mapping) else {}


def _objects(value: object) -> Iterable[dict]:
    return [fold(one) for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
