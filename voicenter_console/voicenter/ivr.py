"""What the cloud asks while a caller waits: GET_IVR_ACTION, HANGUP_CALL, IVR_LAYER_INPUT (PROTOCOL S6, S13).

In JSON the method stands beside its data, in XML-RPC it is the method's name. Keys pressed stay text: their
leading zeros matter. Nothing here raises but for a message that asks none of the three.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from . import clock, fields
from .errors import Garbled
from .values import identifier, structure, text, whole
from .wire import Decoded, fold

# The menu, and the one before it, at the beginning of a call.
BEGINNING = "-1"
LONGEST_MENU = 200


class Method(StrEnum):
    """The vendor's names of the three."""

    ACTION = "GET_IVR_ACTION"
    HANGUP = "HANGUP_CALL"
    LAYER = "IVR_LAYER_INPUT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, and whom: `caller` may be an extension; '' where nothing was said."""

    call_id: str
    caller: str
    did: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequest(Caller):
    """External IVR: what shall this caller hear next? `menu` is the one we named in our last answer."""

    caller_name: str
    keys: str
    menu: str
    previous_menu: str

    @property
    def begins(self) -> bool:
        """Whether the caller has heard nothing of us yet."""
        return self.menu == BEGINNING


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRequest(Caller):
    """External layer: where shall these keys lead? Layers by their numbers, None where none was said."""

    keys: str
    layer: int | None
    previous_layer: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(Caller):
    """The call is over. `entered_at`: into the flow, `called_at`: the call itself, both aware UTC; durations are
    seconds, `status` as in call records."""

    target: str
    entered_at: datetime
    called_at: datetime
    time_uncertain: bool
    total_seconds: int | None
    ring_seconds: int | None
    status: str | None


IvrRequest = ActionRequest | LayerRequest | HangUp


def method_of(decoded: Decoded) -> Method:
    """Which of the three a message is. Raises Garbled where it is none of them."""
    named = decoded.method or text(fold(decoded.payload).get("method"), 64)
    try:
        return Method(named.strip().upper())
    except ValueError as error:
        raise Garbled(f"the method {named[:40]!r} is not known" if named else "no method") from error


def read(decoded: Decoded, *, received_at: datetime, wall_clock: bool = True) -> IvrRequest:
    """The request that a message holds. Raises Garbled where its method or its data cannot be read.

    `received_at` and `wall_clock`, the account's setting, are for the times of HANGUP_CALL (PROTOCOL, Time).
    """
    method = method_of(decoded)
    got = _data(decoded)
    caller = {
        "call_id": identifier(got.get("ivr_unique_id")),
        "caller": text(got.get("caller_id"), 64),
        "did": text(got.get("did"), 64),
    }
    match method:
        case Method.ACTION:
            return ActionRequest(
                **caller,
                caller_name=text(got.get("caller_name")),
                keys=text(got.get("dtmf"), 64),
                menu=text(got.get("menu"), LONGEST_MENU) or BEGINNING,
                previous_menu=text(got.get("previous_menu"), LONGEST_MENU) or BEGINNING,
            )
        case Method.LAYER:
            return LayerRequest(
                **caller,
                keys=text(got.get("dtmf"), 64),
                layer=whole(got.get("layer_id")),
                previous_layer=whole(got.get("previous_layer_id")),
            )
        case Method.HANGUP:
            return _hang_up(caller, got, received_at, wall_clock)


def _hang_up(caller: dict[str, str], got: Mapping, received_at: datetime, wall_clock: bool) -> HangUp:
    total = whole(got.get("call_duration"))

    def moment(name: str) -> clock.Instant:
        return clock.of_push(
            got.get(name), caller["call_id"], received_at=received_at, wall_clock=wall_clock, elapsed_seconds=total or 0
        )

    entered, called = moment("call_start_epoch"), moment("call_time_epoch")
    # The vendor's own spelling first (trap 83).
    ring = whole(got.get("call_dailtime"))
    return HangUp(
        **caller,
        target=text(got.get("target"), 64),
        entered_at=entered.at,
        called_at=called.at,
        time_uncertain=entered.uncertain or called.uncertain,
        total_seconds=total,
        ring_seconds=whole(got.get("call_dialtime")) if ring is None else ring,
        status=fields.status(got.get("call_status")),
    )


def _data(decoded: Decoded) -> dict[str, object]:
    """The struct of XML-RPC, DATA of JSON, or the fields beside METHOD; keys folded."""
    got = fold(decoded.payload)
    if decoded.method or "data" not in got:
        return got
    data = structure(got["data"])
    if not isinstance(data, Mapping):
        raise Garbled("DATA is no object")
    return fold(data)
