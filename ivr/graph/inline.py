"""Flows in flows: before publishing, each `sub_flow` node is replaced by what is in the flow that it names.

So a version stands for itself: no later change of another flow changes what its callers hear.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

MOST_DEPTH = 4


class Nested(ValueError):
    """A flow that contains itself, or lies too deep; `node` is the id at which that was seen."""

    def __init__(self, node: str, flow: int):
        super().__init__(f"{node}: flow {flow} is in itself, or too deep")
        self.node, self.flow = node, flow


def inlined(document: Mapping[str, Any], find: Callable[[int], Mapping[str, Any]]) -> dict[str, Any]:
    """The document without `sub_flow` nodes. `find` gives a flow's document by its number, or raises KeyError.

    Inner nodes are called `outer/inner`; an inner `return` leads where the outer node's exit of that name leads.
    Raises Nested.
    """
    whole = dict(document)
    whole["nodes"], whole["prompts"], entries = _nodes(document, find, (), "")
    whole["entry"] = _first(document["entry"], entries)
    return whole


def _nodes(
    document: Mapping[str, Any], find: Callable[[int], Mapping[str, Any]], above: tuple[int, ...], prefix: str
) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    nodes: dict[str, Any] = {}
    prompts = dict(document.get("prompts", {}))
    entries: dict[str, str] = {}
    for name, node in document["nodes"].items():
        if node["kind"] != "sub_flow":
            nodes[prefix + name] = _moved(node, prefix)
            continue
        number = node["flow"]
        if number in above or len(above) >= MOST_DEPTH:
            raise Nested(prefix + name, number)
        inner = find(number)
        inside, said, below = _nodes(inner, find, (*above, number), f"{prefix}{name}/")
        prompts = said | prompts
        for one, content in inside.items():
            _come_back(content, inside, node.get("exits", {}), prefix)
            if content["kind"] != "return":
                nodes[one] = content
        entries |= below | {prefix + name: f"{prefix}{name}/{inner['entry']}"}
    for node in nodes.values():
        for name, target in node.get("exits", {}).items():
            node["exits"][name] = _first(target, entries)
    return nodes, prompts, entries


def _first(target: str, entries: Mapping[str, str]) -> str:
    """The node at which a sub-flow begins, where the target is one."""
    while target in entries:
        target = entries[target]
    return target


def _moved(node: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    exits = {name: prefix + target for name, target in node.get("exits", {}).items()}
    return {**node, "exits": exits} if exits else dict(node)


def _come_back(node: dict[str, Any], inside: Mapping[str, Any], exits: Mapping[str, str], prefix: str) -> None:
    """Exits that lead to an inner `return` lead out of the sub-flow instead."""
    for name, target in node.get("exits", {}).items():
        to = inside.get(target)
        if to is not None and to["kind"] == "return" and to["name"] in exits:
            node["exits"][name] = prefix + exits[to["name"]]
