"""The desk: the call at one's own phone and nobody else's, what is known of the caller, and the word before a dial."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from calls.desk import now, queue, verdict
from calls.models import Call, Contact, ContactNumber, DialRequest, Extension, LiveBoard, Recovery
from calls.popup import news
from calls.recovery import acts
from voicenter_console.live.models import Event
from voicenter_console.organisation.models import User
from voicenter_console.voicenter.popup import Phase, PopUp

CALLER = "+972545550118"
NOAS = "Zz9yX8wV"


@pytest.fixture
def noa(account) -> User:
    noa = User.objects.create_user("noa@centre.example", "a password for tests", name="Noa Adari")
    Extension.objects.create(account=account, code=NOAS, user=noa)
    return noa


@pytest.fixture
def ruth(account) -> Contact:
    contact = Contact.objects.create(account=account, name="Ruth Navon-Lev", company="Carmel Foods")
    ContactNumber.of(contact, CALLER).save()
    return contact


def call_at(code: str, phase: str, **more: Any) -> dict[str, Any]:
    """A phone of the snapshot with one call."""
    ago = (timezone.now() - timedelta(seconds=20)).isoformat()
    call = {"call_id": "c1", "phase": phase, "direction": "in", "number": CALLER, "name": "", "did": "",
            "queue_id": None, "started_at": ago, "answered_at": ago if phase == "talking" else None,
            "request": ""}  # fmt: skip
    return free(code) | {"calls": [call | more]}


def free(code: str) -> dict[str, Any]:
    return {"code": code, "number": "", "name": code, "agent_code": code, "agent_name": "", "status": 1,
            "status_since": None, "free_since": None, "calls": []}  # fmt: skip


@pytest.fixture
def snapshot(account):
    def write(*phones: dict[str, Any], age: float = 0) -> None:
        as_of = timezone.now() - timedelta(seconds=age)
        state = {"queues": [], "extensions": list(phones)}
        LiveBoard.objects.update_or_create(account=account, defaults={"state": state, "as_of": as_of})

    return write


@pytest.fixture
def hook(account):
    """The pop-up hook's news, as it tells them after its answer."""

    def say(phase: Phase, extension: str = "Ab3dE6gH", **custom: str) -> None:
        pop_up = PopUp(phone=CALLER, phase=phase, call_id="c1", extension=extension, did="", caller_name="",
                       custom=custom)  # fmt: skip
        news.tell(account, pop_up, [], "/contacts/new/")

    return say


def cards(person: User) -> list[tuple[str, str]]:
    return [(card.call.call_id, card.call.phase) for card in now.of(person, timezone.now()).cards]


# --- the screen pop ----------------------------------------------------------------------------------------------


def test_a_call_pops_at_the_phone_that_rings_and_on_no_other_screen(as_dana, dana, noa, gal, rina, ruth, snapshot):
    snapshot(call_at("Ab3dE6gH", "ringing"), free(NOAS))

    page = as_dana.get("/desk/").content.decode()
    assert "Ruth Navon-Lev" in page
    assert "Carmel Foods" in page
    assert "054-555-0118" in page
    assert cards(dana) == [("c1", "ringing")]
    for other in (noa, gal, rina):
        assert cards(other) == []
        client = Client()
        client.force_login(other)
        assert "Ruth Navon-Lev" not in client.get("/desk/").content.decode()


def test_the_hook_pops_before_the_snapshot_knows_and_what_it_was_told_comes_along(dana, noa, snapshot, hook):
    snapshot(free("Ab3dE6gH"), free(NOAS), age=3)
    hook(Phase.RINGING, order="447208")

    (card,) = now.of(dana, timezone.now()).cards
    assert (card.call.call_id, card.call.phase, card.custom) == ("c1", "ringing", {"order": "447208"})
    assert cards(noa) == []


def test_ringing_creates_nothing(as_dana, dana, snapshot, hook):
    snapshot(call_at("Ab3dE6gH", "ringing"))
    hook(Phase.RINGING)
    assert as_dana.get("/desk/").status_code == 200
    made = (Call, Contact, Recovery, DialRequest)
    assert [model.objects.count() for model in made] == [0, 0, 0, 0]


def test_it_closes_on_the_others_when_one_answers(dana, noa, snapshot, hook):
    snapshot(call_at("Ab3dE6gH", "ringing"), call_at(NOAS, "ringing"))
    assert (cards(dana), cards(noa)) == ([("c1", "ringing")], [("c1", "ringing")])

    snapshot(free("Ab3dE6gH"), call_at(NOAS, "talking"))
    assert (cards(dana), cards(noa)) == ([], [("c1", "talking")])


