"""All that the designer's page shows of a flow, for one address (DESIGN, page 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ivr import drafts, simulating
from ivr.designer import counting, fields, picture, tree, trying, words
from ivr.graph import Finding, Malformed, read
from ivr.graph.kinds import KINDS
from ivr.models import Flow
from ivr.words import sentence


def of(
    flow: Flow, asked: Mapping[str, str], now: datetime, *, mirrored: bool,
    said: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The page's context. `said` and `errors`: a node as it was typed and could not be kept."""
    whole, found = drafts.look(flow)
    context = {
        "flow": flow, "publication": flow.publications.order_by("-began_at", "-pk").select_related("version").first(),
        "bindings": list(flow.bindings.all()), "periods": counting.PERIODS,
        "period": asked.get("callers") if asked.get("callers") in {*counting.PERIODS, "none"} else "week",
    }  # fmt: skip
    try:
        read(flow.draft)
    except Malformed:
        return context | {"findings": [_said(one, {}) for one in found], "blocking": len(found), "broken": True}
    if whole:
        found = [*simulating.cases(flow, read(whole)), *found] if not _fails(found) else found
    nodes = flow.draft["nodes"]
    chosen = asked.get("node") if asked.get("node") in nodes else flow.draft["entry"]
    trial = trying.trial(flow, asked)
    counts = None
    if context["period"] != "none":
        counts = counting.edges(flow, *counting.span(context["period"], now))
    findings = [_said(one, nodes) for one in found]
    return context | {
        "findings": findings, "blocking": sum(one.blocks for one in found),
        "faulty": {one.node.split("/")[0] for one in found if one.blocks},
        "warned": {one.node.split("/")[0] for one in found},
        "lines": tree.lines(flow.draft), "trial": trial, "marks": [(mark, words.way(mark)) for mark in trying.MARKS],
        "picture": picture.draw(
            flow.draft, mirrored=mirrored, counts=counts,
            lit=trial.lit if trial else (), reached=trial.reached if trial else (),
        ),
        "cases": _cases(flow, found), "kinds": _kinds(flow.dialect), "ends": _ends(flow),
        **_node(flow, chosen, said, errors or {}, found),
    }  # fmt: skip


def _node(
    flow: Flow, name: str, said: Mapping[str, str] | None, errors: Mapping[str, str], found: list[Finding]
) -> dict[str, Any]:
    """The chosen node with its inputs and its ways; nothing where the flow begins nowhere."""
    nodes = flow.draft["nodes"]
    if name not in nodes:
        name = next(iter(nodes))
    node = dict(nodes[name])
    named, opened = fields.ways(node)
    inputs = fields.inputs(node, flow.draft.get("prompts", {}), errors)
    return {
        "chosen": name, "chosen_title": words.title(name, node), "node": node, "errors": errors,
        "node_word": words.kind(node["kind"]), "node_drawing": words.KINDS[node["kind"]][1],
        "node_findings": [_said(one, nodes) for one in found if one.node.split("/")[0] == name],
        "inputs": [_as_typed(one, said) for one in inputs] if said else inputs, "ways": named, "open_ways": opened,
        "is_case": KINDS[node["kind"]].open_exits.startswith("^case"), "typed_title": (said or node).get("title", ""),
        "titles": [(one, words.title(one, nodes[one])) for one in nodes],
    }  # fmt: skip


def _as_typed(one: fields.Field, said: Mapping[str, str]) -> fields.Field:
    if one.shape == "tick":
        return replace(one, value=one.name in said)
    days = [(day, word, said.get(f"week:{day}", "")) for day, word, _ in one.days]
    return replace(one, value=said.get(one.name, ""), days=days, said=said.get(f"said:{one.name}", one.said))


def _said(one: Finding, nodes: Mapping[str, Any]) -> dict[str, Any]:
    outer = one.node.split("/")[0]
    title = words.title(outer, nodes[outer]) if outer in nodes else ""
    return {"node": outer if outer in nodes else "", "title": title, "words": sentence(one), "blocks": one.blocks}


def _fails(found: list[Finding]) -> bool:
    return any(one.blocks for one in found)


def _cases(flow: Flow, found: list[Finding]) -> list[tuple[Any, str]]:
    """(case, how it stands: passes, fails, or '' where the draft cannot be tried)."""
    failing = {one.about["case"] for one in found if one.code == "case_fails"}
    tried = not any(one.blocks for one in found if one.code != "case_fails")
    return [
        (case, ("fails" if case.name in failing else "passes") if tried else "") for case in flow.cases.order_by("pk")
    ]


def _kinds(dialect: str) -> list[tuple[str, str]]:
    return [(name, words.kind(name)) for name, kind in KINDS.items() if dialect in kind.dialects]


def _ends(flow: Flow) -> list[tuple[str, str]]:
    """Nodes that may be the way out when something fails: those that end a call."""
    nodes = flow.draft["nodes"]
    return [(name, words.title(name, node)) for name, node in nodes.items() if KINDS[node["kind"]].part == "ends"]
