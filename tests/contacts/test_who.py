"""Who is behind a number: any form of it, one indexed query (PRODUCT 6, PROTOCOL S2)."""

import pytest

from calls.contacts import who
from calls.models import Call, Contact, Extension
from tests.calls.telling import NOON, push, tell
from tests.contacts.conftest import RUTH
from tests.fixtures.voicenter.spelling import pushed
from voicenter_console.organisation.models import Account, Department

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("form", [
    "0545550118", "972545550118", "+972545550118", "00972545550118", "+972-54-555-0118", "054 555 0118", 972545550118,
])  # fmt: skip
def test_any_form_of_a_number_finds_the_same_person_in_one_query(account, ruth, form, count_queries):
    assert who.who_is(account, form) == [ruth]
    assert count_queries(lambda: who.who_is(account, form)) == 1


@pytest.mark.parametrize("form", ["", None, "Anonymous", "Ab3dE6gH", "100", "0545550119", "545", "\x00", "٠٥٤٥٥٥٠١١٨"])
def test_what_is_no_number_of_hers_finds_nobody(account, ruth, form):
    assert who.who_is(account, form) == []


def test_a_shared_number_finds_both_the_elder_first(account, ruth, know):
    son = know("Adam", RUTH)
    assert who.who_is(account, RUTH) == [ruth, son]


def test_another_accounts_contact_is_nobody_here(account, ruth):
    other = Account.objects.create(name="Other", code="another")
    assert who.who_is(other, RUTH) == []


def test_calls_are_named_in_one_query_by_what_one_may_see(account, service, ruth, know, rina, dana, gal, owner):
    know("Sales only", "+972545550119", department=Department.objects.create(account=account, provider_id=7))
    for number in ("0545550118", "0545550119", "0545550120"):
        tell(account, push(pushed(NOON, call_id=number, type="Queue", status="ANSWER", caller=number)))
    called = list(Call.objects.order_by("customer_e164"))

    def names(person) -> list[str]:
        who.name(person, called)
        return [call.contact_name for call in called]

    assert names(owner) == ["רות נבון", "Sales only", ""]
    assert names(rina) == names(dana) == ["רות נבון", "", ""]
    assert names(gal) == ["", "", ""]
    assert called[0].contact is None


def test_who_sees_which_contacts(account, service, ruth, know, rina, dana, gal, owner):
    top = Department.objects.create(account=account, provider_id=1, name="Sales")
    below = Department.objects.create(account=account, provider_id=2, name="Night", parent=top)
    theirs, hers = know("Night's", department=below), know("Service's", department=service)
    elsewhere = know("Elsewhere", account=Account.objects.create(name="Other", code="another"))

    def seen(person) -> set[Contact]:
        return set(Contact.objects.visible_to(person))

    assert seen(owner) == {ruth, theirs, hers, elsewhere}
    assert seen(rina) == {ruth, hers}
    assert seen(dana) == {ruth}
    assert seen(gal) == set()
    Extension.objects.create(account=account, code="Zz9yY8xX", user=gal)
    gal.departments.add(top)
    gal.__dict__.pop("known_department_ids")
    assert seen(gal) == {ruth, theirs}


@pytest.mark.parametrize(("text", "found"), [
    ("נבון", True), ("navon st", True), ("5550118", True), ("054-555", True), ("0188", True), ("55", False),
    ("nobody", False), ("000111", False), ("\x00", True),
])  # fmt: skip
def test_search_by_any_part_of_a_name_or_number(ruth, text, found):
    assert Contact.objects.search(text).exists() is found
