"""Imports of contacts: keep a file for a day, try it, import it, take it back. Each long step is a job."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from calls.contacts import columns
from calls.models import ContactImport
from voicenter_console import spreadsheets
from voicenter_console.jobs import claims
from voicenter_console.organisation import audit
from voicenter_console.organisation.models import Account, User

LOOK, KEEP, UNDO = "contacts.look", "contacts.import", "contacts.undo_import"
KEPT = timedelta(days=1)


class Already(Exception):
    """The same file was imported into this account, or this import has begun."""


def folder() -> Path:
    place = Path(settings.DATA_DIR) / "media" / "imports"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def file_of(one: ContactImport) -> Path:
    return folder() / f"{one.pk}.file"


def errors_of(one: ContactImport) -> Path:
    return folder() / f"{one.pk}.errors.csv"


def bring(person: User, account: Account, name: str, chunks: Iterable[bytes]) -> ContactImport:
    """Keep the file, and guess what its columns are. Raises spreadsheets.Unreadable."""
    part, digest = folder() / f"{secrets.token_hex(8)}.part", hashlib.sha256()
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            for chunk in chunks:
                digest.update(chunk)
                out.write(chunk)
        with spreadsheets.reading(part) as sheet:
            header = list(sheet.header)
        one = ContactImport.objects.create(
            account=account, by=person, name=name.replace("\x00", "")[-120:], digest=digest.hexdigest(),
            header=header, mapping=columns.remembered(person, account, header),
        )  # fmt: skip
        os.replace(part, file_of(one))
    finally:
        part.unlink(missing_ok=True)
    return one


@transaction.atomic
def look(one: ContactImport, mapping: list[str]) -> None:
    """Ask for the dry run. Raises Already."""
    fresh = ContactImport.objects.filter(pk=one.pk, started_at=None)
    if not fresh.update(mapping=mapping, looked_at=None, counts={}, refused=[]):
        raise Already
    _job(one, LOOK, _("Dry run of %(file)s"))


@transaction.atomic
def start(one: ContactImport, *, address: str | None = None) -> None:
    """Ask for the import; also on from where one was stopped. Raises Already."""
    ready = ContactImport.objects.filter(pk=one.pk, undone_at=None, finished_at=None).exclude(looked_at=None)
    try:
        with transaction.atomic():
            if not ready.update(started_at=one.started_at or timezone.now()):
                raise Already
    except IntegrityError as error:
        raise Already from error
    _job(one, KEEP, _("Import of %(file)s"))
    audit.record(one.by, "contacts.imported", one.pk, after={"counts": one.counts}, address=address)


@transaction.atomic
def undo(person: User, one: ContactImport, *, address: str | None = None) -> None:
    """Ask that what it added goes, except what was changed since. Raises Already."""
    if not ContactImport.objects.filter(pk=one.pk, undone_at=None).exclude(started_at=None).exists():
        raise Already
    _job(one, UNDO, _("Undo of the import of %(file)s"))
    audit.record(person, "contacts.import_undone", one.pk, address=address)


def _job(one: ContactImport, kind: str, label: str) -> None:
    job = claims.enqueue(
        kind, (label % {"file": one.name})[:200], owner=one.by, key=f"import:{one.pk}", contact_import=one.pk,
        language=translation.get_language(),
    )  # fmt: skip
    ContactImport.objects.filter(pk=one.pk).update(job=job)


def tidy() -> int:
    """Delete files that are older than a day; returns how many."""
    oldest = (timezone.now() - KEPT).timestamp()
    old = [file for file in folder().iterdir() if file.stat().st_mtime < oldest]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
