"""Exports: every match, masked by rights, no formula, no half file, nobody else's (PRODUCT 1; F-60)."""

import csv
import io
import os
import shutil
import subprocess
import time
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import translation
from openpyxl import load_workbook

from calls import exports
from calls.exports import run, sheets
from calls.exports.rows import harmless, number
from calls.models import Agent, Call
from tests.calls.telling import NOON, push, tell
from tests.fixtures.voicenter.spelling import pushed
from voicenter_console import phones
from voicenter_console.jobs import claims
from voicenter_console.jobs.models import Job
from voicenter_console.organisation.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)
# Texts a spreadsheet would calculate, also behind blanks (reliability.md, section 6; ASVS 1.2.10).
FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", " =1+1", "\t=1+1", "\r=1+1", "\n=1+1", "\x00=1+1", "\u00a0=1+1", "\ufeff=1+1",
    "\u200f=1+1", '=HYPERLINK("http://evil.example","x")', "=cmd|' /C calc'!A0", "+972545550118", "-2+3+cmd|'x'!A0",
    "\t", "@", "=", '","=1+1', '"=1+1',
]  # fmt: skip
NAMES = ["wait", "ring", "talk", "queue", "agent", "department", "did", "custom", "recording", "cost"]


@pytest.fixture(autouse=True)
def _no_hints(monkeypatch):
    """The tests work their jobs themselves."""
    from voicenter_console.jobs.tasks import run as hint

    monkeypatch.setattr(hint, "apply_async", lambda *args, **options: None)


@pytest.fixture
def calls(account, service):
    """One call for each of the texts, in every field that takes text."""
    tell(account, [
        push(pushed(NOON + timedelta(minutes=n), call_id=f"f{n}", type="Queue", status="ANSWER", talk=n, wait=n,
                    caller="0545550118", department_id=555001, agent_name=text, agent_code=f"{n}",
                    queue_name=text, did="0772255133", price=12.5 + n, custom={"note": text}))
        for n, text in enumerate(text.replace("\x00", "\ufffd") for text in FORMULAS)
    ])  # fmt: skip


def ask(client, format, query=""):
    """Ask for an export, let the worker do it, and fetch the file."""
    answer = client.post("/calls/export/", {"format": format, "query": query})
    assert answer.status_code == 302
    job = Job.objects.latest("pk")
    claims.work(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.message
    fetched = client.get(job.result["url"])
    assert fetched.status_code == 200
    assert fetched["Cache-Control"] == "private, no-store"
    return b"".join(fetched.streaming_content)


def table(body: bytes) -> list[dict[str, str]]:
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


@pytest.mark.fault("F-60")
@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_would_be_calculated_gets_a_quote(text):
    first = harmless(text)[:1]
    assert first not in "=+-@\t\r\n" or text.startswith('"')


@pytest.mark.parametrize("text", ["054-555-0118", "Dana", "שלום", "", "a=b", "1.5"])
def test_other_text_is_left_alone(text):
    assert harmless(text) == text


@pytest.mark.fault("F-60")
@pytest.mark.parametrize("names", [NAMES, [name for name in NAMES if name != "custom"]], ids=["python", "copy"])
def test_no_cell_of_a_csv_begins_a_formula(as_owner, calls, names):
    as_owner.post("/calls/columns/", {"column": names})
    rows = table(ask(as_owner, "csv"))
    assert len(rows) == len(FORMULAS)
    for row in rows:
        for name, cell in row.items():
            assert cell.lstrip(" \t\r\n\xa0\ufeff\u200f")[:1] not in {"=", "+", "-", "@"}, (name, cell)
    assert {row["Customer"] for row in rows} >= {"054-555-0118"}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="COPY is PostgreSQL's")
def test_copy_writes_what_python_writes(as_owner, calls, monkeypatch):
    as_owner.post("/calls/columns/", {"column": [name for name in NAMES if name != "custom"]})
    copied = ask(as_owner, "csv")
    monkeypatch.setattr(run.copying, "can", lambda fields, actor: False)
    assert ask(as_owner, "csv") == copied


@pytest.mark.fault("F-60")
def test_no_cell_of_a_workbook_is_a_formula(as_owner, calls, tmp_path):
    as_owner.post("/calls/columns/", {"column": NAMES})
    file = tmp_path / "calls.xlsx"
    file.write_bytes(ask(as_owner, "xlsx", "direction=in"))
    book = load_workbook(file)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert len(cells) > 15 * len(FORMULAS)
    assert all(cell.number_format == "@" for cell in cells if isinstance(cell.value, str))
    first = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))[-1]
    assert first[0] == datetime(2026, 11, 22, 12, 0)
    assert {row[0].value for row in book.worksheets[1].iter_rows()} >= {"Direction", "Asked by"}


@pytest.mark.fault("F-60")
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not here")
def test_libreoffice_finds_no_formula(as_owner, calls, tmp_path):
    as_owner.post("/calls/columns/", {"column": NAMES})
    for format in ("csv", "xlsx"):
        (tmp_path / f"calls.{format}").write_bytes(ask(as_owner, format))
        command = ["soffice", "--headless", "--convert-to", "fods", "--outdir", tmp_path, tmp_path / f"calls.{format}"]
        subprocess.run(command, check=True, timeout=120, capture_output=True)
        assert "table:formula" not in (tmp_path / "calls.fods").read_text()


def test_in_hebrew_sheets_run_from_right_to_left(owner, calls):
    with translation.override("he"):
        job = exports.ask(owner, "", "xlsx", NAMES)
    claims.work(job.pk)
    book = load_workbook(exports.file_of(job))
    assert [sheet.sheet_view.rightToLeft for sheet in book] == [True, True]
    assert book.worksheets[0]["A1"].value == "שעה"


