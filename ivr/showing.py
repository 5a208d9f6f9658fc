"""A turn of a supposed call as people look at it: the way lit, the text read out, what Voicenter would be told."""

from __future__ import annotations

import json
from typing import Any

from ivr.graph import Flow
from ivr.graph.kinds import LAYER
from ivr.runtime import answers
from ivr.runtime.walk import Turn
from voicenter_console.voicenter import actions
from voicenter_console.voicenter.wire import Format, encode_answer


def shown(graph: Flow, turn: Turn) -> dict[str, Any]:
    """Keys: digits, path [[node, exit]], node, kind, prompt, text, variables, notes, broken, json, xml."""
    heard, reached = turn.heard, turn.reached
    prompt = reached.node.get("prompt") or reached.node.get("caller_prompt") or ""
    said = {fmt: _answer(graph, turn, fmt) for fmt in (Format.JSON, Format.XML)}
    return {
        "digits": heard.digits,
        "path": [list(one) for one in reached.path],
        "node": reached.node.id,
        "kind": reached.node.kind,
        "prompt": prompt,
        "text": graph.prompts.get(prompt, {}).get("text", ""),
        "variables": reached.variables,
        "notes": [[note.kind, note.about] for note in reached.notes],
        "broken": reached.broken,
        "json": json.dumps(said[Format.JSON], ensure_ascii=False, indent=2),
        "xml": encode_answer(Format.XML, said[Format.XML]).decode(),
    }


def _answer(graph: Flow, turn: Turn, fmt: Format) -> dict[str, Any]:
    language = actions.Language(graph.language)
    if graph.dialect == LAYER:
        return actions.layer_answer(answers.layer(turn.heard, turn.reached), language)
    return actions.answer(answers.external(graph, turn.heard, turn.reached), language, fmt)
