"""What a flow may not do, each finding on its node (FAULTS F-75)."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

import pytest

from ivr.graph import Malformed, prove, read
from tests.ivr import flows

FLOW = json.loads((Path(__file__).parent / "flows" / "front_desk.json").read_text())


def _but(**changes: object) -> dict:
    """The front desk with nodes changed: a dict replaces fields of a node, None takes it away."""
    document = copy.deepcopy(FLOW)
    for name, change in changes.items():
        if change is None:
            del document["nodes"][name]
        else:
            document["nodes"].setdefault(name, {}).update(change)
    return document


def _found(document: dict) -> set[tuple[str, str]]:
    return {(finding.code, finding.node) for finding in prove(read(document)) if finding.blocks}


def test_a_sound_flow_has_nothing_against_it() -> None:
    assert prove(read(FLOW)) == []


@pytest.mark.fault("F-75")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"goodbye": None}, ("leads_nowhere", "hours")),
        ({"main": {"exits": {"1": "reception"}}}, ("exit_missing", "main")),
        ({"main": {"exits": {"exhausted": "reception"}}}, ("no_keys", "main")),
        ({"main": {"exits": {"1": "reception", "12": "goodbye", "exhausted": "reception"}}}, ("keys_overlap", "main")),
        ({"main": {"prompt": "nobody_recorded_this"}}, ("prompt_unlisted", "main")),
        ({"lonely": {"kind": "hang_up"}}, ("unreachable", "lonely")),
        ({"hours": {"exits": {"open": "hours", "closed": "hours"}}}, ("endless_loop", "hours")),
        ({"hours": {"exits": {"open": "hours", "closed": "hours"}}}, ("dead_end", "hours")),
        ({"hours": {"week": {"sun": [["18:00", "08:00"]]}}}, ("hours_order", "hours")),
        ({"goodbye": {"kind": "say", "parts": [{"as": "digits", "text": "1"}], "layer": 1, "failed_layer": 1}},
         ("dialect", "goodbye")),
    ],
)  # fmt: skip
def test_each_fault_is_found_on_its_node(changes: dict, expected: tuple[str, str]) -> None:
    assert expected in _found(_but(**changes))


def test_a_fallback_must_end_the_call() -> None:
    assert ("fallback_goes_on", "main") in _found(FLOW | {"fallback": "main"})
    assert ("no_fallback", "") in _found(FLOW | {"fallback": "gone"})


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ([], "$"),
        ({}, "$"),
        (FLOW | {"schema": 2}, "$.schema"),
        (_but(main={"loops": "2"}), "$.nodes.main.loops"),
        (_but(main={"loops": 11}), "$.nodes.main.loops"),
        (_but(reception={"targets": ["javascript:alert(1)"]}), "$.nodes.reception.targets[0]"),
        (_but(main={"unheard_of": 1}), "$.nodes.main"),
    ],
)
def test_what_is_no_flow_at_all_says_where(document: object, where: str) -> None:
    with pytest.raises(Malformed) as caught:
        read(document)
    assert where in [place for place, _what in caught.value.faults]


@pytest.mark.fault("F-75")
def test_five_hundred_spoilt_flows_are_all_refused_with_the_right_finding() -> None:
    dice = random.Random(75)
    for _ in range(500):
        document, code, node = flows.spoil(dice, flows.sound(dice))
        assert (code, node) in _found(document), document
