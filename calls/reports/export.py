"""The table of a report as CSV or XLSX: what the page shows, as text and numbers, never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any

from django.utils.translation import get_language_bidi
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from calls.exports.rows import harmless
from calls.exports.run import BOM
from calls.exports.sheets import text_cell
from calls.reports.pages.parts import Column, Table, Value

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_PIECE = 64 * 1024
_FORMATS = {"percent": "0.00", "seconds": "0", "money": "0.00", "decimal": "0.00", "change": "+0.00;-0.00;0.00"}

Line = list[tuple[Column, Value]]


def csv_pieces(table: Table) -> Iterator[bytes]:
    yield BOM.encode()
    for line in _lines(table):
        out = io.StringIO()
        said = [_plain(column, value) for column, value in line]
        csv.writer(out).writerow([harmless(value) if isinstance(value, str) else value for value in said])
        yield out.getvalue().encode()


def xlsx_pieces(table: Table) -> Iterator[bytes]:
    """Written row by row to disk, read back from there."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(table.title)[:31])
    sheet.sheet_view.rightToLeft = get_language_bidi()
    sheet.freeze_panes = "A2"
    for number, line in enumerate(_lines(table)):
        sheet.append([_cell(sheet, column, value, bold=number == 0) for column, value in line])
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


PIECES = {"csv": csv_pieces, "xlsx": xlsx_pieces}


def _lines(table: Table) -> Iterator[Line]:
    """Head, rows and the total; titles are text."""
    yield [(Column("", "text"), str(column.title)) for column in table.columns]
    for line in [*table.lines(), *([table.last_line()] if table.total else [])]:
        yield [(column, cell.value) for column, cell in line]


def _plain(column: Column, value: Value) -> Any:
    """Agorot as shekels; the rest as it is; '' for what is not known."""
    if value is None:
        return ""
    return Decimal(value) / 100 if column.kind == "money" else value


def _cell(sheet: Any, column: Column, value: Value, *, bold: bool) -> WriteOnlyCell:
    plain = _plain(column, value)
    if isinstance(plain, str):
        cell = text_cell(sheet, plain)
    else:
        cell = WriteOnlyCell(sheet, float(plain) if isinstance(plain, Decimal) else plain)
        cell.number_format = _FORMATS.get(column.kind, cell.number_format)
    if bold:
        cell.font = Font(bold=True)
    return cell
