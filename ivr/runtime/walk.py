"""A whole call through a flow, keys given beforehand: the simulator, saved cases and replay stand on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ivr.graph.flow import Flow

from .facts import Mark, Unknown
from .step import step
from .words import Heard, Reached

# What a dial that nobody answered is written as among the keys.
FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Facts as somebody supposes them; what is not named is unknown."""

    marks: Collection[Mark] = ()
    queues: Mapping[int, int] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    def entered(self, variable: str) -> str:
        return _of(self.variables, variable)

    def caller(self, number: str) -> Collection[Mark]:
        return self.marks

    def queue_length(self, queue: int) -> int:
        return _of(self.queues, queue)

    def look_up(self, source: str, milliseconds: int, about: Mapping[str, str]) -> str:
        return _of(self.sources, source)


def _of(known: Mapping, name: object) -> object:
    if name not in known:
        raise Unknown(name)
    return known[name]


@dataclass(frozen=True, slots=True)
class Turn:
    """One request and where it led."""

    heard: Heard
    reached: Reached


def walk(flow: Flow, version: int, first: Heard, keys: Iterable[str], facts: Given) -> list[Turn]:
    """The turns of a call that presses `keys`, one text for each question ('' is silence; FAILED a dial that nobody
    answered), until it ends or there are no more."""
    turns: list[Turn] = []
    waiting, heard, known = iter(keys), first, facts
    while True:
        reached = step(flow, version, heard, known)
        turns.append(Turn(heard, reached))
        known = replace(known, variables={**known.variables, **reached.variables})
        pressed = next(waiting, None)
        if reached.position is None or pressed is None or (reached.node.ends and pressed != FAILED):
            return turns
        digits = "" if reached.node.ends else pressed
        heard = replace(heard, digits=digits, at=reached.position)
