"""Each example is sound but for what only its owner knows, in both languages, and does what it says."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from ivr.examples import Example, examples
from ivr.graph import prove, read
from ivr.simulating import Scenario, simulate

ALL = [example for language in ("he", "en") for example in examples(language)]


def _filled_in(example: Example) -> dict:
    document = example.document
    for node in document["nodes"].values():
        if node["kind"] == "dial":
            node["targets"] = ["0355501420"]
    return document


def _end(key: str, **scenario) -> str:
    document = next(_filled_in(example) for example in examples("en") if example.key == key)
    return simulate(read(document), Scenario.read(scenario), ZoneInfo("Asia/Jerusalem"))[-1].reached.node.id


@pytest.mark.parametrize("example", ALL, ids=lambda one: f"{one.document['language']}-{one.key}")
def test_only_what_the_owner_must_fill_in_stands_in_the_way(example):
    assert {finding.code for finding in prove(read(example.document)) if finding.blocks} <= {"number_to_fill_in"}
    assert [finding for finding in prove(read(_filled_in(example))) if finding.blocks] == []
    assert example.title
    assert example.about


@pytest.mark.parametrize(
    ("key", "scenario", "end"),
    [
        ("opening_hours", {"at": "2026-11-22T10:00"}, "team"),
        ("opening_hours", {"at": "2026-11-20T14:00"}, "message"),  # Friday afternoon
        ("sales_and_support", {"keys": ["1"]}, "sales"),
        ("sales_and_support", {"keys": ["", "", ""]}, "support"),
        ("customer_id", {"keys": ["123456789", "123456782", "1"]}, "team"),
        ("survey", {"keys": ["4", "1"]}, "bye"),
        ("survey", {"keys": ["9"]}, "bye"),
        ("callback", {"queues": {"1": 7}, "keys": ["1"]}, "promised"),
        ("callback", {"queues": {"1": 2}}, "wait"),
        ("callback", {}, "wait"),
    ],
)
def test_each_does_what_it_says(key, scenario, end):
    assert _end(key, **scenario) == end
