"""What goes into a step and what comes out of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Self

from ivr.graph.flow import Node

_POSITION = re.compile(r"([0-9]{1,12})\.([a-z0-9_/]{1,200})\.([0-9]{1,3})\.([0-9]{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a caller stands, as it goes to the cloud and comes back: all that a later request needs.

    `tries` counts the questions at this node, `hops` all questions of the call.
    """

    version: int
    node: str
    tries: int
    hops: int

    def __str__(self) -> str:
        return f"{self.version}.{self.node}.{self.tries}.{self.hops}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for a text that is no position of ours."""
        found = _POSITION.fullmatch(text.strip())
        return cls(int(found[1]), found[2], int(found[3]), int(found[4])) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the cloud said: `at` is None at the beginning of a call and of every layer's input, `layer` the layer that
    asks; `now` is aware, `zone` the account's."""

    call_id: str
    caller: str
    did: str
    digits: str
    at: Position | None
    now: datetime
    zone: tzinfo
    layer: int | None = None

    @property
    def place(self) -> str:
        """Which question this answers: the same for a request that is sent again."""
        if self.layer is not None:
            return f"layer {self.layer}"
        return str(self.at) if self.at else "-1"


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be done about it afterwards: `opt_out`, `callback`, or the `answer` to a question."""

    kind: str
    node: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Where the step ended. `path` are (node, exit taken); the last node, of which no exit was taken, is `node`.

    `position` is set where the caller is asked, or may come back after a dial that failed. `broken` says why the
    fallback was taken, '' where it was not.
    """

    node: Node
    position: Position | None
    path: tuple[tuple[str, str], ...]
    variables: dict[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    broken: str = ""
