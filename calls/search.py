"""Find calls by part of a number, a name or a call id, through the index each database has for it (TARGETS P7)."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q

from calls.models import CallId, Trigrams
from calls.querysets import CallQuerySet
from voicenter_console import phones
from voicenter_console.organisation.models import Account

FEWEST_DIGITS = 3
_MOST_TEXT = 100
_MOST_CALLS_OF_AN_ID = 50


def search(calls: CallQuerySet, text: str, *, whole: bool = False) -> CallQuerySet:
    """Calls that `text` finds: any part of a number in any form, a name of an agent or a queue, a call id.

    `whole`: only a number that is given in full is looked for, as for somebody who may not see numbers: parts of it
    would tell them the rest, digit by digit.
    """
    text = text.replace("\x00", "").strip()[:_MOST_TEXT]
    if not text:
        return calls
    if found := _calls_of_id(text):
        return calls.filter(pk__in=found)
    names = Q(agent_name__icontains=text) | Q(queue_name__icontains=text)
    number = by_number(text, whole=whole)
    if number is None:
        return calls.filter(names)
    return calls.filter(number | names if any(letter.isalpha() for letter in text) else number)


def by_number(text: str, *, whole: bool = False) -> Q | None:
    """Calls with this number, or part of one, on any of their legs; None where `text` is none."""
    digits = phones.search_digits(text)
    if len(digits) < FEWEST_DIGITS or (whole and not phones.parse(text).e164):
        return None
    return contain(digits)


def contain(digits: str) -> Q:
    """Calls of which a number contains `digits` (0 to 9 only)."""
    if connection.vendor == "sqlite":
        return Q(pk__in=Trigrams.objects.filter(numbers__match=f'"{digits}"').values("call"))
    return Q(numbers__contains=digits)


def _calls_of_id(text: str) -> list[int]:
    """The accounts are named, as their index begins with them."""
    accounts = Account.objects.values("pk")
    ids = CallId.objects.filter(account__in=accounts, call_uid=text)
    return list(ids.values_list("call_id", flat=True)[:_MOST_CALLS_OF_AN_ID])
