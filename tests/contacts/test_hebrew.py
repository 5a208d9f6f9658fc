"""The pages of contacts in Hebrew: no English left, numbers isolated."""

import pytest

from calls.contacts import book
from tests.calls.telling import NOON, push, tell
from tests.contacts.conftest import RUTH
from tests.fixtures.voicenter.spelling import pushed
from tests.test_hebrew_pages import read

pytestmark = pytest.mark.django_db


def test_every_page_of_contacts(as_owner, owner, account, service, ruth, know):
    tell(account, push(pushed(NOON, call_id="hers", type="Queue", status="ABANDONE", caller="0545550118")))
    twin, third = know("רותי", "+972545550119", RUTH), know("אדם", "+972545550120", department=service)
    book.merge(owner, ruth, know("אחר", "+972545550121"))
    for path in (
        "", "?search=5550118", "?search=999", "new/?phone=0545550118", f"{ruth.pk}/", f"{third.pk}/edit/",
        f"{ruth.pk}/compare/", f"{ruth.pk}/compare/?with={twin.pk}", "choose/?phone=0545550118",
    ):  # fmt: skip
        page = read(as_owner, f"/contacts/{path}")
        assert page.english <= {"Navon", "Studio"}, path
        assert page.loose == [], path
