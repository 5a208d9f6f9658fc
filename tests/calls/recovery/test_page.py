"""The recovery board through its doors: what it shows to whom, and what its buttons do."""

from __future__ import annotations

import json
import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from calls.models import Contact, ContactNumber, DialRequest, Recovery
from calls.recovery import acts
from tests.calls.recovery.telling import after, answered, lost
from tests.calls.telling import tell
from voicenter_console.organisation.models import ApiKey, Department
from voicenter_console.organisation.roles import Role

pytestmark = pytest.mark.django_db
HTMX = {"headers": {"HX-Request": "true"}}


def press(client: Client, card: Recovery, act: str, **said) -> dict:
    """What the page is told of one press."""
    answer = client.post(f"/recovery/{card.pk}/{act}/", said, **HTMX)
    assert answer.status_code == 204, answer.content
    return json.loads(answer.headers["HX-Trigger"])["toast"]


def shown(client: Client, **asked) -> str:
    answer = client.get("/recovery/", asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_card_says_who_waited_how_long_and_who_knows_them(as_dana, account, card):
    with time_machine.travel(after(30), tick=False):
        tell(account, answered(-60), lost(0, wait=200), lost(9, wait=20))
        contact = Contact.objects.create(account=account, name="Ruth Regev")
        ContactNumber.of(contact, "+972545550118").save()
        page = re.sub(r"<[^>]+>|\s+", " ", shown(as_dana))
    text = " ".join(page.split())
    for words in ("Ruth Regev", "054-555-0118", "3:20", "tried 2×", "last agent Dana Lavi", "Call the next one"):
        assert words in text, words


def test_nobody_waits_is_good_news(as_dana):
    assert "Nobody is waiting to be called back" in shown(as_dana)


def test_one_press_claims_and_the_other_is_told(as_dana, as_noa, card):
    one = card()
    assert press(as_dana, one, "claim")["action"] == "Undo"
    told = press(as_noa, one, "claim")
    assert told["tone"] == "error"
    assert re.fullmatch(r"Dana Lavi has this one until \u2066(\d\d\.\d\d )?\d\d:\d\d\u2069\.", told["text"])
    assert "Dana Lavi" in shown(as_noa)


def test_an_undo_by_its_toast(as_dana, as_noa, card):
    one = card()
    toast = press(as_dana, one, "snooze", until="half")
    assert (toast["text"].startswith("\u2066054-555-0118\u2069: put aside until"), toast["seconds"]) == (True, 8)
    assert as_noa.post(toast["post"], toast["values"], **HTMX).status_code == 404
    as_dana.post(toast["post"], toast["values"], **HTMX)
    assert Recovery.objects.get().state == "open"


@pytest.mark.parametrize(
    ("said", "state"),
    [({"until": "two"}, "snoozed"), ({"until": "tomorrow"}, "snoozed"), ({"at": "yesterday"}, "open"), ({}, "open"),
     ({"at": "2020-01-01T10:00"}, "open"), ({"at": "9999-01-01T10:00"}, "open")],
)  # fmt: skip
def test_a_snooze_needs_a_time(as_dana, card, said, state):
    toast = press(as_dana, card(), "snooze", **said)
    assert Recovery.objects.get().state == state
    assert (toast.get("tone") == "error") == (state == "open")


def test_closed_with_a_reason(as_dana, card):
    one = card()
    assert as_dana.post(f"/recovery/{one.pk}/close/", {"reason": "bored"}).status_code == 400
    press(as_dana, one, "close", reason="duplicate")
    assert "Duplicate" in shown(as_dana)


def test_call_claims_rings_and_shows_how_far_it_is(as_dana, as_noa, card, cloud, phone):
    one = card()
    key = str(uuid.uuid4())
    assert press(as_dana, one, "call", key=key)["text"] == "Calling."
    press(as_dana, one, "call", key=key)
    asked = DialRequest.objects.get()
    assert asked.parameters["variables"] == {"var_recall_id": str(one.pk)}
    assert f"/calls/dials/{asked.pk}/" in shown(as_dana)
    assert f"/calls/dials/{asked.pk}/" not in shown(as_noa)
    assert "has this one until" in press(as_noa, one, "call")["text"]


def test_call_the_next_one(as_dana, card, cloud, phone):
    card("+972545550111", waited_seconds=10)
    card("+972545550112", waited_seconds=90)
    answer = as_dana.post("/recovery/next/", {"key": str(uuid.uuid4())}, **HTMX)
    assert answer.status_code == 204
    assert DialRequest.objects.get().target == "972545550112"
    acts.claim(ApiKeyFor(), Recovery.objects.get(number="+972545550111"))
    answer = as_dana.post("/recovery/next/", **HTMX)
    assert "Nobody who can be called" in json.loads(answer.headers["HX-Trigger"])["toast"]["text"]


def ApiKeyFor() -> ApiKey:
    ApiKey.issue("another", Role.ADMIN)
    return ApiKey.objects.get(name="another")


def test_who_has_no_phone_is_told_so(as_noa, card):
    assert "No phone is tied to you yet" in press(as_noa, card(), "call")["text"]
    assert Recovery.objects.get().state == "open"


def test_without_a_script_it_is_a_page_again(as_dana, card):
    answer = as_dana.post(f"/recovery/{card().pk}/claim/", follow=True)
    assert answer.redirect_chain == [("/recovery/", 302)]
    assert "It is yours until" in answer.content.decode()


def test_another_department_s_card_is_not_there(as_dana, as_gal, account, card):
    sales = Department.objects.create(account=account, provider_id=555002, name="Sales")
    one = card(department=sales)
    assert "054-555-0118" not in shown(as_dana)
    assert as_dana.post(f"/recovery/{one.pk}/claim/", **HTMX).status_code == 404
    assert as_gal.post(f"/recovery/{one.pk}/call/", **HTMX).status_code == 404
    assert as_dana.get(f"/recovery/{one.pk}/claim/").status_code == 405


def test_numbers_are_masked_without_the_right(as_dana, dana, card):
    card()
    dana.separate_rights = {"see_numbers": False}
    dana.save()
    for page in (shown(as_dana), as_dana.get("/recovery/list/").content.decode()):
        assert "550118" not in page.replace("-", "")


def test_a_manager_takes_a_claim_back(as_rina, dana, card):
    acts.claim(dana, card())
    press(as_rina, Recovery.objects.get(), "release")
    assert Recovery.objects.get().state == "open"


def test_the_list_filters_and_pages(as_owner, card, dana):
    for number in range(60):
        card(f"+9725455501{number:02}", at=timezone.now() - timedelta(minutes=number))
    acts.close(dana, Recovery.objects.get(number="+972545550105"), "gave_up")
    first = as_owner.get("/recovery/list/")
    assert len(first.context["cards"]) == 50
    assert len(as_owner.get(first.context["older_url"]).context["cards"]) == 10
    assert [c.number for c in as_owner.get("/recovery/list/?reason=gave_up").context["cards"]] == ["+972545550105"]
    assert "No card fits these filters" in as_owner.get("/recovery/list/?phone=000111222").content.decode()


def test_the_rail_counts_the_people(as_dana, card, dana):
    card()
    acts.claim(dana, card("+972545550111"))
    acts.close(dana, card("+972545550112"), "gave_up")
    line = next(line for section in as_dana.get("/calls/").context["nav"] for line in section["lines"]
                if line["url"] == "/recovery/")  # fmt: skip
    assert (line["count"], line["tone"]) == (2, "lost")
