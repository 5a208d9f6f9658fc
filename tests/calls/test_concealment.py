"""Numbers in full and prices are rights of their own: who lacks them does not find them anywhere on the way."""

import pytest

from calls.models import Call
from voicenter_console.organisation.models import User

NUMBER = "0500000001"


def without(user: User, *rights: str) -> None:
    user.separate_rights = dict.fromkeys(rights, False)
    user.save()


@pytest.fixture
def call(push, a_push, service) -> Call:
    push({**a_push, "price": 7})
    return Call.objects.get()


@pytest.mark.parametrize("page", ["/calls/", "/calls/{pk}/", "/calls/legs/{leg}/raw/"])
def test_who_may_not_see_numbers_does_not_see_them(as_rina, rina, call, page):
    address = page.format(pk=call.pk, leg=call.cdrs.get().pk)
    shown = "050-000-0001" if "raw" not in page else NUMBER
    assert shown in as_rina.get(address).content.decode()

    without(rina, "see_numbers")

    text = as_rina.get(address).content.decode()
    assert NUMBER not in text
    assert shown not in text


def test_a_session_of_the_api_is_masked_like_the_pages(as_rina, rina, call):
    without(rina, "see_numbers", "see_prices")

    shown = as_rina.get("/api/v1/calls/").json()["results"][0]

    assert shown["customer"] == "050•••001"
    assert shown["price"] is None
    assert shown["cdrs"][0]["raw"] == {}
