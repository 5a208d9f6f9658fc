"""Actions as settings write them: {"do": "go_to_layer", "layer": 31}, with our names of PROTOCOL S6 and S13.

Only actions that end our part can stand alone: a menu has no next step without a flow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from .actions import (
    SPOKEN,
    Call,
    Dial,
    Failed,
    GoToLayer,
    HangUp,
    IvrAction,
    Language,
    LayerAction,
    NextLayer,
    Record,
    Say,
)

IVR: Mapping[str, type] = {"go_to_layer": GoToLayer, "call": Call, "record": Record, "hang_up": HangUp}
LAYER: Mapping[str, type] = {"go_to_layer": NextLayer, "dial": Dial, "say": Say, "fail": Failed}
LONGEST_TEXT = 200
MOST = 99_999


def ivr_action(document: Any) -> tuple[IvrAction, Language]:
    """The external IVR's action of a document, and its language. Raises ValueError in words."""
    return _read(IVR, document)


def layer_action(document: Any) -> tuple[LayerAction, Language]:
    """The external layer's action of a document, and its language. Raises ValueError in words."""
    return _read(LAYER, document)


def _read(kinds: Mapping[str, type], document: Any) -> tuple[Any, Language]:
    if not isinstance(document, dict):
        raise ValueError("an action is an object")
    said = dict(document)
    kind = kinds.get(said.pop("do", None)) if isinstance(document.get("do"), str) else None
    if kind is None:
        raise ValueError(f'"do" is one of {", ".join(kinds)}')
    try:
        language = Language(said.pop("language", Language.HEBREW))
    except ValueError as error:
        raise ValueError(f'"language" is one of {", ".join(Language)}') from error
    known = {field.name: field for field in fields(kind)}
    if strange := sorted(map(str, said.keys() - known.keys())):
        raise ValueError(f"not known here: {', '.join(strange)}; there are {', '.join(known)}")
    for field in known.values():
        required = field.default is MISSING and field.default_factory is MISSING
        if required and field.name not in said:
            raise ValueError(f'"{field.name}" is missing')
    return kind(**{name: _value(name, str(known[name].type), value) for name, value in said.items()}), language


def _value(name: str, type_: str, value: Any) -> Any:
    """`value` as the field's type has it."""
    if type_ == "str":
        return _text(name, value)
    if type_ == "bool":
        if not isinstance(value, bool):
            raise ValueError(f'"{name}" is true or false')
        return value
    if type_ in ("int", "int | None"):
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
            raise ValueError(f'"{name}" is a whole number from 0 to {MOST}')
        return value
    if type_.startswith("Mapping"):
        if not isinstance(value, dict):
            raise ValueError(f'"{name}" is an object of texts')
        return {_text(name, key): _text(name, text) for key, text in value.items()}
    if not isinstance(value, list) or not value or len(value) > 20:
        raise ValueError(f'"{name}" is a list of 1 to 20')
    if type_ == "tuple[str, ...]":
        return tuple(_text(name, one) for one in value)
    return tuple(_part(name, one) for one in value)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isprintable():
        raise ValueError(f'"{name}" is a text of at most {LONGEST_TEXT} characters')
    return value.strip()


def _part(name: str, value: Any) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2 or value[0] not in SPOKEN:
        raise ValueError(f'"{name}" is a list of pairs: one of {", ".join(SPOKEN)}, and a text')
    return value[0], _text(name, value[1])
