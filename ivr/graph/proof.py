"""What stands in the way of publishing a flow, each finding on its node (field.md 5.4, FAULTS F-74, F-75).

Errors block publishing; warnings pass. A finding carries a code and what to put into its sentence, so that the
sentence can be said in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .flow import Flow, Node
from .kinds import EXTERNAL, LAYER, UNKNOWN, allows

MANY_OPTIONS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` names the rule; `node` is '' where it concerns the whole flow; `about` fills the sentence."""

    code: str
    node: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    blocks: bool = True


def prove(flow: Flow) -> list[Finding]:
    """Everything found, errors first, in the order of the flow. Nothing blocks: it may be published."""
    found = [finding for rule in _RULES for finding in rule(flow)]
    order = {name: place for place, name in enumerate(flow.nodes)}
    return sorted(found, key=lambda one: (not one.blocks, order.get(one.node, -1)))


def _begins(flow: Flow) -> Iterator[Finding]:
    if flow.entry not in flow.nodes:
        yield Finding("no_entry", about={"id": flow.entry})
    spare = flow.nodes.get(flow.fallback)
    if spare is None:
        yield Finding("no_fallback", about={"id": flow.fallback})
    elif not spare.ends:
        yield Finding("fallback_goes_on", spare.id)


def _dialect(flow: Flow) -> Iterator[Finding]:
    for node in flow.nodes.values():
        if flow.dialect not in node.is_a.dialects:
            yield Finding("dialect", node.id, {"kind": node.kind})
        elif node.kind == "sub_flow":
            yield Finding("sub_flow_left", node.id, {"flow": node.get("flow")})
        elif node.kind == "return":
            yield Finding("returns_nowhere", node.id)


def _exits(flow: Flow) -> Iterator[Finding]:
    for node in flow.nodes.values():
        for name in node.is_a.exits:
            if name not in node.exits:
                yield Finding("exit_missing", node.id, {"exit": name})
        for name, target in node.exits.items():
            if not allows(node.is_a, name):
                yield Finding("exit_unknown", node.id, {"exit": name})
            elif target not in flow.nodes:
                yield Finding("leads_nowhere", node.id, {"exit": name, "id": target})


def _fields(flow: Flow) -> Iterator[Finding]:
    for node in flow.nodes.values():
        for key in node.keys:
            longer = [other for other in node.keys if other != key and other.startswith(key)]
            if longer:
                yield Finding("keys_overlap", node.id, {"key": key, "other": longer[-1]})
        if node.kind == "menu" and not node.keys:
            yield Finding("no_keys", node.id)
        if node.kind == "collect" and node.get("least") > node.get("most"):
            yield Finding("least_over_most", node.id)
        if node.kind == "say_digits":
            if (node.get("variable") is None) == (node.get("digits") is None):
                yield Finding("one_of_variable_digits", node.id)
            elif node.get("variable") and UNKNOWN not in node.exits:
                yield Finding("exit_missing", node.id, {"exit": UNKNOWN})
        if node.kind == "dial" and flow.dialect == LAYER and node.get("next_layer") is None:
            yield Finding("field_missing", node.id, {"field": "next_layer"})
        if (
            node.kind == "dial"
            and flow.dialect == EXTERNAL
            and len(node.get("targets")) > 1
            and "failed" not in node.exits
        ):
            # we are asked again between the numbers, so we must know what to say after the last of them
            yield Finding("exit_missing", node.id, {"exit": "failed"})
        if node.kind == "dial" and any(not target.strip("+0") for target in node.get("targets")):
            yield Finding("number_to_fill_in", node.id)
        if node.kind == "hours":
            yield from _week(node)


def _week(node: Node) -> Iterator[Finding]:
    for day, spans in node.get("week").items():
        previous = ""
        for start, end in spans:
            if not (previous <= start < end):
                yield Finding("hours_order", node.id, {"day": day, "from": start, "to": end})
            previous = end


def _ways(flow: Flow) -> Iterator[Finding]:
    """Dead ends, loops in which nobody is asked, nodes that nobody reaches."""
    known = {name: [to for to in node.exits.values() if to in flow.nodes] for name, node in flow.nodes.items()}
    if flow.entry in known:
        reached = _closure([flow.entry], lambda name: known[name])
        for name in flow.nodes:
            if name not in reached and name != flow.fallback:
                yield Finding("unreachable", name)
    back: dict[str, list[str]] = {name: [] for name in flow.nodes}
    for name, targets in known.items():
        for target in targets:
            back[target].append(name)
    arrives = _closure([name for name, node in flow.nodes.items() if node.ends], lambda name: back[name])
    for name in flow.nodes:
        if name not in arrives:
            yield Finding("dead_end", name)
    for name in _silent_loops(flow, known):
        yield Finding("endless_loop", name)


def _closure(begin: Iterable[str], onward: Callable[[str], Iterable[str]]) -> set[str]:
    seen, waiting = set(begin), list(begin)
    while waiting:
        for name in onward(waiting.pop()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen


def _silent_loops(flow: Flow, known: Mapping[str, list[str]]) -> list[str]:
    """Nodes on a circle on which no caller is asked anything: nothing would ever end it."""
    quiet = {
        name: [to for to in targets if _is_quiet(flow.nodes[to])]
        for name, targets in known.items()
        if _is_quiet(flow.nodes[name])
    }
    return [name for name in quiet if name in _closure(quiet[name], lambda one: quiet[one])]


def _is_quiet(node: Node) -> bool:
    return node.is_a.part in ("decides", "notes")


def _prompts(flow: Flow) -> Iterator[Finding]:
    for node in flow.nodes.values():
        for name in ("prompt", "before", "caller_prompt", "target_prompt"):
            prompt = node.get(name)
            if not prompt:
                continue
            if prompt not in flow.prompts:
                yield Finding("prompt_unlisted", node.id, {"prompt": prompt})
            elif not flow.prompts[prompt].get("confirmed"):
                yield Finding("prompt_unconfirmed", node.id, {"prompt": prompt}, blocks=False)


def _advice(flow: Flow) -> Iterator[Finding]:
    for node in flow.nodes.values():
        if node.kind == "menu" and len(node.keys) > MANY_OPTIONS:
            yield Finding("many_options", node.id, {"n": len(node.keys)}, blocks=False)
        if node.kind == "digits" and "0" in node.keys:
            # The cloud sends 0 also where nothing was pressed.
            yield Finding("zero_is_silence", node.id, blocks=False)
        if node.kind == "dial" and flow.dialect == EXTERNAL and "failed" not in node.exits:
            yield Finding("dial_without_failed", node.id, blocks=False)


_RULES = (_begins, _dialect, _exits, _fields, _ways, _prompts, _advice)
