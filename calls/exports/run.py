"""The job's runner: writes the file beside its place and puts it there whole, so that a lost worker leaves no half."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, TextIO

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls import exports
from calls.exports import copying, rows, sheets
from calls.querysets import CallQuerySet
from voicenter_console.jobs.claims import Progress
from voicenter_console.organisation.models import User
from voicenter_console.organisation.roles import Right

BOM = "\ufeff"  # Excel takes a file without it for the code page of the machine
_AGORA = Decimal("0.01")


class Forbidden(Exception):
    """The right to export was taken since it was asked for."""


class Overtaken(Exception):
    """A person was erased while it was written: what was written is gone."""


def run(progress: Progress) -> None:
    """A worker that takes the job up again begins anew, in a file of its own; only a whole one gets the name."""
    job = progress.job
    owner = User.objects.get(pk=job.owner_id)
    with translation.override(job.parameters["language"]):
        if not owner.may(Right.EXPORT):
            raise Forbidden(_("Exports are not allowed any more."))
        calls = exports.matches(owner, job.parameters["query"])
        chosen = rows.fields(job.parameters["columns"])
        if not owner.may(Right.SEE_PRICES):
            chosen = [field for field in chosen if field.kind != "money"]
        total = calls.order_by().count()
        progress.report(0, total)
        place = exports.file_of(job)
        part = place.with_name(f"{place.name}.{job.attempts}.part")
        try:
            done = _write(job.parameters["format"], part, calls, chosen, owner, progress)
            said = ngettext("%(n)s call", "%(n)s calls", done) % {"n": f"{done:,}"}
            result = {"url": f"/calls/exports/{job.pk}/", "rows": done}
            progress.report(done, total, said, result=result)  # raises where the job is somebody else's by now
            os.replace(part, place)
        except FileNotFoundError as error:
            raise Overtaken(_("A person was erased meanwhile, so this was removed. Make it again.")) from error
        finally:
            part.unlink(missing_ok=True)


def _write(
    format: str, part: Path, calls: CallQuerySet, chosen: list[rows.Field], owner: User, progress: Progress
) -> int:
    if format == "xlsx":
        query = progress.job.parameters["query"]
        return sheets.write(part, rows.of(calls, chosen, owner), chosen, sheets.about(query, owner), progress.report)
    with open(part, "w", encoding="utf-8", newline="", opener=_private) as out:
        out.write(BOM)
        csv.writer(out, lineterminator="\n").writerow([rows.harmless(field.title) for field in chosen])
        if connection.vendor == "postgresql" and copying.can(chosen, owner):
            out.flush()
            return copying.write(out.buffer, calls, chosen, progress.report)
        return _write_csv(out, rows.of(calls, chosen, owner), progress.report)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write_csv(out: TextIO, slices: Any, report: Callable[[int], None]) -> int:
    writer, done = csv.writer(out, lineterminator="\n"), 0
    for part in slices:
        writer.writerows([_text(value) for value in row] for row in part)
        done += len(part)
        report(done)
    return done


def _text(value: rows.Value) -> str:
    if isinstance(value, str):
        return rows.harmless(value)
    if value is None:
        return ""
    return str(value.quantize(_AGORA, ROUND_HALF_UP) if isinstance(value, Decimal) else value)
