"""What is one call, and what it comes to (ARCHITECTURE, 'A Call is a connected component')."""

from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import transaction

from calls import components
from calls.grouping import root_of
from calls.models import Call, CallId, CallRedirect, Cdr
from calls.signals import calls_merged
from tests.calls.telling import NOON, ids, outcomes, pull, push, rows, tell
from tests.fixtures.voicenter.spelling import call_id, pulled, pushed

pytestmark = pytest.mark.django_db
ID = call_id(NOON)


def leg(uid: str = ID, seconds: int = 0, type: str = "Queue", status: str | None = "ANSWER", **said):
    """A pushed leg that began so many seconds after noon."""
    said = {"caller": "0545550118", "target": "Ab3dE6gH", "duration": 60, **said}
    return push(pushed(NOON + timedelta(seconds=seconds), call_id=uid, type=type, status=status, **said))


@pytest.mark.fault("F-22")
@pytest.mark.parametrize("second", ["Click2Callleg2", "Click2Call leg2", "click2call  LEG2"])
def test_two_legs_of_one_id_are_two_records_and_one_call(account, second):
    tell(account, leg(type="Click2Call leg1"), leg(type=second), pull(pulled(NOON, call_id=ID, type_id=10)))

    assert Cdr.objects.count() == 2
    assert Call.objects.get().cdr_count == 2


CHAIN = [leg("a", 0), leg("b", 60, parent="a"), leg("c", 120, parent="b"), leg("d", 180, parent="c")]


@pytest.mark.fault("F-20")
@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_chain_is_one_call_whatever_came_late(account, order):
    tell(account, *(CHAIN[place] for place in order))

    call = Call.objects.get()
    assert ids(account) == [["a", "b", "c", "d"]]
    assert (call.root, call.cdr_count, call.started_at) == ("a", 4, NOON)


def test_a_late_middle_joins_two_calls_and_the_later_ones_address_leads_on(account):
    tell(account, CHAIN[0], CHAIN[2])
    first, second = Call.objects.order_by("pk")
    heard = []

    def hear(survivor, merged, **rest):
        heard.append((survivor.pk, merged.pk))

    calls_merged.connect(hear)
    tell(account, CHAIN[1])
    calls_merged.disconnect(hear)

    assert Call.objects.get().pk == first.pk
    assert heard == [(first.pk, second.pk)]
    assert CallRedirect.objects.get(old=second.pk).call_id == first.pk


def test_redirects_of_a_call_that_is_joined_in_turn_lead_to_the_last(account):
    tell(account, leg("c", 120), leg("b", 60), leg("a"))
    last, middle, first = (Cdr.objects.get(call_uid=uid).call_id for uid in "abc")
    tell(account, leg("b", 60, parent="a"), leg("c", 120, parent="b"))

    assert Call.objects.get().pk == first == min(first, middle, last)
    assert dict(CallRedirect.objects.values_list("old", "call_id")) == {middle: first, last: first}


def test_an_unknown_parent_is_a_member_and_its_two_children_are_one_call(account):
    tell(account, leg("b", parent="never-seen"), leg("c", 60, parent="never-seen"))

    assert ids(account) == [["b", "c", "never-seen"]]
    assert Call.objects.get().root == "never-seen"


@pytest.mark.parametrize("parents", [{"a": "a"}, {"a": "b", "b": "a"}, {"a": "b", "b": "c", "c": "a"}])
def test_cycles_are_harmless(account, parents):
    tell(account, *(leg(uid, parent=parent) for uid, parent in parents.items()))

    assert ids(account) == [sorted(parents)]
    assert Call.objects.get().root == "a"


@pytest.mark.parametrize(
    ("parents", "root"),
    [
        ({"a": ["b"], "b": []}, "b"),  # the member without a parent
        ({"20261122110000x": [], "20261122100000y": []}, "20261122100000y"),  # of several the earliest in its id
        ({"zz": [], "20261122100000y": []}, "20261122100000y"),  # an id without a time is no earlier one
        ({"b": [], "a": [], "c": []}, "a"),  # then the smallest text
        ({"b": ["a"], "a": ["b"]}, "a"),  # of none the same
        ({"b": ["b"], "c": ["b"]}, "b"),  # nobody is its own parent
    ],
)
def test_the_root(parents, root):
    assert root_of(parents) == root


