"""Changes to the book of contacts: keep one, make two one and part them again, take one out.

The audit names fields and rows, never their values: a person who is erased later must not live on in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from calls.models import Contact, ContactMerge, ContactNumber
from voicenter_console.organisation import audit
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.models.people import Actor

UNDO = timedelta(minutes=30)
FIELDS = ("name", "company", "vip", "notes", "department_id")


class TooLate(Exception):
    """Two contacts cannot be parted any more: the time is over, or one of them changed since."""


def sharers(account: Account, numbers: Iterable[str], besides: Contact | None = None) -> list[Contact]:
    """Other contacts of the account that have one of these numbers (E.164)."""
    found = Contact.objects.filter(account=account, numbers__e164__in=list(numbers)).distinct().order_by("pk")
    return list(found.exclude(pk=besides.pk) if besides else found)


@transaction.atomic
def keep(
    actor: Actor, contact: Contact, values: Mapping[str, Any], numbers: Iterable[str] | None = None, *,
    address: str | None = None,
) -> Contact:  # fmt: skip
    """Write `values` (of FIELDS) and exactly these `numbers` (E.164; None leaves them) of a new or known contact."""
    fresh = contact.pk is None
    changed = [name for name in FIELDS if name in values and getattr(contact, name) != values[name]]
    for name in changed:
        setattr(contact, name, values[name])
    contact.changed_at = timezone.now()
    contact.save()
    if numbers is not None and _number(contact, dict.fromkeys(numbers)):
        changed.append("numbers")
    if fresh or changed:
        verb = "contact.added" if fresh else "contact.changed"
        audit.record(actor, verb, contact.pk, after={"fields": changed}, address=address)
    return contact


def _number(contact: Contact, wanted: Iterable[str]) -> bool:
    """Give the contact exactly these numbers; whether that changed anything."""
    wanted = list(wanted)
    known = set(contact.numbers.values_list("e164", flat=True))
    dropped, _ = contact.numbers.exclude(e164__in=wanted).delete()
    fresh = [ContactNumber.of(contact, e164) for e164 in wanted if e164 not in known]
    ContactNumber.objects.bulk_create(fresh)
    return bool(dropped or fresh)


@transaction.atomic
def delete(actor: Actor, contact: Contact, *, address: str | None = None) -> None:
    """Take it out of the book; its calls stay, without a name."""
    audit.record(actor, "contact.deleted", contact.pk, address=address)
    contact.delete()


def united(survivor: Contact, gone: Contact) -> dict[str, Any]:
    """What the survivor's FIELDS will be: its own, and the other's where it has none; the notes of both."""
    notes = [text for text in dict.fromkeys((survivor.notes.strip(), gone.notes.strip())) if text]
    return {
        "name": survivor.name,
        "company": survivor.company or gone.company,
        "vip": survivor.vip or gone.vip,
        "notes": "\n\n".join(notes),
        "department_id": survivor.department_id,
    }


@transaction.atomic
def merge(actor: Actor, survivor: Contact, gone: Contact, *, address: str | None = None) -> ContactMerge:
    """Make two contacts of one account one; the address of `gone` leads to the survivor. Raises ValueError."""
    rows = Contact.objects.select_for_update().filter(pk__in=[survivor.pk, gone.pk])
    pair = {row.pk: row for row in rows.order_by("pk")}
    if len(pair) != 2 or survivor.account_id != gone.account_id:
        raise ValueError("two contacts of one account are needed")
    survivor, gone = pair[survivor.pk], pair[gone.pk]
    before = {"survivor": _snapshot(survivor), "gone": _snapshot(gone)}
    numbers = [*before["survivor"]["numbers"], *before["gone"]["numbers"]]
    for name, value in united(survivor, gone).items():
        setattr(survivor, name, value)
    survivor.changed_at = timezone.now()
    survivor.save()
    _number(survivor, dict.fromkeys(numbers))
    ContactMerge.objects.filter(survivor=gone).update(survivor=survivor)
    by = actor if getattr(actor, "email", None) else getattr(actor, "user", None)
    kept = ContactMerge.objects.create(gone=gone.pk, survivor=survivor, before=before, by=by)
    audit.record(actor, "contact.merged", survivor.pk, before={"gone": gone.pk}, address=address)
    gone.delete()
    return kept


@transaction.atomic
def part(actor: Actor, merged: ContactMerge, *, address: str | None = None) -> Contact:
    """The undo of `merge`: both as they were. Raises TooLate."""
    merged = ContactMerge.objects.select_for_update().select_related("survivor").get(pk=merged.pk)
    survivor = merged.survivor
    if not may_part(merged) or survivor.changed_at > merged.at + timedelta(seconds=1):
        raise TooLate
    were, was = merged.before["survivor"], merged.before["gone"]
    for name in FIELDS:
        setattr(survivor, name, were[name])
    survivor.changed_at = timezone.now()
    survivor.save()
    _number(survivor, were["numbers"])
    again = Contact(pk=merged.gone, account_id=survivor.account_id, **{name: was[name] for name in FIELDS})
    again.save(force_insert=True)
    _number(again, was["numbers"])
    audit.record(actor, "contact.parted", survivor.pk, after={"again": again.pk}, address=address)
    merged.delete()
    return again


def may_part(merged: ContactMerge) -> bool:
    return bool(merged.before) and merged.at > timezone.now() - UNDO


def forget_parted() -> int:
    """Beat's: what is past its undo is no longer kept; the old address still leads on."""
    past = ContactMerge.objects.filter(at__lt=timezone.now() - UNDO).exclude(before={})
    return past.update(before={})


def _snapshot(contact: Contact) -> dict[str, Any]:
    numbers = list(contact.numbers.order_by("pk").values_list("e164", flat=True))
    return {**{name: getattr(contact, name) for name in FIELDS}, "numbers": numbers}
