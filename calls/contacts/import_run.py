"""The runners of an import's jobs. Each may begin again after a crash: what was kept is known the next time."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from itertools import islice

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from calls.contacts import importing
from calls.contacts.incoming import words
from calls.contacts.planning import Plan
from calls.exports.rows import harmless
from calls.models import Contact, ContactImport, ContactNumber
from voicenter_console import spreadsheets
from voicenter_console.jobs.claims import Progress
from voicenter_console.organisation.roles import Right

SLICE = 500
SHOWN = 50


class Forbidden(Exception):
    """The right was taken since it was asked for."""


def look(progress: Progress) -> None:
    """The dry run: what each row would do, and a file of those that would do nothing."""
    one = _opened(progress)
    with translation.override(progress.job.parameters["language"]):
        _check(one)
        plan, place, shown = Plan(one, write=False), importing.errors_of(one), []
        part = place.with_name(f"{place.name}.{progress.job.attempts}.part")
        try:
            with open(part, "w", encoding="utf-8-sig", newline="", opener=_private) as out:
                errors = csv.writer(out, lineterminator="\n")
                errors.writerow([_("Row"), _("Why"), *map(harmless, one.header)])
                for refused in _slices(one, plan, progress):
                    errors.writerows([row.number, why, *map(harmless, row.cells)] for row, why in refused)
                    shown += [[row.number, why] for row, why in refused[: SHOWN - len(shown)]]
            progress.report(plan.counts["rows"], plan.counts["rows"])  # raises where the job is somebody else's by now
            os.replace(part, place)
        finally:
            part.unlink(missing_ok=True)
    ContactImport.objects.filter(pk=one.pk, started_at=None).update(
        counts=dict(plan.counts), refused=shown, looked_at=timezone.now()
    )


def keep(progress: Progress) -> None:
    """The import itself; a worker that takes it up again begins at the first row, and finds what was kept."""
    one = _opened(progress)
    with translation.override(progress.job.parameters["language"]):
        _check(one)
        plan = Plan(one, write=True)
        for _refused in _slices(one, plan, progress):
            pass
    added = ContactNumber.objects.filter(imported_by=one).exclude(contact__imported_by=one).count()
    new = Contact.objects.filter(imported_by=one).count()
    counts = {**plan.counts, "new": new, "added": added}
    ContactImport.objects.filter(pk=one.pk).update(finished_at=timezone.now(), counts=counts)
    importing.file_of(one).unlink(missing_ok=True)


def undo(progress: Progress) -> None:
    """What it added goes; whoever was changed since stays as they are."""
    one = _opened(progress)
    numbers = ContactNumber.objects.filter(imported_by=one, contact__changed_at__lte=one.started_at)
    numbers = numbers.exclude(contact__imported_by=one)
    people = Contact.objects.filter(imported_by=one, changed_at__lte=one.started_at)
    done = 0
    for rows in (numbers, people):
        while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:SLICE]):
            with transaction.atomic():
                rows.filter(pk__in=keys).delete()  # asked again: somebody may have changed one meanwhile
            done += len(keys)
            progress.report(done)
    kept = Contact.objects.filter(imported_by=one).count()
    ContactImport.objects.filter(pk=one.pk).update(undone_at=timezone.now(), counts={**one.counts, "kept": kept})


def _opened(progress: Progress) -> ContactImport:
    rows = ContactImport.objects.select_related("by", "account")
    return rows.get(pk=progress.job.parameters["contact_import"])


def _check(one: ContactImport) -> None:
    if not (one.by.may(Right.EDIT_CONTACTS) and one.by.may(Right.SEE_NUMBERS)):
        raise Forbidden(_("Contacts may not be changed any more."))
    if not importing.file_of(one).exists():
        raise FileNotFoundError(_("The file was deleted: it is kept for a day. Bring it again."))


def _slices(one: ContactImport, plan: Plan, progress: Progress) -> Iterator[list[tuple[spreadsheets.Row, str]]]:
    """The refused rows of each slice. A file that ends badly ends the job, in words."""
    total = one.counts.get("rows")
    try:
        with spreadsheets.reading(importing.file_of(one)) as sheet:
            while rows := list(islice(sheet.rows, SLICE)):
                yield plan.take(rows)
                progress.report(plan.counts["rows"], total)
    except spreadsheets.Unreadable as error:
        raise ValueError(words(error)) from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
