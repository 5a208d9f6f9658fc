"""Files of rows that people bring: CSV as Excel and others write it, and XLSX. Plain, streamed, bounded.

What makes the whole file useless is Unreadable, with a word of Fault; what makes one cell or row useless is a word of
Wrong beside it, so that the rest can be used. Words for people are the caller's.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

_EXCELS_ROWS = 1_048_576
_EXACT = 10**15  # Excel keeps fifteen digits of a number
_PARTS = 2_000
_CHUNK = 1 << 16
_LONGEST_TAG = 200
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # .xls, and workbooks behind a password
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
_QUOTED = re.compile(r'="([^"=]*)"')  # how some programs keep Excel from making a number of a telephone
_SHIELDED = re.compile(r"'(?=[=+\-@])")  # how exports keep text from being a formula (F-60)
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="\$?[A-Z]+\$?([0-9]{1,7})(?::\$?[A-Z]+\$?([0-9]{1,7}))?"')


class Fault(StrEnum):
    """Why nothing of the file can be used."""

    EMPTY = "empty"
    NOT_A_SPREADSHEET = "not_a_spreadsheet"
    OLD_EXCEL = "old_excel"
    BROKEN = "broken"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    HEADER_MERGED = "header_merged"


class Wrong(StrEnum):
    """Why a cell, or a row, cannot be used."""

    FORMULA = "formula"
    INEXACT = "inexact"
    ERROR = "error"
    TOO_LONG = "too_long"
    MERGED = "merged"
    MORE_CELLS = "more_cells"


class Unreadable(Exception):
    """`fault`, and the limit that was passed, where it is one."""

    def __init__(self, fault: Fault, limit: int = 0) -> None:
        self.fault, self.limit = fault, limit
        super().__init__(f"{fault}, {limit}" if limit else str(fault))


@dataclass(frozen=True, slots=True)
class Limits:
    """`unpacked` is what a workbook may say that it holds, in bytes; `text` the characters of a cell."""

    bytes: int = 20 << 20
    unpacked: int = 120 << 20
    rows: int = 100_000
    columns: int = 100
    text: int = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """`number` as a spreadsheet counts (the first line is 1); `cells` as many as the header has.

    `wrong` by the cell's place; `whole` where the row cannot be used at all.
    """

    number: int
    cells: tuple[str, ...]
    wrong: dict[int, Wrong] = field(default_factory=dict)
    whole: Wrong | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first line that is not empty, and those below it, read as they are asked for (which may be Unreadable)."""

    header: tuple[str, ...]
    rows: Iterator[Row]


_Cell = tuple[str, Wrong | None]
_Line = tuple[int, list[_Cell]]


@contextmanager
def reading(path: Path, limits: Limits | None = None) -> Iterator[Sheet]:
    """The file's first sheet. Raises Unreadable."""
    limits = limits or Limits()
    if path.stat().st_size > limits.bytes:
        raise Unreadable(Fault.TOO_LARGE, limits.bytes)
    with open(path, "rb") as file:
        begin = file.read(8)
    if begin.startswith(_OLD_EXCEL):
        raise Unreadable(Fault.OLD_EXCEL)
    lines = _workbook(path, limits) if begin.startswith(b"PK") else _csv(path)
    with closing(lines):
        merged = next(lines)
        yield _sheet(lines, merged, limits)


def _sheet(lines: Iterator[Any], merged: list[range], limits: Limits) -> Sheet:
    number, cells = next(((number, cells) for number, cells in lines if _says(cells)), (0, []))
    if not number:
        raise Unreadable(Fault.EMPTY)
    if len(cells) > limits.columns:
        raise Unreadable(Fault.TOO_MANY_COLUMNS, limits.columns)
    if any(number in rows for rows in merged):
        raise Unreadable(Fault.HEADER_MERGED)
    header = [text.strip()[:200] for text, _wrong in cells]
    while not header[-1]:
        header.pop()
    return Sheet(tuple(header), _rows(lines, len(header), merged, limits))


def _rows(lines: Iterator[_Line], width: int, merged: list[range], limits: Limits) -> Iterator[Row]:
    found = 0
    for number, cells in lines:
        if not _says(cells):
            continue
        found += 1
        if found > limits.rows:
            raise Unreadable(Fault.TOO_MANY_ROWS, limits.rows)
        wrong = {place: Wrong.TOO_LONG if len(text) > limits.text else fault
                 for place, (text, fault) in enumerate(cells[:width]) if fault or len(text) > limits.text}  # fmt: skip
        texts = [text[: limits.text] for text, _wrong in cells[:width]]
        texts += [""] * (width - len(texts))
        whole = Wrong.MORE_CELLS if _says(cells[width:]) else None
        if any(number in rows for rows in merged):
            whole = Wrong.MERGED
        yield Row(number, tuple(texts), wrong, whole)


