"""Which calls open, keep and close a card (PRODUCT 3), and that no order of them changes it."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.models import Call, Recovery, RecoveryAct, RecoveryPolicy
from calls.recovery import keeping
from tests.calls.recovery.telling import RUTH, RUTH_E164, after, answered, called, cards, confirmed, lost
from tests.calls.telling import NOON, tell

pytestmark = pytest.mark.django_db
DAY = 24 * 60


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOON + timedelta(hours=5), tick=False):
        yield


def only() -> Recovery:
    return Recovery.objects.get()


LOST = ["ABANDONE", "TIMEOUT", "FULL", "EXIT", "JOINEMPTY", "NOANSWER", "CANCEL", "BUSY", "CHANUNAVAIL", "VOICEMAIL"]


@pytest.mark.parametrize("status", LOST)
def test_a_call_that_nobody_answered_opens_a_card(account, service, status):
    tell(account, lost(0, status))

    card = only()
    assert (card.number, card.state, card.tries, card.waited_seconds) == (RUTH_E164, "open", 1, 30)
    assert (card.queue_name, card.department, card.first_lost_at) == ("Service", service, NOON)


@pytest.mark.parametrize(
    ("message", "waited"),
    [(lost(0, wait=None, ring=7), None), (lost(0, wait=None, ring=7, queue_name="", type="Incoming Call"), 7),
     (lost(0, wait=12, ring=3), 12), (confirmed(0), None)],
)  # fmt: skip
def test_how_long_they_waited_is_what_was_said_of_it(account, message, waited):
    tell(account, message)
    assert only().waited_seconds == waited


def test_a_voicemail_by_its_type_is_no_answer(account):
    tell(account, lost(0, "ANSWER", type="VoiceMail", duration=20))
    assert only().state == "open"


@pytest.mark.parametrize("status", ["ANSWER", "CONGESTION", "NOTDIALED", "TE", "VOEND", "PARKED"])
def test_other_ends_open_none(account, status):
    tell(account, lost(0, status))
    assert not Recovery.objects.exists()


def test_hanging_up_in_a_menu_counts_where_the_account_says_so(account):
    RecoveryPolicy.objects.create(account=account, hung_up_in_menu=True)
    tell(account, lost(0, "VOEND"), lost(1, "TE", caller="0545550119"))
    assert only().number == RUTH_E164


@pytest.mark.parametrize("caller", ["Anonymous", "", "Ab3dE6gH", "203", "a name"])
def test_who_has_no_number_has_no_card(account, caller):
    tell(account, lost(0, caller=caller))
    assert Call.objects.get().outcome == "abandoned"
    assert not Recovery.objects.exists()


def test_a_call_out_that_nobody_answered_opens_none(account):
    tell(account, called(0, "NOANSWER"))
    assert not Recovery.objects.exists()


def test_one_card_a_person_however_often_and_in_whatever_form_they_call(account):
    tell(account, lost(0), lost(7, caller="+972545550118", wait=95), lost(20, caller="972545550118", wait=4))
    card = only()
    assert (card.tries, card.waited_seconds, card.last_lost_at) == (3, 95, after(20))
    assert [row.kind for row in card.calls.all()] == ["lost"] * 3


def test_after_24_hours_there_is_a_new_card_and_the_old_one_is_its_duplicate(account):
    with time_machine.travel(NOON + timedelta(hours=30), tick=False):
        tell(account, lost(0), lost(DAY - 1), lost(DAY))
    old, new = Recovery.objects.order_by("first_lost_at")
    assert (old.tries, old.state, old.reason, old.closed_at) == (2, "closed", "duplicate", after(DAY))
    assert (new.tries, new.state) == (1, "open")


def test_it_closes_itself_when_they_get_through(account):
    tell(account, lost(0), answered(9))
    card = only()
    assert (card.state, card.reason, card.closed_at, card.closed_name) == ("closed", "returned", after(9), "")
    assert card.won_by.agent_name == "Dana Lavi"


def test_it_closes_itself_when_they_are_reached_and_knows_who_tried_before(account):
    tell(account, lost(0), called(4, "NOANSWER"), called(11))
    card = only()
    assert (card.state, card.reason, card.closed_at, card.called_back_at) == ("closed", "reached", after(11), after(4))
    assert [row.kind for row in card.calls.all()] == ["lost", "tried", "reached"]


def test_a_further_loss_within_24_hours_opens_it_again(account):
    tell(account, lost(0), answered(9))
    tell(account, lost(30))
    card = only()
    assert (card.state, card.tries, card.reason, card.won_by) == ("open", 2, "", None)


def test_nobody_is_waited_for_for_ever(account):
    with time_machine.travel(NOON + timedelta(hours=72, minutes=5), tick=False):
        tell(account, lost(0), lost(10, caller="0545550119"))
    given_up, kept = Recovery.objects.order_by("first_lost_at")
    assert (given_up.state, given_up.reason, given_up.closed_at) == ("closed", "gave_up", after(72 * 60))
    assert kept.state == "open"


def test_a_correction_takes_the_card_back(account):
    tell(account, lost(0, "NOANSWER"))
    assert only().state == "open"
    tell(account, confirmed(0, "ANSWER", duration=40))
    assert not Recovery.objects.exists()


def test_a_correction_of_the_answer_opens_it_again(account):
    tell(account, lost(0), answered(9))
    tell(account, confirmed(9, "NOANSWER"))
    assert (only().state, only().tries) == ("open", 2)


def test_a_late_earlier_loss_moves_the_beginning(account):
    tell(account, lost(DAY - 30), lost(DAY + 60))
    assert only().tries == 2
    tell(account, lost(0))
    old, new = Recovery.objects.order_by("first_lost_at")
    assert [(old.first_lost_at, old.tries, old.reason), (new.first_lost_at, new.tries, new.state)] == [
        (NOON, 2, "duplicate"), (after(DAY + 60), 1, "open")
    ]  # fmt: skip


def test_when_the_later_card_was_a_mistake_the_earlier_one_goes_on(account):
    with time_machine.travel(NOON + timedelta(hours=30), tick=False):
        tell(account, lost(0), lost(DAY + 1))
        tell(account, confirmed(DAY + 1, "ANSWER", caller="0545550119"))
        assert (only().state, only().first_lost_at) == ("open", NOON)


def test_calls_that_turn_out_to_be_one_keep_one_card(account):
    with time_machine.travel(NOON + timedelta(hours=30), tick=False):
        tell(account, lost(0), lost(DAY + 5))
        old, new = Recovery.objects.order_by("first_lost_at")
        RecoveryAct.objects.create(recovery=new, kind="claim", name="Dana Lavi", version=1)
        first, second = Call.objects.order_by("started_at").values_list("root", flat=True)
        tell(account, lost(DAY + 6, "NOANSWER", type="XferCDR", call_id=second, parent=first))
    assert Call.objects.count() == 1
    assert only().pk == old.pk
    assert only().acts.get().name == "Dana Lavi"


def test_what_a_person_did_holds_until_a_later_call(account):
    tell(account, lost(0))
    Recovery.objects.update(
        state="closed", reason="gave_up", closed_at=after(5), closed_name="Dana Lavi", acted_at=after(5)
    )
    tell(account, lost(3))  # late, of before the close
    assert (only().state, only().closed_name, only().tries) == ("closed", "Dana Lavi", 2)
    tell(account, lost(8))
    assert (only().state, only().closed_name, only().tries) == ("open", "", 3)


def test_who_calls_again_is_not_asleep(account):
    tell(account, lost(0))
    Recovery.objects.update(state="snoozed", snoozed_until=after(300), acted_at=after(5))
    tell(account, lost(3))
    assert only().state == "snoozed"
    tell(account, lost(8))
    assert only().state == "open"


def test_a_claim_stays_when_they_call_again_and_ends_when_they_get_through(account, dana):
    tell(account, lost(0))
    Recovery.objects.update(state="claimed", claimed_by=dana, claimed_name="Dana", claimed_until=after(400))
    tell(account, lost(8))
    assert (only().state, only().claimed_by) == ("claimed", dana)
    tell(account, answered(12))
    assert (only().state, only().reason, only().claimed_by) == ("closed", "returned", None)


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "claimed"}, {"state": "snoozed"}, {"state": "closed"}, {"tries": 0}, {"claimed_name": "Dana"},
        {"state": "closed", "closed_at": NOON}, {"reason": "reached"}, {"last_lost_at": NOON - timedelta(1)},
    ],
)  # fmt: skip
def test_the_database_refuses_what_is_no_card(account, broken):
    tell(account, lost(0))
    with pytest.raises(IntegrityError), transaction.atomic():
        Recovery.objects.update(**broken)


def test_the_database_holds_one_living_card_a_number(account):
    facts = {"account": account, "number": "+972545550119", "first_lost_at": NOON, "last_lost_at": NOON, "tries": 1}
    Recovery.objects.create(**facts)
    Recovery.objects.create(**facts, state="closed", reason="gave_up", closed_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recovery.objects.create(**facts)


# --- any order of the same messages ends in the same cards ---------------------------------------------------------

MINUTES = st.integers(-5 * DAY, 60)
CALLS = st.one_of(
    st.builds(lost, MINUTES, st.sampled_from(["ABANDONE", "NOANSWER", "VOICEMAIL", "CHANUNAVAIL", "VOEND"])),
    st.builds(confirmed, MINUTES),
    st.builds(answered, MINUTES),
    st.builds(called, MINUTES, st.sampled_from(["ANSWER", "NOANSWER", "BUSY"])),
    st.builds(lost, MINUTES, caller=st.just("0545550119")),
)


def told(account, *batches) -> list[dict]:
    with transaction.atomic():
        tell(account, *batches)
        found = cards(account)
        transaction.set_rollback(True)
    return found


def _uid(message) -> str:
    return message[1].get("ivruniqueid") or message[1]["CallID"]


def any_order(account, data) -> None:
    messages = data.draw(st.lists(CALLS, min_size=2, max_size=9, unique_by=_uid))
    again = data.draw(st.lists(st.sampled_from(messages), max_size=3))
    shuffled = data.draw(st.permutations(messages + again))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(shuffled)))) | {0, len(shuffled)})
    with time_machine.travel(after(data.draw(st.integers(61, 4 * DAY))), tick=False):
        assert told(account, messages) == told(account, *[shuffled[a:b] for a, b in pairwise(cuts)])


QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


@settings(max_examples=25, **QUIET)
@given(data=st.data())
def test_any_order_of_the_same_calls_ends_in_the_same_cards(account, data):
    any_order(account, data)


@pytest.mark.slow
@settings(max_examples=250, **QUIET)
@given(data=st.data())
def test_any_order_of_the_same_calls_ends_in_the_same_cards_at_length(account, data):
    any_order(account, data)


def test_the_list_knows_who_spoke_with_them_last(account):
    tell(account, answered(-60), lost(0), lost(1, caller="0545550119"))
    assert timezone.now() > NOON
    named = Recovery.objects.with_last_agent().order_by("first_lost_at").values_list("number", "last_agent")
    assert list(named) == [(RUTH_E164, "Dana Lavi"), ("+972545550119", None)]
    assert RUTH not in str(Recovery.objects.first())


def test_the_cards_of_many_people_cost_as_many_queries_as_those_of_one(account, count_queries):
    people = [f"05455501{n:02}" for n in range(20, 28)]
    tell(account, *[lost(n, caller=person, call_id=f"q{n}") for n, person in enumerate(people)])
    numbers = [f"+972{person[1:]}" for person in people]
    assert Recovery.objects.count() == len(people)

    def anew(some):
        return count_queries(lambda: keeping.refresh(account, dict.fromkeys(some, NOON), set(some)))

    assert anew(numbers) == anew(numbers[:1])
