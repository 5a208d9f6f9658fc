"""Each change that a person may make to a draft: a document in, another document out. Nothing is kept here."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ivr.designer import fields
from ivr.graph.kinds import KINDS, allows

Document = dict[str, Any]

_FIRST: Mapping[str, Any] = {
    "loops": 2, "delay": 5, "attempts": 3, "variable": "entered", "least": 1, "most": 9, "check": "none",
    "before": "", "targets": ["000"], "ring": 30, "longest": 120, "record": False, "layer": 0, "failed_layer": 0,
    "queue": 1, "limit": 5, "source": "customer", "milliseconds": 200, "percent": 10, "value": "", "flow": 1,
    "name": "done", "parts": [{"as": "digits", "text": "1"}],
    "week": {day: [["08:00", "18:00"]] for day in ("sun", "mon", "tue", "wed", "thu")},
}  # fmt: skip


class Last(ValueError):
    """A flow keeps at least one node."""


def set_node(document: Mapping[str, Any], name: str, said: Mapping[str, str]) -> Document:
    """A node as it was typed, with what its recordings say. Raises fields.Refused, and KeyError without such a node."""
    changed = copy.deepcopy(dict(document))
    before = changed["nodes"][name]
    node = {"kind": before["kind"], **fields.typed(before["kind"], said)}
    if title := said.get("title", "").strip()[:80]:
        node["title"] = title
    if "place" in before:
        node["place"] = before["place"]
    if exits := fields.exits_typed(before["kind"], said):
        node["exits"] = exits
    changed["nodes"][name] = node
    prompts = changed.setdefault("prompts", {})
    for part in fields.PROMPTS & node.keys():
        prompt = node[part]
        # A recording that is chosen by its name brings its own text along.
        if prompt and (prompt == before.get(part) or prompt not in prompts):
            confirmed = f"confirmed:{part}" in said
            prompts[prompt] = {"text": said.get(f"said:{part}", "").strip()[:2000], "confirmed": confirmed}
    return changed


def add(document: Mapping[str, Any], kind: str, after: str = "", exit: str = "") -> tuple[Document, str]:
    """A new node of a kind, and its name; where `after` has such an exit, that leads to it, and what it led to before
    comes after the new one."""
    changed = copy.deepcopy(dict(document))
    nodes = changed["nodes"]
    name = next(one for one in (kind, *(f"{kind}_{number}" for number in range(2, 1_000))) if one not in nodes)
    node: Document = {"kind": kind, **{part: _first(part, name) for part in KINDS[kind].fields}}
    if kind == "dial":
        node["longest"] = 7200
    if "prompt" in node:
        changed.setdefault("prompts", {}).setdefault(name, {"text": "", "confirmed": False})
    source = nodes.get(after)
    if source is not None and exit and allows(KINDS[source["kind"]], exit):
        led = source.get("exits", {}).get(exit)
        source.setdefault("exits", {})[exit] = name
        if led and KINDS[kind].exits:
            node["exits"] = {KINDS[kind].exits[0]: led}
    nodes[name] = node
    return changed, name


def remove(document: Mapping[str, Any], name: str) -> Document:
    """Without a node, and without the exits that led to it. Raises Last."""
    changed = copy.deepcopy(dict(document))
    if changed["nodes"].keys() <= {name}:
        raise Last(name)
    changed["nodes"].pop(name, None)
    for node in changed["nodes"].values():
        kept = {exit: to for exit, to in node.get("exits", {}).items() if to != name}
        if "exits" in node:
            node["exits"] = kept
    return changed


def set_ends(document: Mapping[str, Any], entry: str, fallback: str) -> Document:
    """Where the flow begins, and where callers go when something fails."""
    changed = copy.deepcopy(dict(document))
    for part, name in (("entry", entry), ("fallback", fallback)):
        if name in changed["nodes"]:
            changed[part] = name
    return changed


def _first(part: str, name: str) -> Any:
    return name[:60] if part == "prompt" else copy.deepcopy(_FIRST[part])
