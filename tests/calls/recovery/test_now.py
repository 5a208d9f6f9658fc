"""Who is on the line right now: on home, to those whose queues they wait in, and on the cards of the recovery board."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.board import now
from calls.board.state import Board
from calls.models import LiveBoard, QueueDay
from calls.recovery import acts
from voicenter_console.organisation.models import Account, Department
from voicenter_console.voicenter.live import (
    AllExtensions,
    AllQueues,
    ExtensionNow,
    LiveCall,
    Phase,
    QueueNow,
    WaitingCaller,
)
from voicenter_console.voicenter.terms import Direction

pytestmark = pytest.mark.django_db
SERVICE, SALES = 20, 21


@pytest.fixture
def board(account: Account):
    """Ruth has waited for Service for 80 s, two others less; Omer's phone rings for one, Noa calls another."""
    at = timezone.now()

    def caller(number: str, seconds: int) -> WaitingCaller:
        return WaitingCaller(call_id=f"c{number}", number=number, joined_at=at - timedelta(seconds=seconds))

    def phone(code: str, agent: str, call: LiveCall) -> ExtensionNow:
        return ExtensionNow(code=code, agent_name=agent, calls=(call,))

    def call(number: str, phase: Phase, direction: Direction) -> LiveCall:
        return LiveCall(call_id=f"c{number}", phase=phase, direction=direction, number=number, started_at=at)

    state = Board()
    state.apply(AllQueues(at=at, queues=(
        QueueNow(id=SERVICE, name="Service", callers=(caller("0545550118", 80), caller("0545550119", 7))),
        QueueNow(id=SALES, name="Sales", callers=(caller("0545550120", 200),)),
    )))  # fmt: skip
    state.apply(AllExtensions(at=at, extensions=(
        phone("aa", "Omer", call("0545550121", Phase.RINGING, Direction.IN)),
        phone("bb", "Noa", call("972545550122", Phase.DIALLING, Direction.OUT)),
        phone("cc", "Dana", call("+972545550123", Phase.TALKING, Direction.IN)),
    )))  # fmt: skip
    return LiveBoard.objects.create(account=account, state=state.data(), as_of=at)


def test_a_manager_counts_those_in_the_queues_of_their_departments(board, account, service, rina, gal, owner):
    whole = Department.objects.create(account=account, provider_id=555002, name="All of it")
    Department.objects.filter(pk=service.pk).update(parent=whole)
    QueueDay.objects.create(account=account, department=service, day=timezone.localdate(), queue_number=SERVICE)
    seen = now.waiting(rina)
    assert (seen.callers, seen.queue, seen.is_old) == (2, "Service", False)
    assert now.waiting(owner).callers == 3
    assert now.waiting(owner).queue == "Sales"
    assert now.waiting(gal) is None  # another account's
    rina.departments.set([whole])
    assert now.waiting(type(rina).objects.get(pk=rina.pk)).callers == 3  # a top department's is the whole account


def test_what_is_old_says_so_and_where_nobody_listens_nothing_is_known(board, as_owner):
    assert "Waiting now" in as_owner.get("/").content.decode()
    board.as_of -= timedelta(minutes=3)
    board.save()
    page = as_owner.get("/now/").content.decode()
    assert "is-old" in page
    assert "old:" in page
    board.delete()
    page = as_owner.get("/now/").content.decode()
    assert "not known" in page
    assert ">0 <" not in page


@pytest.mark.parametrize(
    ("number", "words"),
    [("+972545550118", "waiting in <bdi>Service</bdi>"), ("+972545550121", "ringing at <bdi>Omer</bdi>"),
     ("+972545550122", "being called right now by <bdi>Noa</bdi>"), ("+972545550123", "with <bdi>Dana</bdi>")],
)  # fmt: skip
def test_a_card_says_that_its_person_is_on_the_line_and_does_not_call_them(board, card, as_dana, dana, number, words):
    one = card(number)
    page = as_dana.get("/recovery/").content.decode()
    assert words in page
    assert f"/recovery/{one.pk}/call/" not in page
    with pytest.raises(acts.NobodyWaits):
        acts.call_next(dana, key="k")


def test_an_old_board_says_nothing_of_anybody(board, card, as_dana):
    one = card("+972545550118")
    LiveBoard.objects.update(as_of=timezone.now() - timedelta(minutes=2))
    page = as_dana.get("/recovery/").content.decode()
    assert "right now" not in page
    assert f"/recovery/{one.pk}/call/" in page


def test_the_board_is_drawn_anew_when_somebody_with_a_card_calls_and_not_for_others(board, card, as_dana):
    def told(was: str) -> bool:
        answer = as_dana.get("/recovery/present/", {"was": was})
        assert answer.status_code == 204
        return answer.headers.get("HX-Trigger") == "recoveries"

    card("+972545550199")
    was = as_dana.get("/recovery/").context["present"]
    assert not told(was)
    card("+972545550118")
    assert told(was)


def test_a_card_that_cannot_be_dialled_says_why(card, as_dana):
    card("+13125550118")
    assert "Calls abroad are switched off" in as_dana.get("/recovery/").content.decode()