def test_a_sheet_that_is_full_is_followed_by_another(as_owner, calls, tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 10)
    file = tmp_path / "calls.xlsx"
    file.write_bytes(ask(as_owner, "xlsx"))
    assert [sheet.max_row for sheet in load_workbook(file).worksheets[:-1]] == [11, 11, len(FORMULAS) - 20 + 1]


def test_it_has_all_matches_of_the_filters(as_owner, calls, monkeypatch):
    monkeypatch.setattr(exports.run.rows, "SLICE", 4)
    rows = table(ask(as_owner, "csv", "wait=3&older=2020-01-01T00:00:00_1"))
    assert [int(row["Wait, seconds"]) for row in rows] == list(range(len(FORMULAS) - 1, 2, -1))


def test_what_one_may_not_see_is_not_in_the_file(as_rina, rina, calls):
    rina.separate_rights = {"see_numbers": False, "see_prices": False}
    rina.save()
    body = ask(as_rina, "csv")
    assert b"0545550118" not in body
    assert b"555-0118" not in body
    assert "054•••118" in {row["Customer"] for row in table(body)}
    assert "Cost ₪" not in table(body)[0]


def test_only_calls_one_sees_are_in_the_file(as_rina, account, calls):
    tell(account, push(pushed(NOON, call_id="foreign", type="Queue", status="ANSWER", department_id=555002)))
    assert "foreign" not in {row["Call id"] for row in table(ask(as_rina, "csv"))}
    assert Call.objects.count() == len(FORMULAS) + 1


def test_the_file_is_its_owner_s_alone_and_for_a_day(as_rina, as_owner, as_dana, rina, calls):
    ask(as_rina, "csv")
    job = Job.objects.get()
    assert as_owner.get(job.result["url"]).status_code == 404
    assert as_dana.get(job.result["url"]).status_code == 403
    file = exports.file_of(job)
    assert file.stat().st_mode & 0o077 == 0
    os.utime(file, (time.time() - 90_000,) * 2)
    assert exports.tidy() == 1
    assert as_rina.get(job.result["url"]).status_code == 404


def test_who_lost_the_right_meanwhile_gets_nothing(as_rina, rina, calls):
    as_rina.post("/calls/export/", {"format": "csv", "query": ""})
    rina.separate_rights = {"export": False}
    rina.save()
    job = Job.objects.get()
    claims.work(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert not exports.file_of(job).exists()
    assert as_rina.get(f"/calls/exports/{job.pk}/").status_code == 403


def test_agents_do_not_export(as_dana, calls):
    assert as_dana.post("/calls/export/", {"format": "csv"}).status_code == 403
    assert b"export-form" not in as_dana.get("/calls/").content


def test_asking_and_fetching_are_in_the_audit(as_owner, calls):
    ask(as_owner, "csv", "wait=3")
    asked, fetched = AuditEntry.objects.filter(verb__startswith="export").order_by("pk")
    assert (asked.verb, asked.after["filters"]) == ("export.asked", "wait=3")
    assert fetched.verb == "export.fetched"


def test_a_worker_that_dies_leaves_no_half_and_no_double(as_owner, calls, monkeypatch):
    """The first one is lost after its first rows; the second begins anew; one whole file comes of it."""
    as_owner.post("/calls/export/", {"format": "csv", "query": ""})
    job = Job.objects.get()
    monkeypatch.setattr(run, "_write", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        claims.work(job.pk)
    assert not exports.file_of(job).exists()
    monkeypatch.undo()
    Job.objects.update(lease_until=datetime(2020, 1, 1, tzinfo=NOON.tzinfo))
    claims.work(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)
    assert [file.name for file in exports.folder().glob(f"{job.pk}.*")] == [f"{job.pk}.csv"]
    assert len(table(exports.file_of(job).read_bytes())) == len(FORMULAS)


def test_a_worker_whose_job_is_another_s_by_now_leaves_its_file_alone(as_owner, calls, monkeypatch):
    as_owner.post("/calls/export/", {"format": "csv", "query": ""})
    job = Job.objects.get()
    first = claims.claim(job.pk)
    Job.objects.update(lease_until=datetime(2020, 1, 1, tzinfo=NOON.tzinfo))
    second = claims.claim(job.pk)
    run.run(claims.Progress(second))
    whole = exports.file_of(job).read_bytes()
    with pytest.raises(claims.Lost):
        run.run(claims.Progress(first))
    assert exports.file_of(job).read_bytes() == whole


def test_a_stopped_export_leaves_nothing(as_owner, calls):
    as_owner.post("/calls/export/", {"format": "xlsx", "query": ""})
    job = claims.claim(Job.objects.get().pk)
    claims.cancel(job)
    with pytest.raises(claims.Cancelled):
        run.run(claims.Progress(job))
    assert list(exports.folder().glob(f"{job.pk}.*")) == []


def test_the_same_export_is_asked_for_once_until_it_is_done(as_owner, calls):
    for _ in range(3):
        as_owner.post("/calls/export/", {"format": "csv", "query": "wait=3"})
    assert Job.objects.count() == 1


@pytest.mark.parametrize("raw", ["0545550118", "035550142", "0772255133", "+972-2-5550156", "+442079460018", "*2255"])
def test_numbers_are_written_as_people_write_them(raw):
    parsed = phones.parse(raw)
    wanted = phones.display(parsed) if parsed.e164.startswith("+972") else raw
    assert number(parsed.e164, raw) == wanted


def test_agents_of_the_texts_are_there(calls):
    assert Agent.objects.count() == len(FORMULAS)
