"""Who is on the phone and who waits, right now, and which extensions there are (PROTOCOL S8, S9).

Poll no faster than every `POLL_SECONDS`. A wrong code may answer success with an empty list, so an empty
Listing is not `conclusive`: never delete what is known because of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from . import clock
from .answers import Listing, error_number, fields_of, rows_under
from .client import Answer, VoicenterClient
from .errors import ApplicationError, NotAuthorised, Refused
from .values import flag, identifier, structure, text, whole
from .wire import fold

POLL_SECONDS = 5
REFUSALS: dict[int, type[Refused]] = {1: NotAuthorised, 2: ApplicationError}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveCall:
    """A call that an extension has now. Times are aware UTC; `answered_at` is None until somebody answers.

    `status` and `direction` are Voicenter's words: Ringing, Talking, Dialing, Hold; Incoming, Outgoing,
    Click2Call.
    """

    call_id: str
    caller_name: str
    caller_phone: str
    started_at: datetime
    answered_at: datetime | None
    answered: bool
    time_uncertain: bool
    status: str
    direction: str
    did: str
    custom_data: dict
    raw: Mapping = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyExtension:
    """An extension and its calls. `sip` is its code; the agent's number and status where they are told."""

    sip: str
    name: str
    representative: str
    peer_status: str
    user_id: str
    agent_status: int | None
    calls: tuple[ActiveCall, ...]
    raw: Mapping = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCaller:
    """Somebody in a queue since `joined_at` (aware UTC)."""

    call_id: str
    phone: str
    joined_at: datetime
    time_uncertain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingQueue:
    """A queue and who waits in it, in the order that Voicenter gives."""

    id: int | None
    name: str
    callers: tuple[WaitingCaller, ...]
    raw: Mapping = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedExtension:
    """One extension of the organisation; `account_id` is that of its department."""

    sip: str
    name: str
    speed_dial: str
    account_id: int | None
    account_name: str
    raw: Mapping = field(repr=False, compare=False)


def extensions_calls(
    client: VoicenterClient, *, now: datetime | None = None, wall_clock: bool = True
) -> Listing[BusyExtension]:
    """All extensions with the calls on them. `wall_clock` is the account's setting for epochs (PROTOCOL Time).

    Raises VoicenterError's kinds.
    """
    now = now or datetime.now(UTC)
    rows = _listed(client, client.hosts.active_calls + "/GetExtensionsCalls", "extensions")
    return Listing(tuple(_busy(row, now, wall_clock) for row in rows))


def queues_callers(
    client: VoicenterClient, *, now: datetime | None = None, wall_clock: bool = True
) -> Listing[WaitingQueue]:
    """All queues with who waits in them. Raises VoicenterError's kinds."""
    now = now or datetime.now(UTC)
    rows = _listed(client, client.hosts.active_calls + "/GetQueuesCallers", "queues")
    return Listing(tuple(_queue(row, now, wall_clock) for row in rows))


def extensions(client: VoicenterClient, *, show_all: bool = True) -> Listing[ListedExtension]:
    """The extensions of the whole organisation, or of the code's own account. Raises VoicenterError's kinds."""
    rows = _listed(client, client.hosts.extensions + "/GetExtensions", "extensions", showAll=int(show_all))
    return Listing(tuple(_extension(row) for row in rows))


def _listed(client: VoicenterClient, url: str, name: str, **asked: int) -> tuple[dict, ...]:
    answer: Answer = client.look_up(url, **asked)
    said = fields_of(answer)
    number = error_number(said, "err", answer)
    if number:
        raise REFUSALS.get(number, Refused)(number, client.without_code(text(said.get("desc"))))
    return rows_under(said, name)


def _busy(row: Mapping, now: datetime, wall_clock: bool) -> BusyExtension:
    got = fold(row)
    return BusyExtension(
        sip=text(got.get("username"), 64),
        name=text(got.get("name")),
        representative=text(got.get("representative")),
        peer_status=text(got.get("peerstatus"), 64),
        user_id=text(got.get("onlineuserid"), 64),
        agent_status=whole(got.get("onlineuserstatus")),
        calls=tuple(_call(call, now, wall_clock) for call in _objects(got.get("calls"))),
        raw=row,
    )


def _call(row: Mapping, now: datetime, wall_clock: bool) -> ActiveCall:
    got = fold(row)
    call_id = identifier(got.get("ivrid"))
    started = clock.of_push(got.get("callstarted"), call_id, received_at=now, wall_clock=wall_clock)
    answered = bool(flag(got.get("answered")))
    picked_up = got.get("callanswered")
    return ActiveCall(
        call_id=call_id,
        caller_name=text(got.get("callername")),
        caller_phone=text(got.get("callerphone"), 64),
        started_at=started.at,
        answered_at=clock.of_push(picked_up, call_id, received_at=now, wall_clock=wall_clock).at
        if answered and whole(picked_up)
        else None,
        answered=answered,
        time_uncertain=started.uncertain,
        status=text(got.get("callstatus"), 64),
        direction=text(got.get("direction"), 64),
        did=text(got.get("did"), 64),
        custom_data=custom if isinstance(custom := structure(got.get("customdata")), dict) else {},
        raw=row,
    )


def _queue(row: Mapping, now: datetime, wall_clock: bool) -> WaitingQueue:
    got = fold(row)
    callers = []
    for caller in map(fold, _objects(got.get("callers"))):
        call_id = identifier(caller.get("callid"))
        joined = clock.of_push(caller.get("jointime"), call_id, received_at=now, wall_clock=wall_clock)
        callers.append(
            WaitingCaller(
                call_id=call_id,
                phone=text(caller.get("phone"), 64),
                joined_at=joined.at,
                time_uncertain=joined.uncertain,
            )
        )
    return WaitingQueue(id=whole(got.get("id")), name=text(got.get("name")), callers=tuple(callers), raw=row)


def _extension(row: Mapping) -> ListedExtension:
    got = fold(row)
    return ListedExtension(
        sip=text(got.get("sip"), 64),
        name=text(got.get("name")),
        speed_dial=text(got.get("speeddial"), 64),
        account_id=whole(got.get("accountid")),
        account_name=text(got.get("accountname")),
        raw=row,
    )


def _objects(value: object) -> list[dict]:
    """The objects of a list within a row; what is none of it is left out."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
