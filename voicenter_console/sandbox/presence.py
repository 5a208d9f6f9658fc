"""Who talks and who waits right now, by the legs that have begun and not ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from voicenter_console.sandbox.legs import Kind, Leg
from voicenter_console.sandbox.people import Extension, Queue

RINGING, DIALING, TALKING, HOLD = "Ringing", "Dialing", "Talking", "Hold"
INCOMING, OUTGOING, CLICK_TO_CALL = "Incoming", "Outgoing", "Click2Call"
# An agent's leg, with the leg to the customer that follows under the same id on the same extension.
HELD_AFTER, HELD_FOR = timedelta(seconds=20), timedelta(seconds=15)
AGENTS_LEGS = {Kind.CLICK_LEG1: Kind.CLICK_LEG2, Kind.PRODUCTIVE_LEG1: Kind.PRODUCTIVE_LEG2}


# A forwarded call leaves the phone, and voicemail talks in its place.
ELSEWHERE = {Kind.FORWARD, Kind.VOICEMAIL}


@dataclass(frozen=True, slots=True)
class OnPhone:
    """A call on an extension. `answered_at` is None while it rings; instants are aware UTC."""

    extension: Extension
    leg: Leg
    state: str
    direction: str
    other: str
    started: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class InQueue:
    """A caller whom nobody has answered yet, in the queue since `joined`."""

    queue: Queue
    leg: Leg
    joined: datetime


def on_phones(running: list[Leg], now: datetime) -> list[OnPhone]:
    """Every call on every extension at that instant, first to begin first."""
    found = []
    by_key = {leg.key: leg for leg in running}
    for leg in running:
        first = next((one for one, two in AGENTS_LEGS.items() if two is leg.kind), None)
        if first and (leg.call_id, int(first)) in by_key:
            continue  # told with the agent's own leg
        extensions = [one for one in (leg.target_extension, leg.caller_extension) if one]
        found += filter(None, (_on(extension, leg, by_key, now) for extension in extensions))
    return found


def in_queues(running: list[Leg], now: datetime) -> list[InQueue]:
    """Everyone who waits in a queue at that instant, first to join first."""
    found = []
    for leg in running:
        if leg.queue is None or leg.kind not in (Kind.QUEUE, Kind.PREDICTIVE_QUEUE):
            continue
        joined = leg.started + timedelta(seconds=leg.menu)
        if joined <= now < joined + timedelta(seconds=leg.wait + leg.ring):
            found.append(InQueue(leg.queue, leg, joined))
    return sorted(found, key=lambda one: one.joined)


def _on(extension: Extension, leg: Leg, by_key: dict, now: datetime) -> OnPhone | None:
    rings = leg.started + timedelta(seconds=leg.menu + leg.wait)
    if now < rings:
        return None
    talks = rings + timedelta(seconds=leg.ring)
    calls = leg.caller_extension is extension
    if leg.kind in ELSEWHERE and (calls or now >= talks):
        return None
    other = leg.target if calls else leg.caller
    if leg.kind in AGENTS_LEGS:
        return _two_legged(extension, leg, by_key, now, talks)
    if now < talks or leg.talk == 0:
        return OnPhone(extension, leg, DIALING if calls else RINGING, _direction(calls), other, rings, None)
    state = HOLD if _held(leg, by_key, now, talks) else TALKING
    return OnPhone(extension, leg, state, _direction(calls), other, rings, talks)


def changes(leg: Leg) -> tuple[datetime, ...]:
    """Every instant at which something about the leg may change."""
    joined = leg.started + timedelta(seconds=leg.menu)
    rings = joined + timedelta(seconds=leg.wait)
    talks = rings + timedelta(seconds=leg.ring)
    return leg.started, joined, rings, talks, talks + HELD_AFTER, talks + HELD_AFTER + HELD_FOR, leg.ended


def _held(leg: Leg, by_key: dict, now: datetime, talks: datetime) -> bool:
    """While the agent asks a colleague; and one conversation in eight is held once for a quarter of a minute."""
    if any(one.original == leg.call_id and one.kind is Kind.ATTENDED_LEG1 for one in by_key.values()):
        return True
    spell = talks + HELD_AFTER <= now < talks + HELD_AFTER + HELD_FOR
    return spell and leg.talk >= 60 and int(leg.call_id[-2:], 16) % 8 == 0


def _two_legged(extension: Extension, leg: Leg, by_key: dict, now: datetime, answered: datetime) -> OnPhone:
    """The agent's phone rings, then the customer's; they talk once the second leg is answered."""
    if now < answered:
        return OnPhone(extension, leg, RINGING, CLICK_TO_CALL, leg.caller, leg.started, None)
    second = by_key.get((leg.call_id, int(AGENTS_LEGS[leg.kind])))
    talks = second.started + timedelta(seconds=second.ring) if second and second.talk else None
    if talks is None or now < talks:
        return OnPhone(extension, leg, DIALING, CLICK_TO_CALL, leg.caller, leg.started, None)
    return OnPhone(extension, leg, TALKING, CLICK_TO_CALL, leg.caller, leg.started, talks)


def _direction(calls: bool) -> str:
    return OUTGOING if calls else INCOMING
