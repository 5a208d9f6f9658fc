"""The book of contacts page by page, by key: the name and the row's number."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from calls.models import Contact
from calls.querysets import ContactQuerySet

SIZE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Contacts by name, and the key of the page after (None where there is none)."""

    contacts: list[Contact]
    after: str | None


def page(contacts: ContactQuerySet, *, after: str = "", size: int = SIZE) -> Page:
    """The page behind `after`, which is '<pk>_<name>'; what cannot be read gives the first."""
    pk, _, name = after.replace("\x00", "").partition("_")
    if pk.isascii() and pk.isdigit() and len(pk) < 19:
        contacts = contacts.filter(name__gte=name).filter(Q(name__gt=name) | Q(name=name, pk__gt=int(pk)))
    found = list(contacts.order_by("name", "pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], f"{last.pk}_{last.name}" if last else None)
