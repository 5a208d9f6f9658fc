"""The card that answers a pop-up: who this is, and the page to open."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from calls.contacts.who import who_is
from calls.models import Contact
from voicenter_console import phones
from voicenter_console.organisation.models import Account


@dataclass(frozen=True, slots=True)
class Card:
    """`path` leads to a page that asks for a sign-in; `contacts` are those with this number."""

    path: str
    name: str
    company: str
    contacts: list[Contact]


def of(account: Account, number: str) -> Card:
    """One indexed look-up, whether the number is known or not; nothing is created."""
    found = who_is(account, number)
    if len(found) == 1:
        return Card(found[0].get_absolute_url(), found[0].name, found[0].company, found)
    if not found:
        return unknown(account, number)
    with override("he"):  # the bubble is Voicenter's own, and has no language of a person's
        name = _("%(n)s matches") % {"n": len(found)}
    return Card(f"{reverse('contacts:choose')}?{_where(account, number)}", name, "", found)


def unknown(account: Account, number: str) -> Card:
    """The page on which a contact with this number is made."""
    return Card(f"{reverse('contacts:new')}?{_where(account, number)}", "", "", [])


def _where(account: Account, number: str) -> str:
    return urlencode({"phone": phones.parse(number).e164 or number, "account": account.pk})