def test_beyond_a_hundred_legs_a_link_is_kept_but_not_followed(account, monkeypatch):
    monkeypatch.setattr(components, "MOST_LEGS", 5)
    tell(account, [leg(f"x{n}", n, parent="x0" if n else "") for n in range(5)])
    tell(account, leg("y0", 90), leg("y1", 95, parent="x0"), leg("z", 99, parent="y1"))

    refused = Cdr.objects.get(call_uid="y1")
    assert (refused.original_call_uid, refused.link_followed) == ("x0", False)
    assert sorted(map(len, ids(account))) == [1, 2, 5]
    assert Cdr.objects.filter(link_followed=False).count() == 1
    assert not Call.objects.filter(cdrs=None).exists()


def test_a_refused_link_to_an_unknown_parent_leaves_no_empty_call(account, monkeypatch):
    monkeypatch.setattr(components, "MOST_LEGS", 1)
    tell(account, [leg("x", type="Queue"), leg("x", type="VoiceMail", parent="nobody")])

    assert Call.objects.count() == 1
    assert not CallId.objects.filter(call_uid="nobody").exists()


def test_an_untyped_record_belongs_to_the_only_typed_leg_of_its_id(account):
    tell(account, push(pushed(NOON, call_id=ID, caller="0545550118")), leg(caller=""))

    cdr = Cdr.objects.get()
    assert (cdr.type, cdr.caller, cdr.records.count()) == ("queue", "0545550118", 2)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_it_moves_out_when_a_second_type_arrives(account, order):
    messages = [push(pushed(NOON, call_id=ID, caller="0545550118")), leg(), leg(type="VoiceMail")]
    tell(account, *(messages[place] for place in order))

    assert {cdr.type: cdr.records.count() for cdr in Cdr.objects.all()} == {"": 1, "queue": 1, "voicemail": 1}
    assert Call.objects.get().cdr_count == 3


def test_two_accounts_may_have_the_same_id(account):
    other = type(account).objects.create(name="Other", code="another")
    tell(account, leg())
    tell(other, leg())

    assert Call.objects.count() == 2


OUTCOMES = [
    ("ANSWER", "answered"), ("ABANDONE", "abandoned"), ("TIMEOUT", "flowed_out"), ("FULL", "flowed_out"),
    ("EXIT", "flowed_out"), ("JOINEMPTY", "flowed_out"), ("NOANSWER", "missed"), ("CANCEL", "missed"),
    ("BUSY", "busy"), ("VOICEMAIL", "voicemail"), ("VOEND", "ivr_end"), ("TE", "ivr_end"),
    ("NOTCALLED", "not_dialled"), ("NOTDIALED", "not_dialled"), ("CONGESTION", "failed"), ("CHANUNAVAIL", "failed"),
    ("INVALIDARGS", "failed"), ("SSWPREAUTH", "failed"), ("PARKED", "unknown"), (None, "unknown"),
    ("ANSWERED", "answered"), (" answer ", "answered"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "outcome"), OUTCOMES)
def test_the_outcome_of_a_status(account, status, outcome):
    tell(account, leg(status=status))
    call = Call.objects.get()
    assert (call.outcome, call.answered) == (outcome, outcome == "answered")


@pytest.mark.parametrize(
    ("legs", "outcome"),
    [
        ([leg("a", status="ABANDONE"), leg("b", 60, status="ANSWER", parent="a")], "answered"),
        ([leg("a", status="ANSWER"), leg("b", 60, status="NOANSWER", parent="a")], "answered"),  # one is
        ([leg("a", status="TIMEOUT"), leg("b", 60, status="ABANDONE", parent="a")], "abandoned"),  # the last to start
        ([leg("a", 60, status="TIMEOUT"), leg("b", status="ABANDONE", parent="a")], "flowed_out"),
        ([leg(type="VoiceMail", status="ANSWER")], "voicemail"),  # type 11 tells
        ([leg(status="TIMEOUT"), leg(seconds=60, type="VoiceMail", status="ANSWER")], "voicemail"),
        ([leg(type="Click2Call leg1"), leg(type="Click2Call leg2", status="BUSY")], "busy"),  # 9 is the agent's
        ([leg(type="ProductiveCall Leg1"), leg(type="ProductiveCallLeg2", status="NOTCALLED")], "not_dialled"),
        ([leg(type="Click2Call leg1", status="ANSWER")], "unknown"),  # nobody rang the customer that we know of
        ([leg(type="Click 2 IVR", status="ANSWER")], "answered"),
        ([leg(type="Click 2 IVR"), leg(seconds=9, type="Click 2 Queue Incoming", status="ABANDONE")], "abandoned"),
        ([leg(type="Click 2 IVR"), leg(seconds=9, type="Click 2 IVR Incoming", status="VOEND")], "ivr_end"),
    ],
)
def test_the_outcome_of_several_legs(account, legs, outcome):
    for order in permutations(legs):
        tell(account, *order)
        assert outcomes(account) == [outcome]
        with transaction.atomic():
            Call.objects.all().delete()


