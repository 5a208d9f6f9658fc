"""A draft is tried before callers hear it: supposed callers, saved cases, yesterday's real calls."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from ivr import drafts, publishing, simulating
from ivr.graph import read
from ivr.models import EdgeCount, FlowCase
from ivr.runtime.walk import FAILED
from ivr.simulating import NoScenario, Scenario

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Jerusalem")


def _ends(document: dict, **scenario) -> list[str]:
    return [turn.reached.node.id for turn in simulating.simulate(read(document), Scenario.read(scenario), ZONE)]


def test_a_supposed_caller_presses_keys_and_a_dial_may_fail(front_desk):
    assert _ends(front_desk, keys=["9", "1"]) == ["main", "main", "reception"]
    assert _ends(front_desk, keys=["1", FAILED]) == ["main", "reception", "goodbye"]
    assert _ends(front_desk, keys=[]) == ["main"]


def test_what_is_supposed_of_the_caller_decides(front_desk):
    front_desk["nodes"]["who"] = {"kind": "caller", "exits": {"vip": "reception", "otherwise": "main"}}
    front_desk["entry"] = "who"
    assert _ends(front_desk, marks=["known", "vip"]) == ["reception"]
    assert _ends(front_desk, marks=["known"]) == ["main"]


def test_opening_hours_are_tried_at_a_supposed_time(front_desk):
    front_desk["nodes"]["hours"] = {
        "kind": "hours", "week": {"sun": [["08:00", "18:00"]]}, "exits": {"open": "main", "closed": "goodbye"},
    }  # fmt: skip
    front_desk["entry"] = "hours"
    assert _ends(front_desk, at="2026-11-22T17:59") == ["main"]
    assert _ends(front_desk, at="2026-11-22T18:00") == ["goodbye"]


@pytest.mark.parametrize("said", [None, [], {"keys": "1"}, {"keys": [1]}, {"at": "yesterday"}, {"queues": {"a": 1}},
                                  {"sources": [1]}, {"layer": "x"}, {"keys": [""] * 61}])  # fmt: skip
def test_what_cannot_be_supposed_says_so(said):
    with pytest.raises(NoScenario):
        Scenario.read(said)


def test_a_saved_case_that_ends_elsewhere_stands_in_the_way_of_publishing(flow, owner):
    FlowCase.objects.create(flow=flow, name="One rings the desk", scenario={"keys": ["1"]}, expected="reception")
    publishing.publish(flow, by=owner)
    draft = flow.draft | {"nodes": flow.draft["nodes"] | {"main": flow.draft["nodes"]["main"] | {
        "exits": {"1": "goodbye", "2": "reception", "exhausted": "reception"}}}}  # fmt: skip
    changed = drafts.save_draft(flow, draft, seen=flow.draft_mark, by=owner)
    with pytest.raises(publishing.Unpublishable) as caught:
        publishing.publish(changed, by=owner)
    assert [(one.code, one.node) for one in caught.value.findings] == [("case_fails", "goodbye")]


def test_yesterdays_calls_through_the_draft_tell_who_would_end_elsewhere(published, ask, owner):
    for number, keys in enumerate([["1"], ["2"], ["9", "1"], []]):
        menu = ask(call_id=f"call-{number}")["DATA"]["MENU"]
        for key in keys:
            menu = ask(menu, key, call_id=f"call-{number}")["DATA"].get("MENU", "")
    draft = published.draft | {"nodes": published.draft["nodes"] | {"main": published.draft["nodes"]["main"] | {
        "exits": {"1": "reception", "2": "reception", "exhausted": "reception"}}}}  # fmt: skip
    day = timedelta(days=1)
    graph = drafts.graph(published, draft)
    found = list(simulating.replay(published, graph, timezone.now() - day, timezone.now() + day))
    elsewhere = [(one.session.call_uid, one.ended, one.would_end) for one in found if one.ended != one.would_end]
    assert len(found) == 4
    assert elsewhere == [("call-1", "goodbye", "reception")]


def test_a_real_call_whose_dial_failed_is_replayed_to_the_same_end(published, ask):
    menu = ask()["DATA"]["MENU"]
    back = ask(menu, "1")["DATA"]["NEXT_MENU"]
    assert ask(back)["ACTION"] == "HANGUP"
    day = timedelta(days=1)
    graph = drafts.graph(published)
    (one,) = simulating.replay(published, graph, timezone.now() - day, timezone.now() + day)
    assert (one.ended, one.would_end) == ("goodbye", "goodbye")


def test_callers_are_counted_on_the_edges_they_took_and_once_for_a_request_sent_twice(published, ask):
    for number in range(3):
        menu = ask(call_id=f"call-{number}")["DATA"]["MENU"]
        ask(menu, "1", call_id=f"call-{number}")
        ask(menu, "1", call_id=f"call-{number}")
    assert list(EdgeCount.objects.values_list("node", "exit", "callers")) == [("main", "1", 3)]
