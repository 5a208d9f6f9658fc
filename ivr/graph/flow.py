"""Flow and Node: the document, read once and never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jsonschema import Draft202012Validator

from .kinds import KINDS, Dialect, Kind
from .schema import SCHEMA

_VALIDATOR = Draft202012Validator(SCHEMA)
_OURS = frozenset({"kind", "title", "exits", "place"})
_MOST_FAULTS = 50


class Malformed(ValueError):
    """Not a flow's document at all; `faults` are (where, what) pairs in the order of the document."""

    def __init__(self, faults: list[tuple[str, str]]):
        super().__init__("; ".join(f"{where}: {what}" for where, what in faults[:3]))
        self.faults = faults


@dataclass(frozen=True)
class Node:
    """One step of a flow. `exits` lead to ids of nodes; `fields` are those of its kind."""

    id: str
    kind: str
    title: str
    exits: Mapping[str, str]
    fields: Mapping[str, Any]

    @property
    def is_a(self) -> Kind:
        return KINDS[self.kind]

    @property
    def asks(self) -> bool:
        return self.is_a.part == "asks"

    @property
    def ends(self) -> bool:
        return self.is_a.part == "ends"

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys that a caller may press here, longest first."""
        named = (*self.is_a.exits, *self.is_a.optional)
        if self.kind not in ("menu", "say_digits", "digits"):
            return ()
        return tuple(sorted((name for name in self.exits if name not in named), key=lambda key: (-len(key), key)))

    def get(self, name: str, default: Any = None) -> Any:
        return self.fields.get(name, default)


@dataclass(frozen=True)
class Flow:
    """A whole flow. `entry` and `fallback` are ids of nodes; whether they exist is for `prove` to say."""

    dialect: Dialect
    language: str
    entry: str
    fallback: str
    nodes: Mapping[str, Node]
    prompts: Mapping[str, Mapping[str, Any]]

    def edges(self) -> Iterator[tuple[Node, str, str]]:
        """(node, exit, id it leads to) for every exit of every node."""
        for node in self.nodes.values():
            for name, target in node.exits.items():
                yield node, name, target


def read(document: Any) -> Flow:
    """The flow that a document describes. Raises Malformed where it breaks the published schema."""
    faults = [
        (error.json_path, error.message[:200])
        for error, _ in zip(_VALIDATOR.iter_errors(document), range(_MOST_FAULTS), strict=False)
    ]
    if faults:
        raise Malformed(faults)
    nodes = {
        name: Node(
            id=name,
            kind=node["kind"],
            title=node.get("title", ""),
            exits=dict(node.get("exits", {})),
            fields={key: value for key, value in node.items() if key not in _OURS},
        )
        for name, node in document["nodes"].items()
    }
    return Flow(
        dialect=document["dialect"],
        language=document["language"],
        entry=document["entry"],
        fallback=document["fallback"],
        nodes=nodes,
        prompts=document.get("prompts", {}),
    )
