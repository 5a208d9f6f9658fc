"""The phone beside the draft: a supposed caller, key by key, and why they came where they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from ivr import drafts
from ivr.designer import words
from ivr.graph import Malformed
from ivr.models import Flow, FlowCase
from ivr.showing import shown
from ivr.simulating import NoScenario, Scenario, simulate

MARKS = ("known", "vip", "recovery", "blocked")
SILENCE = "silence"
_BETWEEN = ","


@dataclass(frozen=True, slots=True)
class Trial:
    """`turns` as `showing.shown`, each with `why`: (title of a node, the way taken). `fault` where none could be made.

    `waits`: what the phone may do next, one of keys, dial, '' (it is over).
    """

    scenario: dict[str, Any]
    keys: list[str]
    turns: list[dict[str, Any]] = field(default_factory=list)
    waits: str = ""
    one_key: bool = True
    fault: bool = False

    @property
    def pressed(self) -> str:
        """The keys as an address holds them."""
        return _BETWEEN.join(key or SILENCE for key in self.keys)

    @property
    def last(self) -> dict[str, Any] | None:
        return self.turns[-1] if self.turns else None

    @property
    def lit(self) -> set[tuple[str, str]]:
        return {(node, exit) for turn in self.turns for node, exit in turn["path"]}

    @property
    def reached(self) -> set[str]:
        return {node for node, _ in self.lit} | ({self.last["node"]} if self.last else set())


def scenario(asked: Mapping[str, str]) -> dict[str, Any]:
    """What is supposed, as a saved case keeps it. `keys` are those pressed before, `press` the one pressed now."""
    pressed = [key for key in asked.get("keys", "").split(_BETWEEN) if key]
    if "press" in asked:
        pressed.append(asked["press"].strip() or SILENCE)
    return {
        "caller": asked.get("caller", "").strip()[:40] or "0540000001",
        "at": asked.get("at", "").strip() or None,
        "marks": [mark for mark in MARKS if asked.get(f"mark-{mark}")],
        "keys": ["" if key == SILENCE else key for key in pressed],
    }


def trial(flow: Flow, asked: Mapping[str, str]) -> Trial | None:
    """The call so far; None where nobody has begun one."""
    if "call" not in asked:
        return None
    said = scenario(asked)
    keys = said["keys"]
    try:
        graph = drafts.graph(flow)
        turns = simulate(graph, Scenario.read(said), ZoneInfo(flow.account.zone))
    except (Malformed, NoScenario):
        return Trial(said, keys, fault=True)
    except KeyError:
        # it begins at a node that is not there
        return Trial(said, keys, fault=True)
    nodes = graph.nodes
    told = [shown(graph, turn) | {"why": _why(turn.reached.path, nodes)} for turn in turns]
    for one in told:
        node = nodes[one["node"]]
        one["title"], one["word"] = words.title(node.id, {"title": node.title}), words.kind(node.kind)
    last = turns[-1].reached
    waits = "" if last.position is None else ("keys" if last.node.asks else "dial")
    one_key = last.node.kind != "collect" and all(len(key) == 1 for key in last.node.keys)
    return Trial(said, keys, told, waits, one_key)


def _why(path: Any, nodes: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(words.title(name, {"title": nodes[name].title}), words.way(exit)) for name, exit in path]


def keep(flow: Flow, name: str, played: Trial) -> FlowCase:
    """A case by its name: the caller that was supposed, and where they ended. One that is known is written anew."""
    values = {"scenario": played.scenario, "expected": played.turns[-1]["node"]}
    return FlowCase.objects.update_or_create(flow=flow, name=name, defaults=values)[0]
