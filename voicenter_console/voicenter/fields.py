"""The vendor's field names, and its fields that hold more than one value (PROTOCOL S3, S4, S5).

All take fields as `wire.fold` gives them, unless they need the keys as sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from . import terms
from .errors import Garbled
from .values import flag, identifier, structure, text, verbatim, whole
from .wire import clean, folded_name

DO_NOT_CALL = "donotcallme"
VARIABLE = "var_"

NOTIFICATION = frozenset(
    {
        "caller",
        "target",
        "time",
        "duration",
        "actualcallduration",
        "actualcalldialtime",
        "isanswer",
        "direction",
        "extenuser",
        "callerphone",
        "aidata",
        "ivruniqueid",
        "type",
        "status",
        "leg1dialstatusname",
        "targetextension",
        "callerextension",
        "did",
        "queueid",
        "queuename",
        "record",
        "price",
        "dialtime",
        "representative_name",
        "representative_code",
        "targetextension_name",
        "callerextension_name",
        "target_country",
        "caller_country",
        "seconds_waiting_in_queue",
        "originalivruniqueid",
        "departmentname",
        "departmentid",
        "topdepartmentname",
        "topdepartmentid",
        "ivr",
        "customdata",
        "custom_data",
        "dialerdata",
        "campaignname",
        "campaigncode",
        "campaignid",
    }
)
CALL_LOG = frozenset(
    {
        "callernumber",
        "targetnumber",
        "date",
        "dateepoch",
        "duration",
        "callid",
        "type",
        "cdrtype",
        "dialstatus",
        "dialstatus2",
        "targetextension",
        "callerextension",
        "did",
        "queuename",
        "recordurl",
        "recordexpect",
        "ringtime",
        "price",
        "representativename",
        "representativecode",
        "username",
        "departmentname",
        "departmentid",
        "targetprefixname",
        "dtmfdata",
        "customdata",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrStep:
    """One layer of the IVR that a caller went through; `dtmf` '0' is the key 0 or no key at all."""

    order: int
    layer_id: int | None
    layer_number: int | None
    layer_name: str
    dtmf: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A record's call type: its key, id and name; `direction` is None where the table does not tell it."""

    key: str
    id: int | None
    name: str
    direction: terms.Direction | None


def call_id(value: object) -> str:
    """The id of a record. Raises Garbled where there is none."""
    found = identifier(value)
    if not found:
        raise Garbled("no call id")
    return found


def kind(name: object, number: object) -> Kind:
    """The type from its name, else from its number; what the table does not know is kept as sent."""
    name, number = text(name, 64), whole(number)
    if number is None and name.isascii() and name.isdigit():
        name, number = "", whole(name)
    known = terms.BY_KEY.get(terms.type_key(name)) if name else terms.BY_ID.get(number)
    if known:
        return Kind(known.key, known.id, known.name, known.direction)
    if name:
        same_number = terms.BY_ID.get(number)
        return Kind(
            terms.type_key(name)[:64],
            number,
            name,
            same_number.direction if same_number else None,
        )
    return Kind("", None, "", None) if number is None else Kind(f"#{number}", number, f"#{number}", None)


def status(value: object) -> str | None:
    """A status in its one spelling, known or not, or None."""
    return terms.canonical(text(value, 32)) or None


def pulled_status(type_id: int | None, got: Mapping) -> tuple[str | None, str | None]:
    """(status, leg 1's status) of a call log row: of two legs, DialStatus is the first's (PROTOCOL S3)."""
    first, second = status(got.get("dialstatus")), status(got.get("dialstatus2"))
    if type_id not in terms.TWO_LEG:
        return first, None
    if type_id == terms.PREDICTIVE_LEG:
        return first or second, first
    return second, first


def talk(got: Mapping, status: str | None, wait: int | None, wait_in_duration: bool) -> tuple[int | None, bool]:
    """(talk seconds, whether they were given apart from the duration) of a notification."""
    apart = whole(got.get("actualcallduration"))
    if apart is not None:
        return apart, True
    if flag(got.get("isanswer")) is False or not terms.has_talk(status):
        return 0, False
    duration = whole(got.get("duration"))
    if duration is not None and wait_in_duration:
        duration = max(duration - (wait or 0), 0)
    return duration, False


def extension(direction: terms.Direction, callers: str, targets: str) -> str:
    """The organisation's own side: the target's on calls in, the caller's on calls out, else whichever is."""
    match direction:
        case terms.Direction.IN:
            return targets
        case terms.Direction.OUT:
            return callers
        case _:
            return targets or callers


def custom_data(said: Mapping, got: Mapping) -> tuple[dict, str]:
    """(the account's own variables from wherever they were put, the call id this call came from, or '').

    Keys keep their spelling; scalars become text, as the same value comes back as number and as text.
    """
    found: dict = {}
    for name in ("custom_data", "customdata"):
        given = structure(got.get(name))
        for part in given if isinstance(given, list) else [given]:
            if isinstance(part, Mapping):
                found.update(part)
        if given is None and (unread := verbatim(got.get(name))):
            found["CustomData"] = unread
    if any(name.startswith(VARIABLE) for name in got):
        found |= {key: value for key, value in said.items() if folded_name(str(key)).startswith(VARIABLE)}
    original = identifier(got.get("originalivruniqueid"))
    custom = {}
    for key, value in found.items():
        if folded_name(str(key)) == "originalivruniqueid":
            original = original or identifier(value)
        else:
            custom[clean(str(key)).strip()[:100]] = _custom_value(value)
    return custom, original


def _custom_value(value: object):
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, (dict, list)) else text(value, 1000)


def ivr_path(value: object) -> tuple[tuple[IvrStep, ...], str]:
    """(the layers in their order, the text that could not be read as layers, or '')."""
    if value in (None, "", [], {}):
        return (), ""
    found = structure(value)
    layers = [found] if isinstance(found, dict) else found
    if layers is None or not all(isinstance(layer, Mapping) for layer in layers):
        return (), verbatim(value)
    steps = (_step(position, layer) for position, layer in enumerate(layers, start=1))
    return tuple(sorted(steps, key=lambda step: step.order)), ""


def _step(position: int, layer: Mapping) -> IvrStep:
    got = {_layer_name(str(key)): value for key, value in layer.items()}
    order = whole(got.get("dtmforder"))
    return IvrStep(
        order=position if order is None else order,
        layer_id=whole(got.get("layerid")),
        layer_number=whole(got.get("layernumber")),
        layer_name=text(got.get("layername")),
        dtmf=text(got.get("dtmf"), 64),
    )


@lru_cache(maxsize=256)
def _layer_name(key: str) -> str:
    """`layer_number` and `LayerNumber` are one."""
    return folded_name(key).replace("_", "")


def do_not_call(got: Mapping) -> bool | None:
    """Whether the called person asked not to be called again; None where nothing was said."""
    said = [flag(value) for name, value in got.items() if name.startswith(DO_NOT_CALL)]
    return any(said) if said else None


def ai(got: Mapping) -> dict | None:
    """The block of summary, emotions and transcript, also where it was sent as a string of JSON."""
    found = structure(got.get("aidata"))
    return found if isinstance(found, dict) else None


def unknown(said: Mapping, got: Mapping, known: frozenset[str]) -> tuple[str, ...]:
    """The names, as sent, of fields that no version of the documents has: drift to be shown (FAULTS F-26)."""
    if got.keys() <= known:
        return ()
    strange = (
        clean(str(key)).strip()[:100]
        for key in said
        if (name := folded_name(str(key))) not in known and not name.startswith((VARIABLE, DO_NOT_CALL))
    )
    return tuple(sorted(strange))