def _says(cells: list[_Cell]) -> bool:
    return any(wrong or text.strip() for text, wrong in cells)


def _csv(path: Path) -> Iterator[Any]:
    """First the merged rows, of which a CSV has none; then its lines."""
    encoding = _encoding(path)
    with open(path, encoding=encoding, newline="") as file:
        first = next((line for line in file if line.strip(" ,;\t\r\n")), "")
        delimiter = max(",;\t", key=lambda sign: len(next(csv.reader([first], delimiter=sign), [])))
        file.seek(0)
        yield []
        lines = csv.reader(file, delimiter=delimiter)
        try:
            for cells in lines:
                yield lines.line_num, [_text(cell) for cell in cells]
        except csv.Error as error:
            raise Unreadable(Fault.BROKEN) from error


def _encoding(path: Path) -> str:
    """UTF-8 where all of it is; else what Hebrew Windows writes."""
    for encoding in ("utf-8-sig", "cp1255"):
        try:
            with open(path, encoding=encoding, newline="") as file:
                while text := file.read(_CHUNK):
                    if _BINARY.search(text.encode()):
                        raise Unreadable(Fault.NOT_A_SPREADSHEET)
            return encoding
        except UnicodeDecodeError:
            continue
    raise Unreadable(Fault.NOT_A_SPREADSHEET)


def _text(text: str) -> _Cell:
    text = text.strip()
    if quoted := _QUOTED.fullmatch(text):
        return quoted[1], None
    if text.startswith("="):
        return text, Wrong.FORMULA
    if _SCIENTIFIC.fullmatch(text):
        return text, Wrong.INEXACT
    return _SHIELDED.sub("", text, count=1) if text.startswith("'") else text, None


def _workbook(path: Path, limits: Limits) -> Iterator[Any]:
    """First the rows that share cells with others; then the lines of the first sheet."""
    _weigh(path, limits)
    try:
        with closing(load_workbook(path, read_only=True, keep_links=False)) as book:
            if not book.worksheets:
                raise Unreadable(Fault.EMPTY)
            sheet = book.worksheets[0]
            yield _merged(path, sheet._worksheet_path)
            sheet.reset_dimensions()  # what a sheet says of its own size may be wrong
            for number, cells in enumerate(sheet.iter_rows(), start=1):
                if number > _EXCELS_ROWS:
                    raise Unreadable(Fault.TOO_MANY_ROWS, limits.rows)
                yield number, [_value(cell) for cell in cells]
    except (Unreadable, GeneratorExit, MemoryError):
        raise
    except Exception as error:  # openpyxl has no error of its own: a broken part may raise anything
        raise Unreadable(Fault.BROKEN) from error


def _weigh(path: Path, limits: Limits) -> None:
    """Before anything is unpacked: zipfile never gives more of a part than the part says that it holds."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise Unreadable(Fault.BROKEN) from error
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise Unreadable(Fault.NOT_A_SPREADSHEET)
    if len(parts) > _PARTS or sum(part.file_size for part in parts) > limits.unpacked:
        raise Unreadable(Fault.TOO_LARGE, limits.unpacked)


def _merged(path: Path, part: str) -> list[range]:
    """Read-only openpyxl does not tell of merged cells: they stand behind the rows, in the sheet's own text."""
    found, tail = [], b""
    with zipfile.ZipFile(path) as packed, packed.open(part) as file:
        while chunk := file.read(_CHUNK):
            text = tail + chunk
            end = 0
            for match in _MERGED.finditer(text):
                found.append(range(int(match[1]), int(match[2] or match[1]) + 1))
                end = match.end()
            tail = text[max(end, len(text) - _LONGEST_TAG) :]
    return found


def _value(cell: Any) -> _Cell:
    value, kind = cell.value, getattr(cell, "data_type", "n")
    if value is None:
        return "", None
    if kind == "f":
        return str(value), Wrong.FORMULA
    if kind == "e":
        return str(value), Wrong.ERROR
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE", None
    if isinstance(value, int | float):
        whole = isinstance(value, int) or value.is_integer()
        exact = abs(value) < _EXACT
        return str(int(value)) if whole and exact else str(value), None if exact else Wrong.INEXACT
    return value.isoformat(sep=" ") if hasattr(value, "hour") and hasattr(value, "year") else str(value), None
