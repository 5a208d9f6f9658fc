"""The vocabulary of flows: each kind of node, its fields, its exits, and the dialects that can say it.

`external` is the External IVR (PROTOCOL S6): we are asked again after each input. `layer` is the External layer
(PROTOCOL S13): the cloud has collected the digits already, and each of our answers ends our part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Dialect = Literal["external", "layer"]
Part = Literal["asks", "ends", "decides", "notes"]

EXTERNAL: Dialect = "external"
LAYER: Dialect = "layer"
BOTH = frozenset({EXTERNAL, LAYER})

# Keys that a caller can press, one to four of them, as the name of an exit.
KEYS = r"^[0-9*#]{1,4}$"
CASE = r"^case:.{1,80}$"
# Without an answer, a late one, or a session that cannot be read.
UNKNOWN = "unknown"

_PROMPT = {"type": "string", "pattern": r"^[A-Za-z0-9_\-]{1,60}$"}
_PROMPT_OR_NONE = {"type": "string", "pattern": r"^[A-Za-z0-9_\-]{0,60}$"}
_NAME = {"type": "string", "pattern": r"^[a-z][a-z0-9_]{0,39}$"}
_LAYER = {"type": "integer", "minimum": 0, "maximum": 99_999}
_TEXT = {"type": "string", "maxLength": 200}
_LOOPS = {"type": "integer", "minimum": 1, "maximum": 10}
_DELAY = {"type": "integer", "minimum": 0, "maximum": 60}
_TARGET = {"type": "string", "pattern": r"^(\+?[0-9]{3,15}|\*[0-9]{3,5}|[A-Za-z0-9]{8})$"}
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_SPAN = {
    "type": "array", "minItems": 2, "maxItems": 2,
    "prefixItems": [{"type": "string", "pattern": f"^{_TIME}$"}, {"type": "string", "pattern": f"^({_TIME}|24:00)$"}],
}  # fmt: skip
_DAY = {"type": "array", "maxItems": 6, "items": _SPAN}
_DATE = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
SPOKEN = ("recording", "digits", "number", "date", "datetime")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of node. `fields` are JSON Schema fragments; `exits` must lead somewhere, `optional` may;
    `open_exits` is a pattern of further exits that the author names (keys, cases)."""

    part: Part
    dialects: frozenset[Dialect] = BOTH
    fields: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    optional_fields: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    exits: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    open_exits: str = ""


_EXTERNAL = frozenset({EXTERNAL})
_ONLY_LAYER = frozenset({LAYER})
_ASKING = {
    "prompt": _PROMPT,
    "loops": _LOOPS,
    "delay": _DELAY,
    "attempts": {"type": "integer", "minimum": 1, "maximum": 5},
}

