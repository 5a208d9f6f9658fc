"""Files of rows as people bring them: what is read exactly, what is refused and by which word."""

import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from voicenter_console import spreadsheets
from voicenter_console.spreadsheets import Fault, Limits, Row, Unreadable, Wrong

FIXTURES = Path(__file__).parent / "fixtures" / "spreadsheets"


def read(path: Path, limits: Limits | None = None) -> tuple[tuple[str, ...], list[Row]]:
    with spreadsheets.reading(path, limits) as sheet:
        return sheet.header, list(sheet.rows)


def fault(path: Path, limits: Limits | None = None) -> Fault:
    with pytest.raises(Unreadable) as refused:
        read(path, limits)
    return refused.value.fault


@pytest.fixture
def csv(tmp_path):
    def write(text: str | bytes) -> Path:
        place = tmp_path / "people.csv"
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
        return place

    return write


@pytest.fixture
def xlsx(tmp_path):
    def write(*rows: list, merge: str = "") -> Path:
        book, place = Workbook(), tmp_path / "people.xlsx"
        for row in rows:
            book.active.append(row)
        if merge:
            book.active.merge_cells(merge)
        book.save(place)
        return place

    return write


def test_hebrew_of_windows_is_read_with_its_semicolons():
    header, rows = read(FIXTURES / "cp1255.csv")
    assert header == ("שם", "חברה", "טלפון", "טלפון 2")
    assert [row.cells for row in rows] == [
        ("מיכל דרורי", "דרורי בע״מ", "054-555-0171", "03-555-0171"), ("אבי שלו", "", "054-555-0172", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_utf8_with_either_delimiter(csv, delimiter, bom):
    text = f'{bom}\nName{delimiter}Phone\n\n"Peled{delimiter} Rina"{delimiter}0545550118\n'
    header, rows = read(csv(text))
    assert header == ("Name", "Phone")
    assert rows == [Row(4, (f"Peled{delimiter} Rina", "0545550118"))]


def test_what_a_spreadsheet_made_of_a_number_is_not_guessed_at(csv):
    _header, rows = read(csv('Name,Phone\nA,9.72501E+11\nB,=1+1\nC,"=""0545550118"""\nD,\'+972545550118\nE,1,2\nF\n'))
    assert [row.wrong for row in rows] == [{1: Wrong.INEXACT}, {1: Wrong.FORMULA}, {}, {}, {}, {}]
    assert [row.cells[1] for row in rows[2:4]] == ["0545550118", "+972545550118"]
    assert [row.whole for row in rows[4:]] == [Wrong.MORE_CELLS, None]
    assert rows[5].cells == ("F", "")


def test_numbers_of_a_workbook_are_exact_or_refused(xlsx):
    _header, rows = read(xlsx(["Name", "Phone", "Active"], ["A", 972545550118, True], ["B", 972545550118.0],
                              ["C", 1.5], ["D", 10**15], ["E", "=A1"], ["F", "0545550118"], [], [None, 5]))  # fmt: skip
    assert [row.cells[1] for row in rows] == [
        "972545550118", "972545550118", "1.5", "1000000000000000", "=A1", "0545550118", "5",
    ]  # fmt: skip
    assert [row.wrong for row in rows] == [{}, {}, {}, {1: Wrong.INEXACT}, {1: Wrong.FORMULA}, {}, {}]
    assert rows[0].cells[2] == "TRUE"
    assert rows[-1].number == 9


def test_merged_rows_are_refused_and_a_merged_header_refuses_all(xlsx):
    people = [["Name", "Phone"], ["A", "1"], ["B", "2"], ["C", "3"]]
    _header, rows = read(xlsx(*people, merge="A2:A3"))
    assert [row.whole for row in rows] == [Wrong.MERGED, Wrong.MERGED, None]
    assert fault(xlsx(*people, merge="A1:B1")) == Fault.HEADER_MERGED


def test_a_bomb_is_known_by_what_it_says_before_it_is_opened(xlsx, monkeypatch):
    path = xlsx(["Name"], ["A"])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/bomb.xml", b"0" * (2 << 20))
    monkeypatch.setattr(spreadsheets, "load_workbook", lambda *given, **named: pytest.fail("it was opened"))
    assert fault(path, Limits(unpacked=1 << 20)) == Fault.TOO_LARGE


def test_limits_have_names(csv, xlsx):
    assert fault(csv("a\n1\n2\n3\n"), Limits(rows=2)) == Fault.TOO_MANY_ROWS
    assert fault(xlsx(["a"], ["1"], ["2"], ["3"]), Limits(rows=2)) == Fault.TOO_MANY_ROWS
    assert fault(csv("a,b,c\n"), Limits(columns=2)) == Fault.TOO_MANY_COLUMNS
    assert fault(csv("a\n" + "1" * 100), Limits(bytes=50)) == Fault.TOO_LARGE
    _header, rows = read(csv("a\n123456\n"), Limits(text=5))
    assert rows == [Row(2, ("12345",), {0: Wrong.TOO_LONG})]


def test_a_row_far_below_the_last_of_a_spreadsheet_ends_the_reading(xlsx):
    path = xlsx(["Name"], ["A"])
    far = path.with_name("far.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(far, "w") as new:
        for part in old.infolist():
            new.writestr(part, old.read(part).replace(b'<row r="2"', b'<row r="99999999999"'))
    assert fault(far) == Fault.TOO_MANY_ROWS


@pytest.mark.parametrize(("body", "word"), [
    (b"", Fault.EMPTY), (b"\n , ,\n", Fault.EMPTY), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", Fault.OLD_EXCEL),
    (b"%PDF-1.7\n\x00\x01\x02", Fault.NOT_A_SPREADSHEET), (b"\x89PNG\r\n\x1a\n", Fault.NOT_A_SPREADSHEET),
    (b"PK\x03\x04 and no more", Fault.BROKEN), ("a,b\n".encode("utf-16"), Fault.NOT_A_SPREADSHEET),
    (b'a\n"' + b"x" * 140_000, Fault.BROKEN),
])  # fmt: skip
def test_what_is_no_spreadsheet_is_said_to_be_none(csv, body, word):
    assert fault(csv(body)) == word


def test_a_zip_of_something_else_and_a_broken_workbook(xlsx, tmp_path):
    other = tmp_path / "photos.zip"
    with zipfile.ZipFile(other, "w") as packed:
        packed.writestr("one.txt", "x")
    assert fault(other) == Fault.NOT_A_SPREADSHEET
    path = xlsx(["Name"], ["A"])
    broken = path.with_name("broken.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w") as new:
        for part in old.infolist():
            body = old.read(part)
            new.writestr(part, body[: len(body) // 2] if "sheet1" in part.filename else body)
    assert fault(broken) == Fault.BROKEN


def test_text_that_begins_like_a_formula_is_refused_also_as_text(tmp_path):
    book, place = Workbook(write_only=True), tmp_path / "text.xlsx"
    sheet = book.create_sheet()
    cell = WriteOnlyCell(sheet, "=1+1")
    cell.data_type = "s"
    sheet.append(["Name"])
    sheet.append([cell])
    book.save(place)
    assert read(place)[1] == [Row(2, ("=1+1",), {0: Wrong.FORMULA})]
