"""What the switch makes of an answer: the actions of both dialects, as strictly as the document's tables have them.

An answer that breaks a table is `Silent`: the caller hears nothing (PROTOCOL S6, S13).
"""

from dataclasses import dataclass, field
from typing import Any

from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.wire import decode

_MENU = {"REC": str, "LOOP": int, "DELAY": int, "SIZE": int, "MENU": str, "VALIDATION": int}
_IVR: dict[str, dict[str, type]] = {
    "MENU": _MENU,
    "SAYDIGITS": _MENU | {"SAYDIGITSRECORD": str, "DIGITS": str},
    "CALL": {
        "TARGET": str, "CALLERID": str, "CALLERNAME": str, "CALL_MAX_DIAL": int, "CALL_MAX": int, "REC_STATUS": int,
    },
    "HANGUP": {},
    "VO": {"LAYER": int, "RECORD": str, "LOOP": int, "DELAY": int},
    "SILENTRECORD": {},
}  # fmt: skip
_LAYER: dict[str, dict[str, type]] = {
    "GO_TO_LAYER": {"LAYER": int, "CUSTOM_DATA": dict},
    "DIAL": {
        "MAX_CALL_DURATION": int, "MAX_DIAL_DURATION": int, "RECORDING": str, "TARGETS": list, "CALLER_ID": str,
        "CALLER_NAME": str, "CUSTOM_DATA": dict,
    },
    "SAY_DIGITS": {"NEXT_LAYER": int, "NEXT_LAYER_IF_FAILED": int, "DATA": list, "CUSTOM_DATA": dict},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer: what to do, and its fields. `wrong` says why the caller hears silence, or ''."""

    action: str
    fields: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, str] = field(default_factory=dict)
    wrong: str = ""


def ivr(status: int, body: bytes) -> Heard:
    """The answer to GET_IVR_ACTION."""
    said = _said(status, body)
    if isinstance(said, Heard):
        return said
    data = said.get("DATA")
    if said.get("STATUS") != 0 or said.get("LANGUAGE") not in ("he", "en", "HE", "EN") or not isinstance(data, dict):
        return Heard("", wrong="STATUS, LANGUAGE or DATA")
    return _checked(str(said.get("ACTION")), data, _IVR, {})


def layer(status: int, body: bytes) -> Heard:
    """The answer to IVR_LAYER_INPUT; FAIL is the layer that the cloud keeps for it."""
    said = _said(status, body)
    if isinstance(said, Heard):
        return said
    if said.get("STATUS") == 1:
        return Heard("FAIL")
    custom = said.get("CUSTOM_DATA")
    if said.get("STATUS") != 0 or not isinstance(custom, dict):
        return Heard("", wrong="STATUS or CUSTOM_DATA")
    return _checked(str(said.get("ACTION")), said, _LAYER, {key: str(value) for key, value in custom.items()})


def acknowledged(status: int, body: bytes) -> bool:
    """Whether HANGUP_CALL was answered as the document has it."""
    said = _said(status, body)
    return isinstance(said, dict) and said.get("STATUS") == 0


def _said(status: int, body: bytes) -> dict[str, Any] | Heard:
    if status != 200:
        return Heard("", wrong=f"HTTP {status}")
    try:
        return decode(body).payload
    except Garbled as error:
        return Heard("", wrong=error.reason)


def _checked(action: str, data: dict[str, Any], table: dict[str, dict[str, type]], custom: dict[str, str]) -> Heard:
    if action not in table:
        return Heard("", wrong=f"the action {action[:40]!r}")
    for name, kind in table[action].items():
        if type(data.get(name)) is not kind:
            return Heard("", wrong=f"{action}: {name} is not of its type")
    return Heard(action, data, custom)
