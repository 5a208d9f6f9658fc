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

from calls.reports.pages.parts import Column, Table, Value

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What a spreadsheet takes for a formula at the beginning of a cell; a telephone's plus is one, too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"  # so that spreadsheets read the file as UTF-8
_PIECE = 64 * 1024
_FORMATS = {"percent": "0.00", "seconds": "0", "money": "0.00", "decimal": "0.00", "change": "+0.00;-0.00;0.00"}

Line = list[tuple[Column, Value]]


def csv_pieces(table: Table) -> Iterator[bytes]:
    yield _BOM.encode()
    for line in _lines(table):
        out = io.StringIO()
        csv.writer(out).writerow([_safe(_plain(column, value)) for column, value in line])
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


def _safe(value: Any) -> Any:
    """Text that a spreadsheet would run is told to be text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _cell(sheet: Any, column: Column, value: Value, *, bold: bool) -> WriteOnlyCell:
    plain = _plain(column, value)
    cell = WriteOnlyCell(sheet, float(plain) if isinstance(plain, Decimal) else plain)
    if isinstance(plain, str):
        cell.data_type = "s"  # also where it begins with "=" or looks like a number
        cell.number_format = "@"
    elif column.kind in _FORMATS:
        cell.number_format = _FORMATS[column.kind]
    if bold:
        cell.font = Font(bold=True)
    return cell
