"""Telephone numbers as people and providers write them: the raw text, its E.164 form and its kind.

Pure, over `phonenumbers`. Digits are 0 to 9 only: Arabic-Indic and other digits are text (FAULTS F-55).
Voicenter sends 0545550118, 972545550118 and +972545550118 for one telephone, and puts the codes of
extensions, 'Anonymous' and names into the same fields (trap 38 of the API's practice).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumberFormat, shortnumberinfo

Kind = Literal["number", "extension", "anonymous", "other"]

LONGEST = 40
ERASED = "erased"  # what stands where a number was, of a person who asked to be forgotten
_WITHHELD = frozenset(
    {ERASED, "anonymous", "restricted", "private", "unknown", "unavailable", "withheld", "blocked", "חסוי"}
)
_DECORATION = re.compile(r"[\s\-.()/\u2010-\u2015\u00a0\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DIALLED = re.compile(r"\+?[0-9]+", re.ASCII)
_STAR = re.compile(r"\*[0-9]{3,5}", re.ASCII)
_CODE = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{6,16}", re.ASCII)
_NOT_DIGIT = re.compile(r"[^0-9]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Phone:
    """`raw` as sent without blanks around it; `e164` with its plus, or '' where there is none; `kind`."""

    raw: str
    e164: str
    kind: Kind


def parse(raw: object, region: str = "IL") -> Phone:
    """Read any text as a telephone. Never raises; what is no telephone is 'other' with its text kept."""
    return _parse("" if raw is None else str(raw).strip(), region)


@lru_cache(maxsize=20_000)
def _parse(raw: str, region: str) -> Phone:
    bare = _DECORATION.sub("", raw)
    if bare.casefold() in _WITHHELD:
        return Phone(raw, "", "anonymous")
    if _CODE.fullmatch(raw):
        return Phone(raw, "", "extension")
    if _STAR.fullmatch(bare):
        return Phone(raw, "", "number")
    if not _DIALLED.fullmatch(bare) or len(bare) > LONGEST:
        return Phone(raw, "", "other")
    if len(bare) <= 5 and not bare.startswith("+"):
        return Phone(raw, "", "number" if _is_service(bare, region) else "extension")
    e164 = _e164(bare, region)
    return Phone(raw, e164, "number" if e164 or len(bare) >= 7 else "other")


def _is_service(digits: str, region: str) -> bool:
    """Emergency, information and other short numbers of the region, which are no desk of the office."""
    number = phonenumbers.PhoneNumber(country_code=_country_code(region), national_number=int(digits))
    return not digits.startswith("0") and shortnumberinfo.is_valid_short_number_for_region(number, region)


def _e164(dialled: str, region: str) -> str:
    """The first form that is a number in use; else the first that could be one by its length."""
    numbers = []
    for form in _forms(dialled, region):
        try:
            numbers.append(phonenumbers.parse(form, region))
        except phonenumbers.NumberParseException:
            continue
    for fits in (phonenumbers.is_valid_number, phonenumbers.is_possible_number):
        for number in numbers:
            if fits(number):
                return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return ""


def _forms(dialled: str, region: str) -> list[str]:
    """What the digits may mean: international where marked so, else national, else without its plus."""
    if dialled.startswith("+"):
        return [dialled]
    if dialled.startswith("00"):
        return ["+" + dialled[2:]]
    if dialled.startswith("0"):
        return [dialled]
    if len(dialled) >= 11:
        return ["+" + dialled, dialled]
    return [dialled, "+" + dialled]


def _country_code(region: str) -> int:
    return phonenumbers.country_code_for_region(region)


def display(phone: Phone | str, region: str = "IL") -> str:
    """The number as a person of the region writes it: 054-555-0118 at home, +44 20 7946 0018 abroad.

    What is no number comes as it was sent, without characters that turn the direction of text.
    """
    phone = phone if isinstance(phone, Phone) else parse(phone, region)
    if not phone.e164:
        return _BIDI.sub("", phone.raw)
    number = phonenumbers.parse(phone.e164)
    home = number.country_code == _country_code(region)
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL)


def search_digits(text: object, region: str = "IL") -> str:
    """The digits by which any form of a number, or a part of one, is compared.

    Country code, trunk zero and international prefix are dropped where they are seen to be such, so
    0545550118, 972545550118, +972-54-555-0118 and 00972545550118 all give 545550118.
    """
    text = "" if text is None else str(text)
    digits = _NOT_DIGIT.sub("", text)
    code = str(_country_code(region))
    international = text.strip("\u200e\u200f\u202a\u2066 \t(").startswith("+")
    if digits.startswith("00"):
        digits, international = digits[2:], True
    if digits.startswith(code) and (international or len(digits) >= len(code) + 8):
        return digits[len(code) :].removeprefix("0")
    return digits if international else digits.removeprefix("0")


# Digits that may be a telephone inside any text, also where an escape stands before them; call ids are longer.
_SOLID = re.compile(r"(?:(?<![0-9A-Za-z])|(?<=%2[Bb])|(?<=u002[Bb]))[0-9]{7,15}(?![0-9A-Za-z])")
_SPACED = re.compile(r"(?<![0-9A-Za-z])(?:\+|0)[0-9](?:[ ()\-]{0,2}[0-9]){6,13}(?![0-9A-Za-z])")


def masked(text: str) -> str:
    """The text with three digits hidden in all that may be a telephone (0545•••118); as long as it was."""
    return _SPACED.sub(_hidden, _SOLID.sub(_hidden, text))


# The same, wherever digits stand: who asks knows the number, and takes no other for it.
_ANY = re.compile(r"(?<![0-9])(?:[+0][0-9](?:[ ()\-./\u2010-\u2015\u00a0]{0,2}[0-9]){6,13}|[0-9]{7,15})(?![0-9])")
_RUN = re.compile(r"(?<![0-9])[0-9]{7,15}(?![0-9])")


def replaced(text: str, with_what: Callable[[str], str]) -> str:
    """The text with each run of digits that may be a telephone, spaced or not, as `with_what` gives it."""

    def whole_or_parts(found: re.Match[str]) -> str:
        new = with_what(found[0])
        return _RUN.sub(lambda part: with_what(part[0]), found[0]) if new == found[0] else new

    return _ANY.sub(whole_or_parts, text)


def _hidden(found: re.Match[str]) -> str:
    places = [place for place, sign in enumerate(found[0]) if sign.isdigit()][-6:-3]
    return "".join("•" if place in places else sign for place, sign in enumerate(found[0]))