KINDS: Mapping[str, Kind] = {
    # --- what the caller is asked ------------------------------------------------------------
    "menu": Kind(
        "asks", _EXTERNAL, _ASKING, {"question": _NAME},
        exits=("exhausted",), optional=("invalid", "silence"), open_exits=KEYS,
    ),
    "collect": Kind(
        "asks", _EXTERNAL,
        _ASKING | {
            "variable": _NAME,
            "least": {"type": "integer", "minimum": 1, "maximum": 30},
            "most": {"type": "integer", "minimum": 1, "maximum": 30},
            "check": {"enum": ["none", "luhn", "israeli_id"]},
        },
        exits=("next", "exhausted"), optional=("invalid", "silence"),
    ),
    "say_digits": Kind(
        "asks", _EXTERNAL,
        _ASKING | {"before": _PROMPT_OR_NONE},
        {"variable": _NAME, "digits": {"type": "string", "pattern": r"^[0-9]{1,60}$"}},
        exits=("exhausted",), optional=("invalid", "silence", UNKNOWN), open_exits=KEYS,
    ),
    "digits": Kind("decides", _ONLY_LAYER, optional_fields={"question": _NAME}, exits=("otherwise",), open_exits=KEYS),
    # --- where a call ends, as far as we are concerned ------------------------------------------------------------
    "dial": Kind(
        "ends", BOTH,
        {
            "targets": {"type": "array", "minItems": 1, "maxItems": 10, "items": _TARGET},
            "ring": {"type": "integer", "minimum": 5, "maximum": 300},
            "longest": {"type": "integer", "minimum": 30, "maximum": 28_800},
            "record": {"type": "boolean"},
        },
        {
            "show": {"type": "string", "pattern": r"^(caller|did|\+?[0-9]{3,15})$"}, "name": _TEXT,
            "caller_prompt": _PROMPT_OR_NONE, "target_prompt": _PROMPT_OR_NONE, "music": _PROMPT_OR_NONE,
            "after_answer": {"type": "string", "pattern": r"^[0-9*#]{0,30}$"},
            "next_layer": _LAYER, "answered_layer": _LAYER, "unavailable_layer": _LAYER,
        },
        optional=("failed",),
    ),
    "go_to_layer": Kind(
        "ends", BOTH, {"layer": _LAYER},
        {"prompt": _PROMPT_OR_NONE, "loops": _LOOPS, "delay": _DELAY, "name": _TEXT},
    ),
    "record": Kind(
        "ends", _EXTERNAL,
        {"longest": {"type": "integer", "minimum": 5, "maximum": 3_600}}, {"prompt": _PROMPT_OR_NONE},
    ),
    "hang_up": Kind(
        "ends", _EXTERNAL, {}, {"prompt": _PROMPT_OR_NONE, "cause": {"type": "integer", "minimum": 1, "maximum": 127}},
    ),
    "say": Kind(
        "ends", _ONLY_LAYER,
        {
            "parts": {
                "type": "array", "minItems": 1, "maxItems": 20,
                "items": {
                    "type": "object", "additionalProperties": False, "required": ["as", "text"],
                    "properties": {"as": {"enum": list(SPOKEN)}, "text": _TEXT},
                },
            },
            "layer": _LAYER, "failed_layer": _LAYER,
        },
    ),
    # --- what the console decides ------------------------------------------------------------
    "hours": Kind(
        "decides", BOTH,
        {"week": {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(WEEKDAYS, _DAY)}},
        {
            "holidays": {"enum": ["israel", "none"]},
            "closed_on": {"type": "array", "maxItems": 200, "items": _DATE},
        },
        exits=("open", "closed"), optional=("holiday",),
    ),
    "caller": Kind("decides", BOTH, exits=("otherwise",), optional=("blocked", "vip", "recovery", "known", UNKNOWN)),
    "queue_length": Kind(
        "decides", BOTH,
        {"queue": {"type": "integer", "minimum": 1}, "limit": {"type": "integer", "minimum": 1, "maximum": 10_000}},
        exits=("below", "reached", UNKNOWN),
    ),
    "look_up": Kind(
        "decides", BOTH,
        {"source": _NAME, "milliseconds": {"type": "integer", "minimum": 50, "maximum": 400}},
        {"variable": _NAME},
        exits=("otherwise", UNKNOWN), open_exits=CASE,
    ),
    "variable": Kind("decides", BOTH, {"variable": _NAME}, exits=("otherwise", UNKNOWN), open_exits=CASE),
    "percentage": Kind(
        "decides", BOTH, {"percent": {"type": "integer", "minimum": 1, "maximum": 99}}, exits=("chosen", "rest"),
    ),
    # --- what is noted on the way ------------------------------------------------------------
    "set_data": Kind("notes", BOTH, {"variable": _NAME, "value": _TEXT}, exits=("next",)),
    "opt_out": Kind("notes", BOTH, {}, {"list": _NAME}, exits=("next",)),
    "callback": Kind("notes", BOTH, {}, {"note": _TEXT}, exits=("next",)),
    # --- flows in flows: replaced by what is in them before publishing
    "sub_flow": Kind("decides", BOTH, {"flow": {"type": "integer", "minimum": 1}}, open_exits=_NAME["pattern"]),
    "return": Kind("ends", BOTH, {"name": _NAME}),
}  # fmt: skip


def allows(kind: Kind, name: str) -> bool:
    """May an exit of this kind be called `name`?"""
    return name in kind.exits or name in kind.optional or bool(kind.open_exits and re.match(kind.open_exits, name))
