"""Whom the rows of a file are: somebody new, somebody known with a new number, or nothing new. A number decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from calls import bulk
from calls.contacts.incoming import Person, Refused, person
from calls.models import Contact, ContactImport, ContactNumber
from voicenter_console.organisation import tombstones
from voicenter_console.spreadsheets import Row


class Plan:
    """Slices of a file, one after the other. The dry run keeps nothing; `write` keeps each slice in a transaction.

    Rows that were kept already are known people the next time, so a slice may be taken twice.
    """

    def __init__(self, one: ContactImport, *, write: bool) -> None:
        self.one, self._write = one, write
        self.counts: Counter[str] = Counter(rows=0, new=0, added=0, known=0, refused=0)
        self._fresh: dict[str, Contact | int] = {}  # people of this file who are not in the book yet, by number

    def take(self, rows: Sequence[Row]) -> list[tuple[Row, str]]:
        """Returns the rows that are refused, and why."""
        refused: list[tuple[Row, str]] = []
        people: list[tuple[Row, Person]] = []
        erased = tombstones.of(self.one.account_id, fresh=True)
        for row in rows:
            try:
                people.append((row, person(row, self.one.header, self.one.mapping, erased)))
            except Refused as error:
                refused.append((row, str(error)))
        with transaction.atomic():
            slice_ = _Slice(self, [number for _row, one in people for number in one.numbers])
            for row, one in people:
                try:
                    slice_.place(row, one)
                except Refused as error:
                    refused.append((row, str(error)))
            if self._write:
                slice_.keep()
                self._fresh.clear()  # they are in the book now
        self.counts.update(rows=len(rows), refused=len(refused))
        return sorted(refused, key=lambda pair: pair[0].number)


class _Slice:
    def __init__(self, plan: Plan, numbers: list[str]) -> None:
        self.one, self.counts, self.fresh, self.write = plan.one, plan.counts, plan._fresh, plan._write
        held = ContactNumber.objects.filter(account=self.one.account_id)
        self.holders: dict[str, set[int]] = {}
        for e164, contact in bulk.found(held.values_list("e164", "contact_id"), "e164", set(numbers)):
            self.holders.setdefault(e164, set()).add(contact)
        ids = {contact for found in self.holders.values() for contact in found}
        seen = Contact.objects.visible_to(self.one.by).values_list("pk", flat=True)
        self.visible = set(bulk.found(seen, "pk", ids))
        self.contacts: list[Contact] = []
        self.theirs: list[tuple[Contact, str]] = []
        self.more: list[tuple[int, str]] = []

    def place(self, row: Row, one: Person) -> None:
        holders = {contact for number in one.numbers for contact in self.holders.get(number, ())}
        waiting = {id(self.fresh[number]): self.fresh[number] for number in one.numbers if number in self.fresh}
        if len(holders) + len(waiting) > 1:
            if all(number in self.holders for number in one.numbers):
                self.counts["known"] += 1
                return
            raise Refused(_("Its numbers belong to several people. Keep one of them in each row."))
        if holders:
            self._known(holders.pop(), one)
        elif waiting:
            self._again(next(iter(waiting.values())), one)
        else:
            self._new(row, one)

    def _known(self, contact: int, one: Person) -> None:
        missing = [number for number in one.numbers if number not in self.holders]
        if contact not in self.visible:
            raise Refused(_("Somebody of another department has this number already."))
        self.counts["added" if missing else "known"] += len(missing) or 1
        for number in missing:
            self.holders[number] = {contact}
            self.more.append((contact, number))

    def _again(self, contact: Contact | int, one: Person) -> None:
        self.counts["known"] += 1
        self._give(contact, [number for number in one.numbers if number not in self.fresh])

    def _new(self, row: Row, one: Person) -> None:
        self.counts["new"] += 1
        if not self.write:
            self._give(row.number, one.numbers)
            return
        at = self.one.started_at
        contact = Contact(
            account_id=self.one.account_id, name=one.name, company=one.company, vip=one.vip, notes=one.notes,
            imported_by=self.one, created_at=at, changed_at=at,
        )  # fmt: skip
        self.contacts.append(contact)
        self._give(contact, one.numbers)

    def _give(self, contact: Contact | int, numbers: Sequence[str]) -> None:
        for number in numbers:
            self.fresh[number] = contact
            if isinstance(contact, Contact):
                self.theirs.append((contact, number))

    def keep(self) -> None:
        """Everything bears the moment at which the import began: what was changed later is known by it."""
        Contact.objects.bulk_create(self.contacts)
        at = self.one.started_at
        ids = {contact for contact, _number in self.more}
        known = {contact.pk: contact for contact in bulk.found(Contact.objects.all(), "pk", ids)}
        rows = [*self.theirs, *((known[contact], number) for contact, number in self.more if contact in known)]
        numbers = [ContactNumber.of(contact, number) for contact, number in rows]
        for number in numbers:
            number.imported_by = self.one
        ContactNumber.objects.bulk_create(numbers, ignore_conflicts=True)
        Contact.objects.filter(pk__in=ids, changed_at__lt=at).update(changed_at=at)
