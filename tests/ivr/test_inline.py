"""Flows in flows become one flow that stands for itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ivr.graph import Nested, inlined, prove, read

FRONT = json.loads((Path(__file__).parent / "flows" / "front_desk.json").read_text())
IDENTITY = {
    "schema": 1,
    "dialect": "external",
    "language": "he",
    "entry": "ask",
    "fallback": "gave_up",
    "prompts": {"your_id": {"text": "Please enter your identity number.", "confirmed": True}},
    "nodes": {
        "ask": {
            "kind": "collect", "prompt": "your_id", "loops": 1, "delay": 3, "attempts": 2, "variable": "id",
            "least": 5, "most": 9, "check": "israeli_id", "exits": {"next": "done", "exhausted": "gave_up"},
        },
        "done": {"kind": "return", "name": "ok"},
        "gave_up": {"kind": "return", "name": "failed"},
    },
}  # fmt: skip


def _outer() -> dict:
    nodes = FRONT["nodes"] | {
        "identity": {"kind": "sub_flow", "flow": 5, "exits": {"ok": "main", "failed": "reception"}},
        "hours": FRONT["nodes"]["hours"] | {"exits": {"open": "identity", "closed": "goodbye"}},
    }
    return FRONT | {"nodes": nodes}


def test_the_inner_flow_stands_in_the_outer_one_and_comes_back_into_it() -> None:
    whole = inlined(_outer(), {5: IDENTITY}.__getitem__)
    assert whole["nodes"]["hours"]["exits"]["open"] == "identity/ask"
    assert whole["nodes"]["identity/ask"]["exits"] == {"next": "main", "exhausted": "reception"}
    assert prove(read(whole)) == []
    assert "identity" in _outer()["nodes"], "what was given stays as it was"


def test_two_uses_of_one_flow_are_apart() -> None:
    outer = _outer()
    outer["nodes"]["again"] = {"kind": "sub_flow", "flow": 5, "exits": {"ok": "goodbye", "failed": "goodbye"}}
    outer["nodes"]["main"] = outer["nodes"]["main"] | {"exits": {"1": "again", "exhausted": "reception"}}
    nodes = inlined(outer, {5: IDENTITY}.__getitem__)["nodes"]
    assert nodes["again/ask"]["exits"]["next"] == "goodbye"
    assert nodes["identity/ask"]["exits"]["next"] == "main"


def test_a_flow_that_begins_with_another_begins_where_that_one_does() -> None:
    between = IDENTITY | {
        "entry": "inner",
        "nodes": {"inner": {"kind": "sub_flow", "flow": 5, "exits": {"ok": "out", "failed": "out"}},
                  "out": {"kind": "return", "name": "ok"}},
    }  # fmt: skip
    outer = _outer()
    outer["nodes"]["identity"] = {"kind": "sub_flow", "flow": 6, "exits": {"ok": "main"}}
    whole = inlined(outer | {"entry": "identity"}, {5: IDENTITY, 6: between}.__getitem__)
    assert whole["entry"] == "identity/inner/ask"
    assert whole["nodes"]["hours"]["exits"]["open"] == "identity/inner/ask"
    assert whole["nodes"]["identity/inner/ask"]["exits"] == {"next": "main", "exhausted": "main"}


def test_a_flow_in_itself_is_refused_with_the_node() -> None:
    inner = IDENTITY | {"nodes": {"ask": {"kind": "sub_flow", "flow": 5, "exits": {}}}}
    with pytest.raises(Nested) as caught:
        inlined(_outer(), {5: inner}.__getitem__)
    assert (caught.value.node, caught.value.flow) == ("identity/ask", 5)


def test_a_return_without_an_exit_is_found() -> None:
    outer = _outer()
    outer["nodes"]["identity"]["exits"].pop("failed")
    codes = {finding.code for finding in prove(read(inlined(outer, {5: IDENTITY}.__getitem__)))}
    assert "leads_nowhere" in codes
