"""An export as a workbook: the calls, and on a second sheet which filters were used and who asked when."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from calls.exports import rows
from calls.filters import CallFilter
from voicenter_console.organisation.models import User

MOST_ROWS = 1_000_000  # of a sheet; Excel takes 1,048,576
_LONGEST_TEXT = 32_000
_WIDTHS = {"time": 19, "number": 16, "text": 20, "custom": 40, "seconds": 11, "money": 10}
_FORMATS = {"time": "yyyy-mm-dd hh:mm:ss", "money": "0.00", "seconds": "0"}


def write(
    place: Path, slices: Iterator[list[list[rows.Value]]], fields: Sequence[rows.Field],
    about: list[tuple[str, str]], report: Callable[[int], None],
) -> int:  # fmt: skip
    """Write the workbook row by row; returns how many calls. No cell is a formula, whatever its text (F-60)."""
    book = Workbook(write_only=True)
    sheet, done = _sheet(book, fields), 0
    for part in slices:
        for row in part:
            if done and done % MOST_ROWS == 0:
                sheet = _sheet(book, fields)
            sheet.append([_cell(sheet, value, field.kind) for value, field in zip(row, fields, strict=True)])
            done += 1
        report(done)
    facts = book.create_sheet(_("Filters"))
    facts.sheet_view.rightToLeft = translation.get_language_bidi()
    facts.column_dimensions["A"].width = facts.column_dimensions["B"].width = 34
    for name, value in about:
        facts.append([_cell(facts, name, "text"), _cell(facts, value, "text")])
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        book.save(out)
    return done


def about(query: str, owner: User) -> list[tuple[str, str]]:
    """The filters in words, with what they were given, and who asked when."""
    given, known = QueryDict(query), CallFilter.base_filters
    said = []
    for name in given:
        words = {str(value): str(word) for value, word in known[name].extra.get("choices", [])} if name in known else {}
        values = ", ".join(words.get(value, value) for value in given.getlist(name))
        said.append((str(known[name].label) if name in known else name, values))
    now = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    return [*(said or [(_("Filters"), _("none: all calls"))]), (_("Asked by"), str(owner)), (_("Time"), now)]


def _sheet(book: Workbook, fields: Sequence[rows.Field]) -> WriteOnlyWorksheet:
    number = len(book.worksheets) + 1
    sheet = book.create_sheet(_("Calls") if number == 1 else f"{_('Calls')} {number}")
    sheet.sheet_view.rightToLeft = translation.get_language_bidi()
    sheet.freeze_panes = "A2"
    for position, field in enumerate(fields, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = _WIDTHS.get(field.kind, 14)
    head = [_cell(sheet, field.title, "text") for field in fields]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    return sheet


def _cell(sheet: WriteOnlyWorksheet, value: rows.Value, kind: str) -> WriteOnlyCell:
    if isinstance(value, str):
        return text_cell(sheet, value)
    cell = WriteOnlyCell(sheet, value)
    if kind in _FORMATS:
        cell.number_format = _FORMATS[kind]
    return cell


def text_cell(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    """A cell that is text, whatever is in it: no formula, no sign that a workbook cannot hold (F-60)."""
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)[:_LONGEST_TEXT])
    cell.data_type = "s"  # openpyxl would make a formula of what begins with =
    cell.number_format = "@"
    return cell
