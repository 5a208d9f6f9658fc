"""Random flows that are sound, and ways to spoil one."""

from __future__ import annotations

import copy
import random
from typing import Any

from ivr.graph.kinds import KINDS

PROMPTS = [f"p{number}" for number in range(4)]


def sound(dice: random.Random) -> dict[str, Any]:
    """A flow that `prove` passes: a random tree, in which questions may also lead back up."""
    count = dice.randint(3, 14)
    names = [f"n{number}" for number in range(count)]
    nodes: dict[str, Any] = {}
    last = max(1, count // 3)
    ends = names[-last:]
    for place, name in enumerate(names):
        if name in ends:
            nodes[name] = _end(dice)
            continue
        onward = names[place + 1 :]
        nodes[name] = _inner(dice, onward, names[: place + 1], ends)
    _reach_all(dice, names, nodes, ends)
    return {
        "schema": 1,
        "dialect": "external",
        "language": dice.choice(["he", "en"]),
        "entry": names[0],
        "fallback": next((name for name in ends), names[-1]),
        "prompts": {prompt: {"text": "", "confirmed": True} for prompt in PROMPTS},
        "nodes": nodes,
    }


def _end(dice: random.Random) -> dict[str, Any]:
    return dice.choice(
        [
            {"kind": "hang_up", "cause": 16},
            {"kind": "dial", "targets": ["0355501420"], "ring": 30, "longest": 600, "record": False},
            {"kind": "go_to_layer", "layer": dice.randint(1, 99)},
            {"kind": "record", "longest": 60},
        ]
    )


def _asking(dice: random.Random) -> dict[str, Any]:
    return {"prompt": dice.choice(PROMPTS), "loops": 1, "delay": 2, "attempts": dice.randint(1, 3)}


def _inner(dice: random.Random, onward: list[str], upward: list[str], ends: list[str]) -> dict[str, Any]:
    def to() -> str:
        return dice.choice(onward)

    def anywhere() -> str:
        # only a question may lead back: a caller stands between the rounds
        return dice.choice(onward + upward)

    kind = dice.choice(
        ["menu", "menu", "collect", "say_digits", "hours", "percentage", "variable", "caller", "set_data"]
    )
    if kind == "menu":
        keys = dice.sample("123456789", dice.randint(1, 4))
        exits = {key: anywhere() for key in keys} | {"exhausted": dice.choice(ends)}
        return {"kind": kind, **_asking(dice), "exits": exits}
    if kind == "collect":
        asked = {"variable": "entered", "least": 2, "most": 9, "check": dice.choice(["none", "luhn", "israeli_id"])}
        exits = {"next": anywhere(), "exhausted": dice.choice(ends)}
        return {"kind": kind, **_asking(dice), **asked, "exits": exits}
    if kind == "say_digits":
        exits = {"1": anywhere(), "exhausted": dice.choice(ends)}
        return {"kind": kind, **_asking(dice), "before": "", "digits": "0540", "exits": exits}
    if kind == "hours":
        return {"kind": kind, "week": {"sun": [["08:00", "18:00"]]}, "exits": {"open": to(), "closed": to()}}
    if kind == "percentage":
        return {"kind": kind, "percent": dice.randint(1, 99), "exits": {"chosen": to(), "rest": to()}}
    if kind == "variable":
        exits = {"case:12": to(), "otherwise": to(), "unknown": to()}
        return {"kind": kind, "variable": "entered", "exits": exits}
    if kind == "caller":
        return {"kind": kind, "exits": {"vip": to(), "otherwise": to()}}
    return {"kind": "set_data", "variable": "kept", "value": "{caller}", "exits": {"next": to()}}


def _reach_all(dice: random.Random, names: list[str], nodes: dict[str, Any], ends: list[str]) -> None:
    """Give every node that nobody reaches a key of a menu before it; the first node becomes one where it must."""
    reached = {names[0]}
    for name in names:
        if name in reached:
            reached |= set(nodes[name].get("exits", {}).values())
    # what leads back up may reach more; walk until nothing is added
    grown = True
    while grown:
        more = {to for name in reached for to in nodes[name].get("exits", {}).values()} - reached
        reached |= more
        grown = bool(more)
    lost = [name for name in names if name not in reached]
    if not lost:
        return
    first = nodes[names[0]]
    if first["kind"] != "menu":
        nodes[names[0]] = first = {"kind": "menu", **_asking(dice), "exits": {"exhausted": dice.choice(ends)}}
    exits = {"exhausted": first["exits"]["exhausted"]}
    inside = [*dict.fromkeys([*(to for key, to in first["exits"].items() if key != "exhausted"), *lost])]
    exits |= {f"{place + 10}": to for place, to in enumerate(inside)}
    first["exits"] = exits or {"1": ends[0]}
    if first["kind"] == "menu" and len(first["exits"]) == 1:
        first["exits"]["10"] = ends[0]
    _reach_all(dice, names, nodes, ends)


def spoil(dice: random.Random, document: dict[str, Any]) -> tuple[dict[str, Any], str, str]:
    """(the flow with one fault, the code of the finding, the node it stands on)."""
    spoilt = copy.deepcopy(document)
    nodes = spoilt["nodes"]
    inner = [name for name, node in nodes.items() if node.get("exits")]
    asking = [name for name in inner if "attempts" in nodes[name]]
    name = dice.choice(inner)
    node = nodes[name]
    menus = [one for one in inner if nodes[one]["kind"] == "menu"]
    choices = ["nowhere", "missing", "no_way", "fallback", "entry", "lonely", "circle", "dialect"]
    if asking:
        choices.append("prompt")
    if menus:
        choices += ["overlap", "no_keys"]
    match dice.choice(choices):
        case "nowhere":
            node["exits"][dice.choice(list(node["exits"]))] = "gone"
            return spoilt, "leads_nowhere", name
        case "missing":
            taken = KINDS[node["kind"]].exits[0]
            node["exits"].pop(taken)
            return spoilt, "exit_missing", name
        case "no_way":
            node["exits"]["sideways"] = name
            return spoilt, "exit_unknown", name
        case "fallback":
            spoilt["fallback"] = name
            return spoilt, "fallback_goes_on", name
        case "entry":
            spoilt["entry"] = "gone"
            return spoilt, "no_entry", ""
        case "lonely":
            nodes["lonely"] = {"kind": "hang_up"}
            return spoilt, "unreachable", "lonely"
        case "circle":
            nodes["round"] = {"kind": "set_data", "variable": "x", "value": "", "exits": {"next": "again"}}
            nodes["again"] = {"kind": "set_data", "variable": "x", "value": "", "exits": {"next": "round"}}
            node["exits"][dice.choice(list(node["exits"]))] = "round"
            return spoilt, "endless_loop", "round"
        case "dialect":
            end = next(one for one in nodes if not nodes[one].get("exits"))
            nodes[end] = {"kind": "say", "parts": [{"as": "digits", "text": "1"}], "layer": 1, "failed_layer": 2}
            return spoilt, "dialect", end
        case "prompt":
            name = dice.choice(asking)
            nodes[name]["prompt"] = "never_recorded"
            return spoilt, "prompt_unlisted", name
        case "overlap":
            name = dice.choice(menus)
            key = next(key for key in nodes[name]["exits"] if key != "exhausted")
            nodes[name]["exits"][key + "0"] = nodes[name]["exits"][key]
            return spoilt, "keys_overlap", name
        case _:
            name = dice.choice(menus)
            nodes[name]["exits"] = {"exhausted": nodes[name]["exits"]["exhausted"]}
            return spoilt, "no_keys", name
