"""Who is told of a card, when, with which words; and that nothing forged tells anybody anything (F-48)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from calls.models import Call, Recovery, RecoveryPolicy
from calls.recovery import acts, consent, forgetting, rebuilding, sweep, telling
from tests.calls.recovery.telling import after, answered, called, confirmed, lost
from tests.calls.telling import NOON, pull, tell
from tests.fixtures.voicenter.spelling import call_id, pulled
from voicenter_console.jobs import claims
from voicenter_console.jobs.models import Job
from voicenter_console.notifications.models import Dispatch, Endpoint, Notice
from voicenter_console.notifications.sending import send

pytestmark = pytest.mark.django_db
TEXT = "We missed you at {time} ({queue}). We call back from {did}."


@pytest.fixture
def endpoint(account) -> Endpoint:
    kinds = [telling.OPENED, telling.CLOSED]
    return Endpoint.objects.create(account=account, name="CRM", url="https://hooks.example.org/", kinds=kinds)


@pytest.fixture
def policy(account) -> RecoveryPolicy:
    return RecoveryPolicy.objects.create(account=account, tell_after_minutes=5)


def at(minute: float) -> list[tuple[str, dict]]:
    """What is told by the sweep of that minute after noon."""
    known = set(Notice.objects.values_list("pk", flat=True))
    with time_machine.travel(after(minute), tick=False):
        sweep.run()
        telling.run()
    return [(one.kind, one.data) for one in Notice.objects.exclude(pk__in=known).order_by("at", "pk")]


def heard(account, *messages) -> None:
    with time_machine.travel(after(1), tick=False):
        tell(account, *messages)


def test_waiting_is_told_after_minutes_unclaimed_and_once(account, service, policy, endpoint):
    heard(account, lost(0), confirmed(0))
    assert at(4) == []
    ((kind, data),) = at(5)
    assert kind == "recovery.opened"
    named = ("phone", "tries", "waited_seconds", "queue_name", "department", "caller")
    assert {name: data[name] for name in named} == {
        "phone": "+972545550118", "tries": 1, "waited_seconds": 30, "queue_name": "Service", "department": "Service",
        "caller": None,
    }  # fmt: skip
    assert at(6) == at(60) == []


def test_not_while_somebody_has_it(account, policy, endpoint, owner):
    heard(account, lost(0), confirmed(0))
    with time_machine.travel(after(3), tick=False):
        acts.claim(owner, Recovery.objects.get())
    assert at(9) == []
    assert [kind for kind, _ in at(14)] == ["recovery.opened"]


def test_again_after_a_further_loss_and_when_it_closed(account, policy, endpoint):
    heard(account, confirmed(0))
    assert len(at(5)) == 1
    heard(account, confirmed(8))
    ((_, again),) = at(20)
    assert again["tries"] == 2
    heard(account, confirmed(30, "ANSWER", duration=40))
    ((kind, data),) = at(40)
    assert (kind, data["reason"], data["closed_by"]) == ("recovery.closed", "returned", "")
    assert at(50) == []


@pytest.mark.fault("F-48")
def test_a_push_alone_tells_nobody_until_the_pull_confirms_it(account, policy, endpoint):
    policy.caller_consent, policy.caller_text = "called", TEXT
    policy.save()
    heard(account, lost(0), answered(2, "0545550119"), lost(1, caller="0545550119"))
    assert (Recovery.objects.filter(confirmed=False).count(), at(10)) == (2, [])
    heard(account, confirmed(0))
    ((kind, data),) = at(11)
    assert (kind, data["phone"], bool(data["caller"])) == ("recovery.opened", "+972545550118", True)
    heard(account, called(4))  # a forged answer closes the card, and tells nobody
    assert Recovery.objects.get(number="+972545550118").reason == "reached"
    assert at(20) == []
    heard(account, pull(pulled(after(4), call_id=call_id(after(4)), type="Extension Outgoing", type_id=4,
                               status="ANSWER", duration=60, caller="Ab3dE6gH", target="0545550118")))  # fmt: skip
    assert [kind for kind, _ in at(21)] == ["recovery.closed"]


def test_a_closing_by_hand_says_by_whom(account, policy, endpoint, owner):
    heard(account, confirmed(0))
    with time_machine.travel(after(3), tick=False):
        acts.close(owner, Recovery.objects.get(), "gave_up")
    ((kind, data),) = at(4)
    assert (kind, data["reason"], data["closed_by"]) == ("recovery.closed", "gave_up", "Tal Regev")


def test_the_past_is_not_told(account, policy, endpoint):
    heard(account, confirmed(-7 * 60), confirmed(-8 * 60, caller="0545550119"), answered(-7 * 60, "0545550119"))
    assert at(5) == []


def test_nobody_asked_leaves_no_mark(account, policy):
    heard(account, confirmed(0))
    assert at(9) == []
    assert Recovery.objects.get().waiting_told is None


# --- words for the caller --------------------------------------------------------------------------------------------


@pytest.fixture
def asked(policy) -> RecoveryPolicy:
    policy.caller_consent, policy.caller_text, policy.caller_channel = "called", TEXT, "whatsapp"
    policy.save()
    return policy


def test_a_text_for_the_caller_once_a_card(account, asked, endpoint):
    heard(account, confirmed(0, did="0722776772"))
    ((_, data),) = at(5)
    assert data["caller"] == {
        "channel": "whatsapp", "text": "We missed you at 12:00 (Service). We call back from 0722776772."
    }  # fmt: skip
    heard(account, confirmed(8, did="0722776772"))
    ((_, again),) = at(20)
    assert again["caller"] is None


@pytest.mark.parametrize(
    "silent",
    [{"caller_consent": "never"}, {"caller_text": ""}, {"caller_consent": "key", "caller_key": ""},
     {"caller_consent": "key", "caller_key": "5"}],
)  # fmt: skip
def test_no_text_without_consent(account, asked, endpoint, silent):
    RecoveryPolicy.objects.update(**silent)
    heard(account, confirmed(0))
    assert [data["caller"] for _, data in at(5)] == [None]


def test_a_key_pressed_is_consent(account, asked, endpoint):
    RecoveryPolicy.objects.update(caller_consent="key", caller_key="7")
    heard(account, confirmed(0, ivr=[{"LayerName": "Call me back", "DTMF": 7, "LayerNumber": "3"}]))
    ((_, data),) = at(5)
    assert data["caller"]["channel"] == "whatsapp"


@pytest.mark.parametrize("caller", ["03-555-0118", "+13125550118", "1-700-555-011"])
def test_only_mobiles_that_may_be_dialled_are_written_to(account, asked, endpoint, caller):
    heard(account, confirmed(0, caller=caller))
    assert [data["caller"] for _, data in at(5)] == [None]


def test_who_objects_is_not_written_to(account, asked, endpoint, monkeypatch):
    monkeypatch.setattr(consent, "_objections", [lambda card: card.number.endswith("118")])
    heard(account, confirmed(0), confirmed(1, caller="0545550119"))
    assert {data["phone"][-3:]: bool(data["caller"]) for _, data in at(9)} == {"118": False, "119": True}


def test_what_a_text_may_name():
    assert consent.unknown_fields("{queue} {did} {time} {{x}}") == []
    assert consent.unknown_fields("{queue.__class__} {0} {}") == ["0", "queue.__class__", "{}"]
    with pytest.raises(ValueError, match="expected"):
        consent.unknown_fields("{queue")


# --- mails to managers -----------------------------------------------------------------------------------------------


def letters() -> list:
    for pk in Dispatch.objects.exclude(email="").filter(state="waiting").values_list("pk", flat=True):
        send(pk)
    return mail.outbox


def test_a_manager_is_mailed_once_for_all_who_wait(account, service, policy, rina, gal):
    policy.mail_language = "en"
    policy.save()
    policy.mailed.set([rina, gal])
    heard(
        account,
        confirmed(0),
        confirmed(1, caller="0545550119"),
        confirmed(2, caller="0545550111", department_id=555002),
    )
    at(8)
    at(9)
    (letter,) = letters()
    assert (letter.to, letter.subject) == (["rina@centre.example"], "2 people wait to be called back")
    assert "Hello Rina Peled" in letter.body
    assert "5550118" not in letter.body.replace("-", "")
    assert "/recovery/" in letter.body
    heard(account, confirmed(5, caller="0545550112"))
    at(12)
    assert len(letters()) == 1
    at(14)
    assert [one.subject for one in letters()][1:] == ["1 person waits to be called back"]


def test_in_hebrew_and_of_what_closed(account, service, policy, rina):
    policy.mail_closed = True
    policy.save()
    policy.mailed.set([rina])
    heard(account, confirmed(0))
    with time_machine.travel(after(2), tick=False):
        acts.close(rina, Recovery.objects.get(), "gave_up")
    at(3)
    (letter,) = letters()
    assert letter.subject == "אין מי שממתין לשיחה חוזרת"
    assert "ויתור" in letter.body


# --- anew, and no more -----------------------------------------------------------------------------------------------


def test_a_setting_that_counts_otherwise_makes_the_cards_anew(account, as_owner):
    heard(account, lost(0, "VOEND"), lost(1, caller="0545550119"))
    assert Recovery.objects.count() == 1
    said = {"account": account.pk, "hung_up_in_menu": "on", "keep_hours": 72, "claim_minutes": 10,
            "tell_after_minutes": 5, "mail_language": "he", "caller_consent": "never",
            "caller_channel": "sms"}  # fmt: skip
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        answer = as_owner.post("/admin/calls/recoverypolicy/add/", said)
        assert answer.status_code == 302, answer.content.decode()[:3000]
        claims.work(Job.objects.get(kind=rebuilding.KIND).pk)
    assert Job.objects.get(kind=rebuilding.KIND).state == "done"
    assert Recovery.objects.count() == 2


def test_numbers_that_are_in_no_use_are_found_again_with_the_others(account, monkeypatch):
    """By their own text, in batches, whatever comes first: a star before a plus, digits behind it."""
    monkeypatch.setattr(rebuilding, "BATCH", 1)
    callers = ["0545550118", "00000000000", "*2345", "99999999999999", "0545550119"]
    heard(account, *(lost(minute, caller=caller) for minute, caller in enumerate(callers)))
    whole = {row.number for row in Recovery.objects.all()}
    assert len(whole) == 5
    Recovery.objects.all().delete()
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        claims.work(rebuilding.ask(None, account).pk)
    assert {row.number for row in Recovery.objects.all()} == whole


@pytest.mark.parametrize(
    ("said", "words"),
    [({"caller_text": "{name}"}, "Not filled in: name"), ({"caller_text": "{"}, "A brace has no partner"),
     ({"caller_consent": "key", "caller_text": "x"}, "Name the key"), ({"caller_consent": "called"}, "Write what"),
     ({"caller_key": "0"}, "so 0 cannot be told"), ({"keep_hours": "3"}, "24")],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_told_why(account, as_owner, said, words):
    given = {"account": account.pk, "keep_hours": 72, "claim_minutes": 10, "tell_after_minutes": 5,
             "mail_language": "he", "caller_consent": "never", "caller_channel": "sms", **said}  # fmt: skip
    answer = as_owner.post("/admin/calls/recoverypolicy/add/", given)
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_an_erased_number_leaves_no_card_and_no_notice(account, policy, endpoint, owner):
    heard(account, confirmed(0), confirmed(1, caller="0545550119"))
    at(9)
    acts.claim(owner, Recovery.objects.get(number="+972545550118"))
    assert forgetting.forget(account, "+972545550118".__eq__) == 2
    assert [row.number for row in Recovery.objects.all()] == ["+972545550119"]
    assert [notice.about for notice in Notice.objects.all()] == ["+972545550119"]
    assert Call.objects.count() == 2
