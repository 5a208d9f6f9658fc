"""TARGETS T4: a call's messages give one and the same Call and Cdrs, in any order and repetition, however batched."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.calls.telling import NOON, Message, pull, push, rows, tell
from tests.fixtures.voicenter.spelling import call_id, pulled, pushed
from voicenter_console.organisation.models import Account

pytestmark = pytest.mark.django_db


@contextmanager
def tried():
    """What is written inside is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def told(account: Account, *batches: Message | list[Message]) -> list[dict[str, Any]]:
    """The rows that a fresh account would have of these messages."""
    with tried():
        tell(account, *batches)
        return rows(account)


UIDS = [call_id(NOON), call_id(NOON + timedelta(minutes=3), "a"), "an-id-without-a-time", "x" * 64]
TYPES = {
    "Queue": 8, "Incoming Call": 1, "Extension Outgoing": 4, "VoiceMail": 11, "XferCDR": 13, "Click2Call leg1": 9,
    "Click2Call leg2": 10, "Click 2 IVR": 17, "Click 2 IVR Incoming": 18, "Click 2 Queue Incoming": 19,
    "Attended CDR leg1": 21, "Auto forward": 23, "A type of the future": None,
}  # fmt: skip
STATUSES = ["ANSWER", "ABANDONE", "TIMEOUT", "NOANSWER", "BUSY", "VOEND", "NOTCALLED", "VOICEMAIL", "PARKED"]
PHONES = ["0545550118", "972545550119", "Ab3dE6gH", "Anonymous", "0722776772"]
SECONDS = st.integers(0, 4000)

# What is true of a leg, as each side would tell it: they may differ, but none contradicts itself.
BOTH = st.fixed_dictionaries(
    {
        "status": st.sampled_from(STATUSES), "caller": st.sampled_from(PHONES), "target": st.sampled_from(PHONES),
        "did": st.just("0722776772"), "department_id": st.integers(555001, 555003),
        "caller_extension": st.sampled_from(["", "Ab3dE6gH"]), "target_extension": st.sampled_from(["", "Zz9yX8wV"]),
    }
)  # fmt: skip
EACH = {
    "duration": SECONDS, "ring": SECONDS, "price": st.integers(0, 99),
    "queue_name": st.sampled_from(["Service", "VIP"]),
    "agent_name": st.sampled_from(["Dana Lavi", "Noa"]), "agent_code": st.sampled_from(["10007", " 10008 "]),
    "recording": st.sampled_from(["https://a.example/1.mp3", "https://a.example/2.mp3"]),
    "target_country": st.sampled_from(["Israel", "Cyprus"]),
    "custom": st.dictionaries(st.sampled_from(["lead", "note"]), st.sampled_from(["a", "b", ""])),
}  # fmt: skip
BY_PUSH = st.fixed_dictionaries(
    EACH | {"wait": SECONDS, "talk": SECONDS, "queue_id": st.integers(0, 3), "leg1_status": st.sampled_from(STATUSES),
            "ivr": st.just('[{"layer_id": 1, "layer_name": "Main", "Dtmf": 2, "dtmf_order": 1}]')}
)  # fmt: skip
BY_PULL = st.fixed_dictionaries(
    EACH | {"leg2_status": st.sampled_from(STATUSES), "recording_expected": st.booleans(),
            "ivr": st.just([{"LayerName": "Other", "DTMF": 1, "LayerNumber": "0"}])}
)  # fmt: skip


@st.composite
def messages_of_a_leg(draw, uid: str, type: str, may_be_untyped: bool) -> list[Message]:
    at = NOON + timedelta(minutes=draw(st.integers(0, 20)))
    truth = draw(BOTH) | {"parent": draw(st.sampled_from(["", *UIDS, "unknown"]))}
    by_push, by_pull = truth | draw(BY_PUSH), truth | draw(BY_PULL)
    messages = []
    for number in range(draw(st.integers(1, 3))):
        # Untyped messages of two legs would be told of one and contradict each other, so they come of one at most.
        typed = draw(st.sampled_from([type, ""])) if number and may_be_untyped else type
        if draw(st.booleans()):
            said = _some(draw, by_push)
            messages.append(push(pushed(at, call_id=uid, type=typed, **said)))
        else:
            said = _some(draw, by_pull)
            messages.append(pull(pulled(at, call_id=uid, type=typed, type_id=typed and TYPES[type], **said)))
    return messages


def _some(draw, truth: dict[str, Any]) -> dict[str, Any]:
    """A message may leave anything out, or say nothing about it."""
    silent = draw(st.sets(st.sampled_from(sorted(truth)), max_size=8))
    return {name: value for name, value in truth.items() if name not in silent}


