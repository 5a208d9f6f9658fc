"""One step: from what the caller did to the next node that asks or ends (ARCHITECTURE 'A caller presses 2')."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.graph.flow import Flow, Node

from . import deciding
from .checks import passes
from .facts import Facts, Unknown
from .words import Heard, Note, Position, Reached

# A caller who keeps pressing keys is let go to the fallback after so many questions (FAULTS F-74).
MOST_HOPS = 30


def step(flow: Flow, version: int, heard: Heard, facts: Facts) -> Reached:
    """The next node at which somebody is asked, or the call leaves us. Never raises for a flow that `prove` passed."""
    return _Walk(flow, version, heard, facts).run()


class _Walk:
    """The state of one step, thrown away after it."""

    def __init__(self, flow: Flow, version: int, heard: Heard, facts: Facts):
        self.flow, self.version, self.heard, self.facts = flow, version, heard, facts
        self.path: list[tuple[str, str]] = []
        self.variables: dict[str, str] = {}
        self.notes: list[Note] = []
        self.hops = heard.at.hops if heard.at else 0

    def run(self) -> Reached:
        at = self.heard.at
        if at is None:
            return self.arrive(self.flow.entry)
        node = self.flow.nodes.get(at.node)
        if node is None or not (node.asks or node.kind == "dial"):
            return self.fall_back(f"no question was asked at {at.node}")
        if node.kind == "dial":
            return self.nobody_answered(node, at.tries)
        taken = self.answered(node)
        if taken:
            return self.leave(node, taken)
        if at.tries < node.get("attempts"):
            return self.ask(node, at.tries + 1)
        return self.leave(node, "exhausted")

    def nobody_answered(self, node: Node, dialled: int) -> Reached:
        """The next number of a dial, or the way on when the last of them did not answer."""
        if dialled < len(node.get("targets")) and self.hops < MOST_HOPS:
            return self.reached(node, Position(self.version, node.id, dialled + 1, self.hops + 1))
        return self.leave(node, "failed")

    def answered(self, node: Node) -> str:
        """The exit that the caller's digits choose, or '' where the question is to be asked again."""
        digits = self.heard.digits
        if digits in node.keys:
            if question := node.get("question"):
                self.notes.append(Note("answer", node.id, f"{question}={digits}"))
            return digits
        if node.kind == "collect" and passes(node, digits):
            self.variables[node.get("variable")] = digits
            return "next"
        other = "invalid" if digits else "silence"
        return other if other in node.exits else ""

    def leave(self, node: Node, taken: str) -> Reached:
        if taken not in node.exits:
            return self.fall_back(f"{node.id} has no way {taken}")
        self.path.append((node.id, taken))
        return self.arrive(node.exits[taken])

    def arrive(self, name: str) -> Reached:
        for node in self.onward(name):
            if node.asks:
                return self.ask(node, 1)
            if node.ends:
                return self.end(node)
        return self.fall_back(f"the way from {name} does not end")

    def onward(self, name: str) -> Iterator[Node]:
        """The nodes from `name` on; the console decides at each which way to go."""
        for _ in range(len(self.flow.nodes) + 1):
            node = self.flow.nodes.get(name)
            if node is None:
                return
            yield node
            taken = deciding.way(node, self.heard, self.facts, self.variables, self.notes)
            if taken not in node.exits:
                return
            self.path.append((node.id, taken))
            name = node.exits[taken]

    def ask(self, node: Node, tries: int) -> Reached:
        if self.hops >= MOST_HOPS:
            return self.fall_back("asked too often")
        if node.get("variable") and node.kind == "say_digits":
            try:
                self.variables.setdefault(node.get("variable"), self.spoken(node))
            except Unknown:
                return self.leave(node, "unknown")
        return self.reached(node, Position(self.version, node.id, tries, self.hops + 1))

    def spoken(self, node: Node) -> str:
        name = node.get("variable")
        return self.variables[name] if name in self.variables else self.facts.entered(name)

    def end(self, node: Node) -> Reached:
        comes_back = node.kind == "dial" and ("failed" in node.exits or len(node.get("targets")) > 1)
        back = Position(self.version, node.id, 1, self.hops + 1) if comes_back else None
        return self.reached(node, back)

    def fall_back(self, why: str) -> Reached:
        return self.reached(self.flow.nodes[self.flow.fallback], None, why)

    def reached(self, node: Node, position: Position | None, broken: str = "") -> Reached:
        return Reached(
            node=node,
            position=position,
            path=tuple(self.path),
            variables=dict(self.variables),
            notes=tuple(self.notes),
            broken=broken,
        )
