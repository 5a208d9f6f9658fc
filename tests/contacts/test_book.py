"""The book of contacts by its pages and the API: keep, find, make one of two, part again (PRODUCT 6)."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from calls.contacts import book
from calls.models import Contact, ContactMerge
from tests.calls.telling import NOON, push, tell
from tests.contacts.conftest import RUTH
from tests.fixtures.voicenter.spelling import pushed
from voicenter_console.organisation.models import Account, AuditEntry, Department

pytestmark = pytest.mark.django_db
API = "/api/v1/contacts/"
NEW = {"name": "Michal Drori", "number": ["054-555-0171", "", "+972 3 555 0171"], "company": "Drori", "vip": "on"}


def numbers(contact: Contact) -> list[str]:
    return list(contact.numbers.order_by("pk").values_list("e164", flat=True))


def send(client, method: str, url: str, body: dict):
    return client.generic(method, url, json.dumps(body), content_type="application/json")


def test_an_agent_keeps_a_new_contact(as_dana, dana, account):
    form = as_dana.get("/contacts/new/?phone=0545550171")
    assert b'value="054-555-0171"' in form.content
    answer = as_dana.post("/contacts/new/", NEW)
    contact = Contact.objects.get()
    assert answer.headers["Location"] == contact.get_absolute_url()
    assert (contact.account, contact.name, contact.vip, contact.department) == (account, "Michal Drori", True, None)
    assert numbers(contact) == ["+972545550171", "+97235550171"]
    entry = AuditEntry.objects.get(verb="contact.added")
    assert entry.actor == dana
    assert "Michal" not in json.dumps([entry.subject, entry.before, entry.after])


@pytest.mark.parametrize(("change", "word"), [
    ({"number": ["12"]}, "not a telephone"), ({"number": [""]}, "at least one"), ({"name": " "}, "required"),
    ({"number": ["0545550171"] * 3 + [f"05455501{n}" for n in range(10, 40)]}, "at most"),
    ({"number": ["Ab3dE6gH"]}, "not a telephone"), ({"number": ["\x00"]}, "not a telephone"),
])  # fmt: skip
def test_what_cannot_be_kept_is_said_at_its_field(as_dana, account, change, word):
    answer = as_dana.post("/contacts/new/", {**NEW, **change})
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert not Contact.objects.exists()


def test_a_number_that_is_anothers_is_shared_only_when_that_is_said(as_dana, ruth):
    said = {**NEW, "number": [RUTH]}
    answer = as_dana.post("/contacts/new/", said)
    assert answer.status_code == 422
    assert ruth.get_absolute_url() in answer.content.decode()
    assert as_dana.post("/contacts/new/", {**said, "shared": "1"}).status_code == 302
    chooser = as_dana.get("/contacts/choose/?phone=972545550118")
    assert {one.name for one in chooser.context["contacts"]} == {"רות נבון", "Michal Drori"}


def test_the_chooser_goes_on_where_there_is_nothing_to_choose(as_dana, ruth):
    assert as_dana.get("/contacts/choose/?phone=0545550118").headers["Location"] == ruth.get_absolute_url()
    unknown = as_dana.get("/contacts/choose/?phone=0545550999")
    assert unknown.headers["Location"] == "/contacts/new/?phone=0545550999"


def test_a_contact_shows_its_calls_and_is_found_by_part_of_a_number(as_rina, account, service, ruth):
    for uid, caller in (("hers", "0545550118"), ("also", "035550188"), ("not", "0545550119")):
        tell(account, push(pushed(NOON, call_id=uid, type="Queue", status="ANSWER", caller=caller)))
    page = as_rina.get(ruth.get_absolute_url())
    assert {call.root for call in page.context["calls"]} == {"hers", "also"}
    assert as_rina.get("/contacts/?search=5550118").context["contacts"] == [ruth]
    assert as_rina.get("/contacts/?search=navon").context["contacts"] == [ruth]
    assert as_rina.get("/contacts/?search=nobody").context["contacts"] == []
    log = as_rina.get("/calls/")
    assert sorted(call.contact_name for call in log.context["calls"]) == ["", "רות נבון", "רות נבון"]
    assert "רות נבון" in as_rina.get("/calls/?search=0545550118").content.decode()


def test_the_book_turns_its_pages(as_rina, service, know, monkeypatch):
    monkeypatch.setattr("calls.contacts.pages.page.__kwdefaults__", {"after": "", "size": 3})
    kept = [know(name) for name in ("Ada", "Ben", "Ben", "Ben", "Carl", "Dov", "רות")]
    seen, url = [], "/contacts/"
    while url:
        context = as_rina.get(url).context
        seen += context["contacts"]
        url = context["more_url"]
    assert sorted(seen, key=lambda one: one.pk) == kept
    assert as_rina.get("/contacts/?after=x_%00").status_code == 200


def test_another_departments_contact_is_not_there(as_dana, as_gal, account, know):
    sales = know("Sales only", RUTH, department=Department.objects.create(account=account, provider_id=7))
    for client in (as_dana, as_gal):
        for path in ("", "edit/", "compare/"):
            assert client.get(f"/contacts/{sales.pk}/{path}").status_code == 404
        for path in ("delete/", "merge/"):
            assert client.post(f"/contacts/{sales.pk}/{path}", {"with": sales.pk}).status_code == 404
    answer = as_dana.post("/contacts/new/", {**NEW, "number": [RUTH]})
    assert "Sales only" not in answer.content.decode()
    assert Contact.objects.count() == 1


def test_who_sees_numbers_in_part_cannot_write_them_back_in_part(as_dana, dana, ruth):
    dana.separate_rights = {"see_numbers": False}
    dana.save()
    page = as_dana.get(ruth.get_absolute_url()).content.decode()
    assert "+97•••118" in page
    assert "5550118" not in page.replace("•", "")
    assert as_dana.get(f"/contacts/{ruth.pk}/edit/").status_code == 403
    assert as_dana.get(f"/contacts/{ruth.pk}/compare/").status_code == 403
    assert as_dana.post("/contacts/new/", NEW).status_code == 403


def test_two_are_made_one_and_parted_again_as_they_were(as_dana, ruth, know):
    twin = know("Ruth N.", "+972545550119", RUTH, notes="Call after six", company="Other")
    preview = as_dana.get(f"/contacts/{ruth.pk}/compare/?with={twin.pk}")
    assert preview.context["numbers"] == [RUTH, "+97235550188", "+972545550119"]
    as_dana.post(f"/contacts/{ruth.pk}/merge/", {"with": twin.pk})
    ruth.refresh_from_db()
    assert (ruth.name, ruth.company, ruth.notes) == ("רות נבון", "Navon Studio", "Call after six")
    assert numbers(ruth) == [RUTH, "+97235550188", "+972545550119"]
    assert as_dana.get(f"/contacts/{twin.pk}/").headers["Location"] == ruth.get_absolute_url()
    merged = ContactMerge.objects.get()
    assert b"Ruth N." in as_dana.get(ruth.get_absolute_url()).content
    as_dana.post(f"/contacts/merges/{merged.pk}/undo/")
    ruth.refresh_from_db()
    again = Contact.objects.get(pk=twin.pk)
    assert (ruth.notes, numbers(ruth)) == ("", [RUTH, "+97235550188"])
    assert (again.name, again.notes, numbers(again)) == ("Ruth N.", "Call after six", ["+972545550119", RUTH])
    assert not ContactMerge.objects.exists()


def test_half_an_hour_later_or_after_a_change_they_stay_one(as_dana, dana, ruth, know):
    twin = know("Ruth N.", "+972545550119")
    merged = book.merge(dana, ruth, twin)
    Contact.objects.filter(pk=ruth.pk).update(changed_at=timezone.now() + timedelta(minutes=1))
    with pytest.raises(book.TooLate):
        book.part(dana, merged)
    ContactMerge.objects.update(at=timezone.now() - book.UNDO)
    assert as_dana.post(f"/contacts/merges/{merged.pk}/undo/").status_code == 302
    assert Contact.objects.count() == 1
    assert book.forget_parted() == 1
    assert ContactMerge.objects.get().before == {}


def test_contacts_of_two_accounts_stay_two(as_owner, owner, ruth, know):
    other = know("Elsewhere", account=Account.objects.create(name="Other", code="another"))
    assert as_owner.post(f"/contacts/{ruth.pk}/merge/", {"with": other.pk}).status_code == 404
    with pytest.raises(ValueError, match="one account"):
        book.merge(owner, ruth, other)


def test_deleted_it_is_gone_and_its_calls_stay(as_dana, account, ruth):
    tell(account, push(pushed(NOON, call_id="hers", type="Queue", status="ANSWER", caller="0545550118")))
    as_dana.post(f"/contacts/{ruth.pk}/delete/")
    assert not Contact.objects.exists()
    assert account.calls.get().customer_e164 == RUTH


def test_the_api_keeps_changes_and_finds(api, account, ruth):
    answer = send(api, "POST", API, {"name": "Michal", "numbers": ["0545550171"], "vip": True})
    assert answer.status_code == 201, answer.content
    michal = answer.json()
    assert (michal["account"], michal["numbers"], michal["department"]) == (account.name, ["+972545550171"], None)
    changed = send(api, "PATCH", f"{API}{michal['id']}/", {"company": "Drori", "numbers": ["035550171"]}).json()
    assert (changed["name"], changed["company"], changed["numbers"]) == ("Michal", "Drori", ["+97235550171"])
    found = api.get(f"{API}?number=972545550118").json()["results"]
    assert [one["id"] for one in found] == [ruth.pk]
    assert [one["id"] for one in api.get(f"{API}?search=drori").json()["results"]] == [michal["id"]]
    assert api.delete(f"{API}{michal['id']}/").status_code == 204
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("body", [
    {"name": "", "numbers": ["0545550171"]}, {"name": "X", "numbers": []}, {"name": "X", "numbers": ["12"]},
    {"name": "X", "numbers": [RUTH]}, {"name": "X", "numbers": ["0545550171"], "department_id": 99},
    {"name": "X", "numbers": ["0545550171"], "account": "Nobody's"}, {"name": "X", "numbers": "0545550171"},
    {"name": "X\x00", "numbers": ["0545550171"]}, {"numbers": ["0545550171"]}, {"name": "X"},
])  # fmt: skip
def test_the_api_refuses_in_words(api, ruth, body):
    assert send(api, "POST", API, body).status_code == 400
    assert Contact.objects.count() == 1


def test_the_api_asks_for_the_rights_of_the_form(as_dana, dana, ruth):
    dana.separate_rights = {"see_numbers": False}
    dana.save()
    assert as_dana.get(f"{API}{ruth.pk}/").json()["numbers"] == ["+97•••118", "+97•••188"]
    assert send(as_dana, "PATCH", f"{API}{ruth.pk}/", {"name": "X"}).status_code == 403
