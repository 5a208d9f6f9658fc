"""Telephones as they are written (PROTOCOL S1, S2; FAULTS F-55; DESIGN's forms of numbers)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicenter_console import phones
from voicenter_console.phones import Phone

SAME = [
    "0545550118",
    "054-555-0118",
    "(054) 555 0118",
    "972545550118",
    "+972545550118",
    "+972-54-555-0118",
    "00972545550118",
    "+972 (0)54-555-0118",
    "\u2066054-5550118\u2069",
]


@pytest.mark.parametrize("raw", SAME)
def test_every_form_is_one_telephone(raw):
    phone = phones.parse(raw)
    assert phone == Phone(raw, "+972545550118", "number")
    assert phones.display(phone) == "054-555-0118"
    assert phones.search_digits(raw) == "545550118"


@pytest.mark.parametrize(
    ("raw", "e164", "kind", "shown"),
    [
        ("03-555-0118", "+97235550118", "number", "03-555-0118"),
        ("0720000000", "+972720000000", "number", "072-000-0000"),
        ("1700500500", "+9721700500500", "number", "1-700-500-500"),
        ("*2700", "", "number", "*2700"),
        ("100", "", "number", "100"),
        ("442079460018", "+442079460018", "number", "+44 20 7946 0018"),
        ("+1 202-555-0118", "+12025550118", "number", "+1 202-555-0118"),
        ("Ab3dE6gH", "", "extension", "Ab3dE6gH"),
        ("SIPSIP", "", "extension", "SIPSIP"),
        ("207", "", "extension", "207"),
        ("Anonymous", "", "anonymous", "Anonymous"),
        ("חסוי", "", "anonymous", "חסוי"),
        ("Walter Melon", "", "other", "Walter Melon"),
        ("٠٥٤٥٥٥٠١١٨", "", "other", "٠٥٤٥٥٥٠١١٨"),
        ("\u202eWalter M", "", "other", "Walter M"),
        ("", "", "other", ""),
        ("+", "", "other", "+"),
    ],
)
def test_kinds(raw, e164, kind, shown):
    assert phones.parse(raw) == Phone(raw, e164, kind)
    assert phones.display(raw) == shown


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("0545", "545"),
        ("+97254", "54"),
        ("0097254", "54"),
        ("555-01", "55501"),
        ("97255", "97255"),
        ("+44 20", "4420"),
        ("٠٥٤", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_part_of_a_number_is_searched_by_its_digits(typed, digits):
    assert phones.search_digits(typed) == digits


def test_another_country_at_home():
    assert phones.parse("020 7946 0018", region="GB").e164 == "+442079460018"
    assert phones.display("+442079460018", region="GB") == "020 7946 0018"
    assert phones.display("0545550118", region="GB") != "054-555-0118"


@settings(deadline=None)
@given(st.none() | st.text() | st.from_regex(r"[+*]?[0-9 ()-]{0,60}", fullmatch=True))
def test_no_text_raises_and_e164_is_what_it_says(raw):
    phone = phones.parse(raw)
    assert phone.e164 == "" or (phone.e164[0] == "+" and phone.e164[1:].isascii() and phone.e164[1:].isdigit())
    assert isinstance(phones.display(phone), str)
    assert phones.search_digits(raw).isascii()
    if phone.e164:
        assert phones.parse(phone.e164).e164 == phone.e164
        assert phones.search_digits(phone.e164) in phone.e164
