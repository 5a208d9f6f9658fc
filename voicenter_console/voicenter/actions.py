"""What the console answers a waiting caller: ours to the vendor's words, in both dialects (PROTOCOL S6, S13).

Each action is a value with our names; `answer` and `layer_answer` give the fields that go on the wire, mandatory
ones always present and each of the type that the document's tables name (FAULTS F-77). Optional ones are sent only
where they say something. Durations are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from .wire import Format

OK, ERROR = 0, 1
LONGEST_CUSTOM = 128


class Language(StrEnum):
    """In which the digits are read out."""

    HEBREW = "he"
    ENGLISH = "en"


class Cause(IntEnum):
    """ISUP causes of a hang-up, as the document's table has them."""

    UNALLOCATED_NUMBER = 1
    NO_ROUTE_TO_NETWORK = 2
    NO_ROUTE_TO_DESTINATION = 3
    NORMAL_CLEARING = 16
    USER_BUSY = 17
    NO_USER_RESPONDING = 18
    NO_ANSWER = 19
    SUBSCRIBER_ABSENT = 20
    CALL_REJECTED = 21
    NUMBER_CHANGED = 22
    REDIRECTED = 23
    NON_SELECTED_USER_CLEARING = 26
    DESTINATION_OUT_OF_ORDER = 27
    ADDRESS_INCOMPLETE = 28
    FACILITY_REJECTED = 29
    NORMAL_UNSPECIFIED = 31
    NO_CIRCUIT_AVAILABLE = 34
    NETWORK_OUT_OF_ORDER = 38
    TEMPORARY_FAILURE = 41
    SWITCHING_CONGESTION = 42
    RESOURCE_UNAVAILABLE = 47
    INCOMING_BARRED = 55
    BEARER_NOT_AUTHORISED = 57
    BEARER_NOT_PRESENT = 58
    BEARER_NOT_IMPLEMENTED = 65
    RESTRICTED_DIGITAL_ONLY = 70
    SERVICE_NOT_IMPLEMENTED = 79
    NOT_MEMBER_OF_GROUP = 87
    INCOMPATIBLE_DESTINATION = 88
    TIMER_EXPIRED = 102
    PROTOCOL_ERROR = 111
    INTERWORKING = 127


# --- external IVR (S6) ------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Play `prompt` and wait for up to `size` keys; the next request names `menu`."""

    prompt: str
    menu: str
    size: int = 1
    loops: int = 3
    delay: int = 3
    check: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SayDigits(Menu):
    """A menu that reads `digits` out, after the recording `before`."""

    digits: str
    before: str = "blank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Connect the caller with `target`; without `next_menu` a call that fails is hung up.

    `show` and `name` are what the target sees; `dial_strings` are ready for the switch and go as they are.
    """

    target: str
    show: str
    name: str = ""
    ring: int = 30
    longest: int = 7200
    record: bool = True
    caller_prompt: str = ""
    target_prompt: str = ""
    music: str = ""
    after_answer: str = ""
    next_menu: str = ""
    next_prompt: str = ""
    next_loops: int | None = None
    next_size: int | None = None
    next_delay: int | None = None
    dial_strings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """Say goodbye with `prompt` and hang up."""

    prompt: str = ""
    cause: int | None = Cause.NORMAL_CLEARING


@dataclass(frozen=True, slots=True, kw_only=True)
class GoToLayer:
    """Leave the external IVR for a layer of Voicenter's own."""

    layer: int
    prompt: str = "blank"
    loops: int = 1
    delay: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Answer and record, in silence."""

    prompt: str = ""
    longest: int | None = None


IvrAction = Menu | SayDigits | Call | HangUp | GoToLayer | Record


# --- external layer (S13) ------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NextLayer:
    """Go on at another layer; `custom` comes back in pop-ups and call records."""

    layer: int
    name: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Ring `targets` (numbers, or SIP codes of extensions), and what follows, each where it is set."""

    targets: tuple[str, ...]
    show: str
    name: str = ""
    ring: int = 30
    longest: int = 7200
    record: bool = True
    next_layer: int | None = None
    answered_layer: int | None = None
    unavailable_layer: int | None = None
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Read `parts` out, pairs of (kind, text), and go on at `layer`; kinds are those of SPOKEN."""

    parts: tuple[tuple[str, str], ...]
    layer: int
    failed_layer: int
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """We cannot say: Voicenter goes to the layer that it keeps for this case."""


LayerAction = NextLayer | Dial | Say | Failed

SPOKEN = {
    "recording": "Recording",
    "digits": "Digits",
    "number": "Number",
    "date": "Date",
    "datetime": "DateTime",
}


# --- to the wire ------------------------------------------------------------


def answer(action: IvrAction, language: Language, format: Format) -> dict[str, Any]:
    """The fields that answer GET_IVR_ACTION. The language goes in lower case in XML and in capitals else, as each
    of the document's examples has it (trap 79)."""
    name, data = _ivr(action)
    written = language.value if format is Format.XML else language.value.upper()
    return {"STATUS": OK, "ACTION": name, "LANGUAGE": written, "DATA": data}


