"""The published JSON Schema of a flow's document, made from the vocabulary."""

from __future__ import annotations

from typing import Any

from .kinds import KINDS, Kind

VERSION = 1
MOST_NODES = 500
NODE_ID = r"^[a-z][a-z0-9_]{0,39}(/[a-z][a-z0-9_]{0,39}){0,4}$"

_PROMPT = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"text": {"type": "string", "maxLength": 2000}, "confirmed": {"type": "boolean"}},
}


def _node(name: str, kind: Kind) -> dict[str, Any]:
    fields = dict(kind.fields) | dict(kind.optional_fields)
    return {
        "if": {"properties": {"kind": {"const": name}}},
        "then": {
            "required": list(kind.fields),
            "properties": {"kind": {}, "title": {}, "exits": {}, "place": {}} | fields,
            "additionalProperties": False,
        },
    }


SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Flow",
    "description": "What a caller hears: nodes, and the exits that lead from one to the next.",
    "type": "object",
    "additionalProperties": False,
    "required": ["schema", "dialect", "language", "entry", "fallback", "nodes"],
    "properties": {
        "schema": {"const": VERSION},
        "dialect": {"enum": ["external", "layer"]},
        "language": {"enum": ["he", "en"]},
        "entry": {"type": "string", "pattern": NODE_ID},
        # Where a caller goes when anything of ours fails: the id of a node that ends.
        "fallback": {"type": "string", "pattern": NODE_ID},
        "prompts": {"type": "object", "maxProperties": 500, "additionalProperties": _PROMPT},
        "nodes": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": MOST_NODES,
            "propertyNames": {"pattern": NODE_ID},
            "additionalProperties": {
                "type": "object",
                "required": ["kind"],
                "properties": {
                    "kind": {"enum": list(KINDS)},
                    "title": {"type": "string", "maxLength": 80},
                    "exits": {"type": "object", "maxProperties": 100, "additionalProperties": {"type": "string"}},
                    "place": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
                },
                "allOf": [_node(name, kind) for name, kind in KINDS.items()],
            },
        },
    },
}
