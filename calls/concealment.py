"""What a person may not see of a call they may see: prices, and numbers in full (PRODUCT 18)."""

from __future__ import annotations

from collections.abc import Iterable

from calls.models import Call, Cdr
from voicenter_console import phones
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

NUMBERS_OF_CALL = ("customer", "customer_e164")
NUMBERS_OF_LEG = ("caller", "target")


def masked(number: str) -> str:
    """The first and last digits of a number; extensions and words are shown as they are."""
    if not number or phones.parse(number).kind != "number" or len(number) < 7:
        return number
    return f"{number[:3]}•••{number[-3:]}"


def conceal(actor: Actor, calls: Iterable[Call], legs: Iterable[Cdr] = ()) -> None:
    """Take from rows in memory what `actor` has no right to. They must not be saved afterwards."""
    if not actor.may(Right.SEE_PRICES):
        for row in (*calls, *legs):
            row.price = None
    if not actor.may(Right.SEE_NUMBERS):
        for call in calls:
            for name in NUMBERS_OF_CALL:
                setattr(call, name, masked(getattr(call, name)))
        for leg in legs:
            for name in NUMBERS_OF_LEG:
                setattr(leg, name, masked(getattr(leg, name)))
