"""The call strip from a call's legs: each part at its own time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.template import Context, Template

from calls import strip
from calls.models import Call, Cdr
from tests.calls.telling import NOON
from voicenter_console.voicenter import terms

CUSTOMER = "0525550164"
PHONE, OTHER_PHONE = "xAfaOdGu", "JtzKIhKA"


def leg(after: int, type_id: int = terms.QUEUE_TYPE, status: str | None = terms.ANSWER, **facts) -> Cdr:
    """A leg that begins so many seconds into the call."""
    names = {"agent": "agent_name", "wait": "wait_seconds", "ring": "ring_seconds", "talk": "talk_seconds"}
    given = {names.get(name, name): value for name, value in facts.items()}
    given = {"caller": CUSTOMER, "target": PHONE, **given}
    return Cdr(started_at=NOON + timedelta(seconds=after), type_id=type_id, status=status, **given)


def parts(*legs: Cdr, outcome: str = "answered", turned: bool = False, heard=()) -> list[tuple]:
    call = Call(outcome=outcome)
    return [tuple(part)[:3] for part in strip.of(call, legs[::-1] if turned else legs, heard)]


@pytest.mark.parametrize("turned", [False, True])
def test_an_attended_transfer_is_talk_hold_ring_and_talk_with_another(turned):
    told = parts(
        leg(0, wait=12, ring=3, talk=60, agent="Dana Lavi"),
        leg(50, 21, caller=PHONE, target=OTHER_PHONE, talk=40, agent="Dana Lavi"),  # begins while they still talk
        leg(90, 22, target=OTHER_PHONE, ring=9, talk=30, agent="Omer Kedem"),
        turned=turned,
    )
    assert told == [
        ("wait", 12, ""), ("ring", 3, ""), ("talk", 60, "Dana Lavi"), ("hold", 15, ""), ("ring", 9, ""),
        ("talk2", 30, "Omer Kedem"),
    ]  # fmt: skip


def test_between_two_legs_somebody_who_has_talked_is_held():
    told = parts(leg(0, talk=60, agent="Dana Lavi"), leg(72, 13, talk=30, agent="Omer Kedem"))
    assert told == [("talk", 60, "Dana Lavi"), ("hold", 12, ""), ("talk2", 30, "Omer Kedem")]


def test_nobody_is_held_until_tomorrow():
    told = parts(leg(0, talk=60, agent="Dana Lavi"), leg(86_400, 13, talk=30, agent="Dana Lavi"))
    assert [kind for kind, *_ in told] == ["talk", "talk"]


def test_who_left_a_queue_waited_there_until_the_voicemail_though_a_pull_knows_no_wait():
    told = parts(
        leg(0, status="TIMEOUT"), leg(181, terms.VOICEMAIL_TYPE, terms.VOICEMAIL, talk=19), outcome="voicemail"
    )
    assert told == [("wait", 181, ""), ("left", 0, ""), ("voicemail", 19, "")]


def test_an_agents_own_leg_comes_before_there_is_a_customer():
    told = parts(
        leg(0, 9, None, ring=6, talk=50, agent="Dana Lavi"),
        leg(6, 10, terms.ANSWER, caller=PHONE, target=CUSTOMER, ring=4, talk=40, agent="Dana Lavi"),
    )
    assert told == [("ring", 4, ""), ("talk", 40, "Dana Lavi")]


def test_of_a_dialled_leg_whose_talk_has_its_own_row_the_ringing_is_drawn():
    told = parts(
        leg(0, terms.PREDICTIVE_LEG, ring=23, talk=48),
        leg(23, 19, None, wait=2, ring=3, talk=43, agent="Dana Lavi"),
    )
    assert told == [("ring", 23, ""), ("wait", 2, ""), ("ring", 3, ""), ("talk", 43, "Dana Lavi")]


def test_who_hangs_up_while_waiting_ends_with_a_post():
    assert parts(leg(0, status="ABANDONE", wait=77), outcome="abandoned") == [("wait", 77, ""), ("hangup", 0, "")]


def test_where_no_leg_lasted_the_sums_of_the_call_are_drawn():
    call = Call(outcome="answered", talk_seconds=30)
    assert [tuple(part)[:2] for part in strip.of(call, [leg(0)])] == [("talk", 30)]


@pytest.mark.parametrize("language", ["en", "he"])
def test_a_talk_that_is_heard_leads_to_its_recording(language, settings):
    from django.utils import translation

    first, second = leg(0, talk=60, agent="Dana Lavi", pk=7), leg(60, 13, talk=30, agent="Omer Kedem", pk=8)
    call = Call(outcome="answered")
    call.parts = strip.of(call, [first, second], heard={8})
    with translation.override(language):
        drawn = Template("{% story_strip call %}").render(Context({"call": call}))
    assert drawn.count("data-plays") == 1
    assert 'data-plays="8" data-seconds="30"' in drawn