def test_what_the_hook_said_closes_too_when_another_answers(dana, noa, snapshot, hook):
    for code in ("Ab3dE6gH", NOAS):
        hook(Phase.RINGING, code)
    assert (cards(dana), cards(noa)) == ([("c1", "ringing")], [("c1", "ringing")])

    snapshot(free("Ab3dE6gH"), call_at(NOAS, "talking"))
    assert (cards(dana), cards(noa)) == ([], [("c1", "talking")])


def test_a_hang_up_that_the_hook_tells_closes_at_once(dana, hook):
    hook(Phase.RINGING)
    hook(Phase.HANGUP)
    assert cards(dana) == []


def test_one_that_nobody_spoke_of_any_more_does_not_stand_for_ever(dana, hook):
    hook(Phase.RINGING)
    Event.objects.update(at=timezone.now() - now.HEARD - timedelta(seconds=1))
    assert cards(dana) == []


def test_an_open_recovery_stands_on_the_card(as_dana, dana, account, service, snapshot):
    dana.departments.add(service)
    lost = timezone.now() - timedelta(minutes=26)
    Recovery.objects.create(account=account, number=CALLER, department=service, first_lost_at=lost, last_lost_at=lost,
                            tries=1)  # fmt: skip
    snapshot(call_at("Ab3dE6gH", "talking"))
    assert "Hung up before we answered" in as_dana.get("/desk/").content.decode()


def test_numbers_are_masked_for_who_may_not_see_them(as_dana, dana, snapshot, hook):
    dana.separate_rights = {"see_numbers": False}
    dana.save()
    snapshot(call_at("Ab3dE6gH", "ringing"))
    page = as_dana.get("/desk/").content.decode()
    assert "5550118" not in page.replace("-", "")


# --- the state bar -------------------------------------------------------------------------------------------------


def test_the_bar_says_the_state_and_how_old_it_is(as_dana, snapshot):
    snapshot(free("Ab3dE6gH"))
    page = as_dana.get("/desk/", headers={"HX-Request": "true"}).content.decode()
    assert "Available" in page
    assert "<nav" not in page
    assert "data-old hidden" in page

    snapshot(call_at("Ab3dE6gH", "talking"), age=12)
    page = as_dana.get("/desk/", headers={"HX-Request": "true"}).content.decode()
    assert "In a call" in page
    assert "data-old>" in page


# --- before a dial -------------------------------------------------------------------------------------------------


def test_the_guard_s_word_comes_before_the_dial_and_nothing_is_kept(as_dana, dana):
    said = as_dana.get("/desk/may-dial/", {"target": "052-555-0112"}).content.decode()
    assert "is-ok" in said
    assert "May be called" in said
    assert not DialRequest.objects.exists()


@pytest.mark.fault("F-61")
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1-900-123456", "premium"),
        ("+44 20 7946 0018", "abroad"),
        ("52", "colleague"),
        ("abc", "no telephone"),
    ],
)
def test_what_would_be_refused_is_said_in_words(dana, typed, words):
    said = verdict.of(dana, typed)
    assert not said.allowed
    assert words in said.words


def test_a_number_that_was_dialled_a_moment_ago_waits(dana, account):
    DialRequest.objects.create(account=account, user=dana, phone="Ab3dE6gH", target="972525550112",
                               state=DialRequest.State.ACCEPTED)  # fmt: skip
    assert "a moment ago" in verdict.of(dana, "0525550112").words


def test_who_has_no_phone_is_told_so(gal):
    assert "No phone is tied to you" in verdict.of(gal, "0525550112").words


# --- my queue --------------------------------------------------------------------------------------------------------


def test_whom_one_took_on_waits_on_one_s_own_desk(as_dana, dana, noa, account, service):
    for person in (dana, noa):
        person.departments.add(service)
    lost = timezone.now() - timedelta(minutes=26)
    of = {"account": account, "department": service, "first_lost_at": lost, "last_lost_at": lost, "tries": 1}
    card = Recovery.objects.create(number=CALLER, waited_seconds=125, **of)
    Recovery.objects.create(number="+972525550112", **of)
    acts.claim(dana, card)

    (mine,) = queue.of(dana, timezone.now()).mine
    assert (mine.pk, queue.of(dana, timezone.now()).free) == (card.pk, 1)
    assert queue.of(noa, timezone.now()).mine == []
    for address in ("/desk/", "/desk/queue/"):
        page = as_dana.get(address).content.decode()
        assert "054-555-0118" in page
        assert f"/recovery/{card.pk}/call/" in page