def layer_answer(action: LayerAction, language: Language) -> dict[str, Any]:
    """The fields that answer IVR_LAYER_INPUT."""
    match action:
        case NextLayer():
            return {
                "STATUS": OK,
                "ACTION": "GO_TO_LAYER",
                "LAYER": action.layer,
                "CALLER_NAME": action.name,
                "CUSTOM_DATA": _custom(action.custom),
            }
        case Say():
            return {
                "STATUS": OK,
                "ACTION": "SAY_DIGITS",
                "NEXT_LAYER": action.layer,
                "NEXT_LAYER_IF_FAILED": action.failed_layer,
                # A guess: the document knows no such action; public clients of it send the language in capitals.
                "LANGUAGE": language.value.upper(),
                "DATA": [{"RecordType": SPOKEN[kind], "Content": text} for kind, text in action.parts],
                "CUSTOM_DATA": _custom(action.custom),
            }
        case Dial():
            return _dial(action)
        case Failed():
            return {"STATUS": ERROR}


def hang_up_answer() -> dict[str, Any]:
    """The fields that answer HANGUP_CALL."""
    return {"STATUS": OK}


def _ivr(action: IvrAction) -> tuple[str, dict[str, Any]]:
    match action:
        case SayDigits():
            said = {"SAYDIGITSRECORD": action.before, "DIGITS": action.digits}
            return "SAYDIGITS", _menu(action) | said
        case Menu():
            return "MENU", _menu(action)
        case Call():
            return "CALL", _call(action)
        case HangUp():
            return "HANGUP", _set(HANGUP_REC=action.prompt, HANGUP_CAUSE=_number(action.cause))
        case GoToLayer():
            return "VO", {
                "LAYER": action.layer,
                "RECORD": action.prompt,
                "LOOP": action.loops,
                "DELAY": action.delay,
            }
        case Record():
            return "SILENTRECORD", _set(REC=action.prompt, MAXDURATION=action.longest)


def _menu(action: Menu) -> dict[str, Any]:
    return {
        "REC": action.prompt,
        "LOOP": action.loops,
        "DELAY": action.delay,
        "SIZE": action.size,
        "MENU": action.menu,
        "VALIDATION": int(action.check),
    }


def _call(action: Call) -> dict[str, Any]:
    return {
        "TARGET": action.target,
        "CALLERID": action.show,
        "CALLERNAME": action.name,
        "CALL_MAX_DIAL": action.ring,
        "CALL_MAX": action.longest,
        "REC_STATUS": int(action.record),
    } | _set(
        CALLER_REC=action.caller_prompt,
        MOH_CLASS=action.music,
        TARGET_REC=action.target_prompt,
        NEXT_MENU=action.next_menu,
        NEXT_MENU_RECORD=action.next_prompt,
        NEXT_MENU_LOOP=action.next_loops,
        NEXT_MENU_SIZE=action.next_size,
        NEXT_MENU_WAIT=action.next_delay,
        DTMF_PLAY=action.after_answer,
        DIALSTRINGS=list(action.dial_strings),
    )


def _dial(action: Dial) -> dict[str, Any]:
    return {
        "STATUS": OK,
        "ACTION": "DIAL",
        "MAX_CALL_DURATION": action.longest,
        "MAX_DIAL_DURATION": action.ring,
        "RECORDING": "yes" if action.record else "no",
        "TARGETS": [{"TARGET": target, "TYPE": _type_of(target)} for target in action.targets],
        "CALLER_ID": action.show,
        "CALLER_NAME": action.name,
        **_set(
            NEXT_VO_ID=action.next_layer,
            ANSWER_NEXT_VO_ID=action.answered_layer,
            UNAVAILABLE_VO_ID=action.unavailable_layer,
        ),
        "CUSTOM_DATA": _custom(action.custom),
    }


def _type_of(target: str) -> str:
    """Extensions have letters in their SIP codes; numbers have none."""
    return "EXTENSION" if any(sign.isalpha() for sign in target) else "PHONE"


def _number(cause: int | None) -> int | None:
    return None if cause is None else int(cause)


def _set(**fields: Any) -> dict[str, Any]:
    """Those that say something: 0 does."""
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def _custom(custom: Mapping[str, str]) -> dict[str, str]:
    """Always an object; no key ends in a blank (trap 89), no value is longer than the vendor keeps (trap 92)."""
    return {str(key).strip(): str(value)[:LONGEST_CUSTOM] for key, value in custom.items()}
