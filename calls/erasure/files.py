"""Exports that were written before: those that name them, and all of whoever could export the account's calls; and
the account's files of contacts.

A file may tell of a person without their number: by the name of a contact, or what was noted.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import quote

from django.utils import translation
from django.utils.translation import gettext as _

from calls import exports
from calls.contacts import importing
from calls.models import Call, ContactImport
from voicenter_console.jobs.models import Job
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.tombstones import Erased

_CHUNK = 1 << 20
_OVERLAP = 64  # a number that two chunks share


def forget(account: Account, erased: Erased) -> int:
    """How many files were deleted; the job of each says that it was, and where to ask for it again."""
    jobs = {job.pk: job for job in Job.objects.filter(kind=exports.KIND).select_related("owner")}
    theirs = {job.owner for job in jobs.values() if job.owner}
    theirs = {owner.pk for owner in theirs if Call.objects.visible_to(owner).filter(account=account).exists()}
    deleted = 0
    for path in exports.folder().iterdir():
        job = jobs.get(_number(path))
        if path.is_file() and ((job and job.owner_id in theirs) or _names(path, erased)):
            path.unlink(missing_ok=True)
            deleted += 1
            if job and path == exports.file_of(job):
                _say(job)
    return deleted + _brought(account)


def _brought(account: Account) -> int:
    """Unread: whoever brought one brings it again, and the erased number is refused then."""
    brought = ContactImport.objects.filter(account=account)
    paths = [path for one in brought for path in (importing.file_of(one), importing.errors_of(one)) if path.exists()]
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)


def _number(path: Path) -> int | None:
    number = path.name.partition(".")[0]
    return int(number) if number.isascii() and number.isdigit() else None


def _say(job: Job) -> None:
    """In the language in which it was asked for. One that is being written anew says what it says itself."""
    with translation.override(job.parameters["language"]):
        said = _("Removed, because a person was erased. Make it again.")
    again = f"/calls/?{quote(job.parameters['query'], safe='=&%+-_.~')}"
    Job.objects.filter(pk=job.pk, state=Job.State.DONE).update(message=said, result={"again": again})


def _names(path: Path, erased: Erased) -> bool:
    return any(erased(text) != text for text in _texts(path))


def _texts(path: Path) -> Iterator[str]:
    if not zipfile.is_zipfile(path):
        with open(path, "rb") as file:
            yield from _chunks(file)
        return
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            with book.open(name) as file:
                yield from _chunks(file)


def _chunks(file: IO[bytes]) -> Iterator[str]:
    tail = ""
    while chunk := file.read(_CHUNK):
        yield tail + chunk.decode("utf-8", "replace")
        tail = chunk[-_OVERLAP:].decode("utf-8", "replace")