@st.composite
def calls(draw) -> list[Message]:
    keys = st.tuples(st.sampled_from(UIDS), st.sampled_from(sorted(TYPES)))
    legs = draw(st.lists(keys, min_size=1, max_size=4, unique=True))
    firsts = dict(reversed(legs))
    return [message for uid, type in legs for message in draw(messages_of_a_leg(uid, type, firsts[uid] == type))]


def batched(draw, messages: list[Message]) -> list[list[Message]]:
    cuts = sorted(draw(st.sets(st.integers(1, len(messages)))) | {0, len(messages)})
    return [messages[start:end] for start, end in pairwise(cuts)]


def _any_order_gives_the_same(account: Account, data) -> None:
    messages = data.draw(calls())
    again = data.draw(st.lists(st.sampled_from(messages), max_size=4))
    shuffled = data.draw(st.permutations(messages + again))
    expected = told(account, *messages)
    assert expected
    assert differences(expected, told(account, *batched(data.draw, list(shuffled)))) == []


def differences(expected: list[dict], found: list[dict]) -> list[tuple]:
    """(field, expected, found) of what is not the same."""
    if [call["ids"] for call in expected] != [call["ids"] for call in found]:
        return [("ids", [call["ids"] for call in expected], [call["ids"] for call in found])]
    differing = []
    for one, other in zip(expected, found, strict=True):
        for wanted, got in [(one, other), *zip(one["cdrs"], other["cdrs"], strict=True)]:
            differing += [
                (name, wanted[name], got[name])
                for name in wanted
                if name not in ("cdrs", "raw") and wanted[name] != got[name]
            ]
            assert _facts(wanted) == _facts(got)
    return differing


def _facts(leg: dict) -> dict:
    """What each side said in one value, in its own words. Nothing said is `null` here and `""` there; what is said in
    several (custom data, a path) is compared as it was read."""
    return {
        source: {key: value for key, value in said.items() if value not in (None, "") and not isinstance(value, dict)}
        for source, said in leg.get("raw", {}).items()
    }


any_order = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


@settings(max_examples=8, **any_order)
@given(data=st.data())
def test_any_order_repetition_and_batch_gives_the_same(account, data):
    _any_order_gives_the_same(account, data)


@pytest.mark.slow
@settings(max_examples=80, **any_order)
@given(data=st.data())
def test_any_order_repetition_and_batch_gives_the_same_at_length(account, data):
    _any_order_gives_the_same(account, data)


@settings(max_examples=5, **any_order)
@given(messages=calls())
def test_push_then_pull_is_pull_then_push(account, messages):
    messages.sort(key=lambda message: message[0])
    expected = told(account, *messages)
    assert differences(expected, told(account, *reversed(messages))) == []
    assert differences(expected, told(account, messages)) == []


def leg(seconds: int, type: str, **said) -> dict:
    at = NOON + timedelta(seconds=seconds)
    return {"at": at, "call_id": call_id(at), "type": type, "caller": "0545550118", **said}


QUEUE = leg(0, "Queue", status="TIMEOUT", duration=0)
SECOND = leg(40, "Click2Call leg2", status="ANSWER", duration=90, parent=QUEUE["call_id"])
FIRST = {**SECOND, "type": "Click2Call leg1", "duration": 4, "target": "Ab3dE6gH"}
SIX = [
    push(pushed(**QUEUE, wait=30, queue_id=7)),
    push(pushed(**SECOND, leg1_status="ANSWER")),  # leg 2 before leg 1
    push(pushed(**FIRST)),
    push(pushed(**leg(200, "XferCDR", status="ANSWER", duration=5, parent=SECOND["call_id"]))),  # child before parent
    pull(pulled(**QUEUE, price=12)),
    pull(pulled(**SECOND, price=3, recording="https://a.example/1.mp3")),
]


def every_order(account: Account, left: list[Message]) -> Iterable[list[dict]]:
    """The rows of every permutation, walked as a tree: what two orders begin with alike is told once."""
    if not left:
        yield rows(account)
        return
    for place, message in enumerate(left):
        with tried():
            tell(account, message)
            yield from every_order(account, left[:place] + left[place + 1 :])


def _are_one(found: Iterable[list[dict]], orders: int) -> None:
    found = list(found)
    assert len(found) == orders
    (call,) = found[0]
    assert (call["outcome"], call["cdr_count"], call["talk_seconds"], call["price"]) == ("answered", 4, 95, 15)
    assert all(one == found[0] for one in found)


@pytest.mark.fault("F-20")
def test_all_orders_of_four_messages_after_two(account):
    with tried():
        tell(account, *SIX[3:5])
        _are_one(every_order(account, SIX[:3] + SIX[5:]), 24)


@pytest.mark.slow
@pytest.mark.fault("F-20")
def test_all_720_orders_of_six_messages(account):
    _are_one(every_order(account, SIX), 720)
