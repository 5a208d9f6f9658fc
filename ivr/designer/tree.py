"""A draft as a tree: the way a caller goes from the first node on. A node stands once; elsewhere it is pointed at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ivr.designer import words


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the exit that leads here ('' at a beginning) and the node ('' where the exit leads nowhere).

    `again`: the node stands higher up. `lost`: nobody reaches it.
    """

    depth: int
    exit: str
    node: str
    title: str = ""
    drawing: str = ""
    kind: str = ""
    again: bool = False
    lost: bool = False

    @property
    def way(self) -> str:
        return words.way(self.exit)


def lines(document: Mapping[str, Any]) -> list[Line]:
    """From the entry depth first, exits in the order of the document; nodes that nobody reaches come last."""
    nodes, seen, found = document["nodes"], set(), []
    if document["entry"] in nodes:
        found += _under(nodes, document["entry"], seen)
    for name in nodes:
        if name not in seen:
            found += _under(nodes, name, seen, lost=name != document["fallback"])
    return found


def _under(nodes: Mapping[str, Any], begin: str, seen: set[str], lost: bool = False) -> Iterator[Line]:
    waiting = [(0, "", begin)]
    while waiting:
        depth, taken, name = waiting.pop()
        node = nodes.get(name)
        if node is None:
            yield Line(depth, taken, "", name)
            continue
        word, drawing = words.KINDS[node["kind"]]
        yield Line(depth, taken, name, words.title(name, node), drawing, str(word), name in seen, lost and not depth)
        if name not in seen:
            seen.add(name)
            exits = list(node.get("exits", {}).items())
            waiting += [(depth + 1, exit, to) for exit, to in reversed(exits)]
