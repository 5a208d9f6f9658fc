"""A row of a file as a person for the book, or why it cannot be one, in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from calls.contacts.forms import MOST_NUMBERS, e164_of
from voicenter_console.organisation.tombstones import Erased
from voicenter_console.spreadsheets import Fault, Row, Unreadable, Wrong

_BETWEEN = re.compile(r"[,;|\n]+")
_YES = frozenset({"yes", "y", "true", "1", "x", "v", "vip", "✓", "✔", "כן", "אמת"})
_NO = frozenset({"", "no", "n", "false", "0", "-", "לא", "שקר"})
_LONGEST = 200


class Refused(Exception):
    """The row is not imported; the text says why."""


@dataclass(frozen=True, slots=True)
class Person:
    """Numbers in E.164, at least one."""

    name: str
    company: str
    numbers: tuple[str, ...]
    vip: bool
    notes: str


def person(row: Row, header: Sequence[str], mapping: Sequence[str], erased: Erased | None) -> Person:
    """Raises Refused."""
    if row.whole:
        raise Refused(_wrong(row.whole))
    said: dict[str, list[str]] = {}
    for place, field in enumerate(mapping):
        if field and place in row.wrong:
            raise Refused(f"{header[place]}: {_wrong(row.wrong[place])}")
        text = row.cells[place].replace("\x00", "").strip()
        if field and text:
            said.setdefault(field, []).append(text)
    company = said.get("company", [""])[0]
    name = said.get("name", [company])[0]
    if not name:
        raise Refused(_("There is no name."))
    if max(len(name), len(company)) > _LONGEST:
        raise Refused(_("A name has %(n)s characters at most.") % {"n": _LONGEST})
    numbers = _numbers(said.get("number", []), erased)
    return Person(name, company, numbers, _vip(said.get("vip", [""])[0]), "\n".join(said.get("notes", [])))


def _numbers(texts: list[str], erased: Erased | None) -> tuple[str, ...]:
    parts = [part.strip() for text in texts for part in _BETWEEN.split(text) if part.strip()]
    if not parts:
        raise Refused(_("There is no number."))
    try:
        numbers = tuple(dict.fromkeys(e164_of(part) for part in parts))
    except ValidationError as error:
        raise Refused(error.messages[0]) from error
    if len(numbers) > MOST_NUMBERS:
        raise Refused(_("A contact has %(n)s numbers at most.") % {"n": MOST_NUMBERS})
    if erased and any(erased.holds(number) for number in numbers):
        raise Refused(_("This person was erased on request, and is not kept again."))
    return numbers


def _vip(text: str) -> bool:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise Refused(_("VIP: “%(text)s” is neither yes nor no.") % {"text": text[:40]})


def _wrong(word: Wrong) -> str:
    return {
        Wrong.FORMULA: _("a formula, not a value. Paste the column as values and save again."),
        Wrong.INEXACT: _("the spreadsheet rounded this number. Format the column as text and write it again."),
        Wrong.ERROR: _("the spreadsheet says that this cell is an error."),
        Wrong.TOO_LONG: _("the text is too long."),
        Wrong.MERGED: _("The row has merged cells. Unmerge them."),
        Wrong.MORE_CELLS: _("The row has more cells than the header, so its columns may be shifted."),
    }[word]


def words(error: Unreadable) -> str:
    """Why nothing of a file can be used, and what helps."""
    return {
        Fault.EMPTY: _("There is nothing in this file."),
        Fault.NOT_A_SPREADSHEET: _("This is neither CSV nor XLSX. Save it as one of them."),
        Fault.OLD_EXCEL: _("This is an old Excel file, or one with a password. Save it as XLSX without one."),
        Fault.BROKEN: _("The file is damaged: it cannot be read to its end. Save it again."),
        Fault.TOO_LARGE: _("The file is too large: %(n)s MB at most. Divide it.") % {"n": error.limit >> 20},
        Fault.TOO_MANY_ROWS: _("The file has more than %(n)s rows. Divide it.") % {"n": f"{error.limit:,}"},
        Fault.TOO_MANY_COLUMNS: _("The file has more than %(n)s columns.") % {"n": error.limit},
        Fault.HEADER_MERGED: _("The header has merged cells. Unmerge them, so that each column has its title."),
    }[error.fault]