@pytest.mark.parametrize(
    ("duration", "outcome"),
    [(12, "answered"), (0, "unknown")],
)
def test_a_two_leg_row_known_by_its_first_leg_alone(account, duration, outcome):
    row = pulled(NOON, call_id=ID, type="Click2Call leg2", type_id=10, status="ANSWER", duration=duration)
    tell(account, pull(row))

    assert Cdr.objects.get().status is None
    assert Cdr.objects.get().leg1_status == "ANSWER"
    assert outcomes(account) == [outcome]


def test_the_direction_is_the_roots_first_legs(account):
    tell(account, leg("a", type="Extension Outgoing"), leg("b", 60, type="XferCDR", parent="a"))
    assert Call.objects.get().direction == "out"


@pytest.mark.parametrize(
    ("said", "customer"),
    [
        ({"type": "Queue", "caller": "0545550118", "target": "Ab3dE6gH"}, "0545550118"),
        ({"type": "Extension Outgoing", "caller": "Ab3dE6gH", "target": "0545550118"}, "0545550118"),
        ({"type": "Extension Outgoing", "caller": "0722776772", "target": "0545550118"}, "0545550118"),
        ({"type": "Click2Call leg2", "caller": "0720000000", "target": "972545550118"}, "972545550118"),
        ({"type": "Incoming Call", "caller": "Anonymous", "target": "Ab3dE6gH"}, "Anonymous"),
        ({"type": "Incoming Call", "caller": "Zz9yX8wV", "target": "0545550118"}, "0545550118"),
    ],
)
def test_the_customer_is_the_party_that_is_no_extension(account, said, customer):
    tell(account, leg(**said))
    assert Call.objects.get().customer == customer


def test_the_customer_of_a_click_is_whom_the_second_leg_rang(account):
    tell(
        account,
        leg(type="Click2Call leg1", caller="Ab3dE6gH", target="Ab3dE6gH", ring=3),
        leg(type="Click2Call leg2", caller="0720000000", target="972545550118", ring=30),
    )
    call = Call.objects.get()
    assert (call.customer_e164, call.ring_seconds) == ("+972545550118", 30)


def test_talk_and_wait_are_sums_over_what_counts_and_price_over_all(account):
    tell(
        account,
        leg("a", duration=10, wait=5, price=3),
        leg("b", 60, type="XferCDR", duration=20, wait=7, price=4, parent="a"),
        leg("a", 1, type="Click2Call leg1", duration=900, wait=900, price=5),  # the agent's own
        leg("a", 2, type="Click 2 IVR", duration=900, wait=900, price=6),  # its talk has a row of its own
        leg("a", 3, type="Click 2 IVR Incoming", duration=30, wait=8, price=7),
    )
    call = Call.objects.get()
    assert (call.talk_seconds, call.wait_seconds, call.price) == (60, 20, Decimal(25))


def test_what_nobody_said_is_not_nought(account):
    tell(account, leg())
    call = Call.objects.get()
    assert (call.wait_seconds, call.ring_seconds, call.price) == (None, None, None)


def test_absurd_seconds_do_not_overflow(account):
    tell(account, leg(duration=2**31 - 1, wait=2**31 - 1), leg("b", parent=ID, duration=2**31 - 1, wait=2**40))
    call = Call.objects.get()
    assert (call.talk_seconds, call.wait_seconds) == (2**31 - 1, 2**31 - 1)


def test_figures_are_recomputed_and_never_added_up(account):
    tell(account, *[leg(), pull(pulled(NOON, call_id=ID, type_id=8, status="ANSWER", duration=60, price=4))] * 3)
    before = rows(account)
    tell(account, leg(), leg(duration="60"))

    call = Call.objects.get()
    assert (call.talk_seconds, call.price, call.cdr_count) == (60, Decimal(4), 1)
    assert rows(account) == before


def test_agents_of_an_answered_call_are_those_who_answered(account):
    tell(
        account,
        leg("a", status="NOANSWER", agent_name="Noa Adari", agent_code="10008"),
        leg("b", 60, agent_name="Dana Lavi", agent_code=" 10007 ", parent="a"),
        leg("c", 90, agent_name="Lior Barkan", agent_code="10009", parent="b"),
    )
    call = Call.objects.get()
    assert (call.agent_name, call.more_agents) == ("Dana Lavi", 1)
