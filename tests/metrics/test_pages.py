"""Pages of reports: figures that can be asked, drilled and taken along; empty periods say so."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from calls.metrics import rollups
from calls.models import Agent
from tests.calls.telling import NOON, push, tell
from tests.fixtures.voicenter.spelling import call_id, pushed
from voicenter_console.organisation.models import AuditEntry

pytestmark = pytest.mark.django_db
DAY = "from=2026-11-22&to=2026-11-22&period=custom"
PAGES = ["/reports/", *(f"/reports/{name}/" for name in ("agents", "hours", "dialled", "cost", "paths"))]


@pytest.fixture
def a_day(queue_call, account) -> None:
    menu = {"layer_id": 1, "layer_name": "Main menu", "layer_number": 0, "Dtmf": 2, "dtmf_order": 1}
    for n in range(10):
        queue_call(
            NOON + timedelta(minutes=n), agent_code="10007", agent_name="=Dana", price=50, ivr=[menu], wait=8 + n
        )
    queue_call(NOON, "ABANDONE", wait=70)
    queue_call(NOON, "EXIT", wait=30)
    queue_call(NOON - timedelta(weeks=1), "ABANDONE", wait=70)
    out = pushed(NOON, call_id=call_id(NOON, "out"), type="Extension Outgoing", status="ANSWER", talk=50,
                 target="0545550118", caller="+97222255133", target_country="Israel", agent_code="10007")  # fmt: skip
    tell(account, push(out))


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_period_says_so(as_owner, account, page):
    said = text_of(as_owner.get(f"{page}?{DAY}"))
    assert "No calls in this period" in said
    assert "100.00 %" not in said
    assert "0.00 %" not in said


@pytest.mark.parametrize("page", PAGES)
def test_agents_and_strangers_are_kept_out(as_dana, as_gal, page):
    assert as_dana.get(page).status_code == 403
    assert as_gal.get(page).status_code == 403


def test_an_unknown_report_and_a_period_that_is_none(as_owner, account):
    assert as_owner.get("/reports/nothing/").status_code == 404
    answer = as_owner.get("/reports/?from=2026-11-31")
    assert answer.status_code == 200
    assert "is no date" in text_of(answer)


def test_who_may_not_see_prices_has_no_cost(as_rina, rina, a_day):
    assert as_rina.get(f"/reports/cost/?{DAY}").status_code == 200
    rina.separate_rights = {"see_prices": False}
    rina.save()
    assert as_rina.get(f"/reports/cost/?{DAY}").status_code == 404
    assert "/reports/cost/" not in as_rina.get("/reports/").content.decode()


def test_the_formula_has_its_numbers_in_place(as_owner, a_day):
    page = as_owner.get(f"/reports/?{DAY}&formula=sl.default")
    said = text_of(page)
    assert "sl.default v1" in said
    assert re.search(r"100 × 10 10 \+ 1 − 0 = 90.91 %", said)
    assert "How others count them" in said
    assert re.search(r"sl\.2 abandons are ignored 100\.00 use", said)
    assert "level=2" in page.content.decode()


def test_each_link_of_the_page_leads_to_as_many_calls_as_it_says(as_owner, a_day):
    rollups.sweep()
    seen = 0
    for page in (f"/reports/?{DAY}&formula=sl.default", f"/reports/agents/?{DAY}", f"/reports/dialled/?{DAY}",
                 f"/reports/hours/?{DAY}", f"/reports/cost/?{DAY}"):  # fmt: skip
        html = as_owner.get(page).content.decode()
        for url, inner in re.findall(r'<a[^>]*href="(/calls/\?figure=[^"]*)"[^>]*>(.*?)</a>', html, re.S):
            number = round(float(re.sub(r"<[^>]*>|,", "", inner)))
            log = as_owner.get(url.replace("&amp;", "&"))
            assert f'<span id="log-count">{number} call' in log.content.decode(), (page, url)
            assert re.search(rf": {number} records?", text_of(log))
            seen += 1
    assert seen > 12


def test_comparison_says_how_it_changed(as_owner, a_day):
    said = text_of(as_owner.get(f"/reports/?{DAY}"))
    assert "+1,100.0 %" in said or "+1100.0 %" in said  # 12 offered against 1 a week before
    assert "+90.9 points" in said
    assert "+90.9" not in text_of(as_owner.get(f"/reports/?{DAY}&against=none"))


@pytest.mark.parametrize("name", ["queues", "agents", "hours", "dialled", "cost", "paths"])
def test_the_table_is_taken_along_as_csv_and_xlsx(as_owner, a_day, name):
    url = f"/reports/{name}/export.%s?{DAY}&by=caller"
    answer = as_owner.get(url % "csv")
    assert answer.streaming
    raw = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(raw)))
    assert len(rows) > 1
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row if not _number(cell))

    answer = as_owner.get(url % "xlsx")
    assert answer.streaming
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert sheet.max_row == len(rows)
    assert not sheet.sheet_view.rightToLeft
    assert AuditEntry.objects.filter(verb="report exported").count() == 2


def test_numbers_of_phones_are_text_and_hebrew_sheets_run_from_the_right(as_owner, a_day):
    as_owner.cookies["django_language"] = "he"
    answer = as_owner.get(f"/reports/dialled/export.xlsx?{DAY}&by=caller")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet.sheet_view.rightToLeft
    assert sheet["A2"].value == "+97222255133"
    assert (sheet["A2"].data_type, sheet["A2"].number_format) == ("s", "@")
    assert sheet["B2"].value == 1


def test_an_agents_name_is_no_formula(as_owner, a_day):
    csv_text = b"".join(as_owner.get(f"/reports/agents/export.csv?{DAY}").streaming_content).decode("utf-8-sig")
    assert "'=Dana" in csv_text


def test_a_name_after_blanks_is_no_formula_and_no_sign_in_it_breaks_the_workbook(as_owner, a_day):
    Agent.objects.update(name="\u00a0=Dana\x07")
    csv_text = b"".join(as_owner.get(f"/reports/agents/export.csv?{DAY}").streaming_content).decode("utf-8-sig")
    assert "'\u00a0=Dana" in csv_text
    answer = as_owner.get(f"/reports/agents/export.xlsx?{DAY}")
    cells = [cell for row in load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active for cell in row]
    assert [cell.data_type for cell in cells if "Dana" in str(cell.value)] == ["s"]


def test_who_may_not_export_gets_no_file(as_rina, as_owner, rina, a_day):
    assert as_owner.get("/reports/queues/export.pdf").status_code == 404
    rina.separate_rights = {"export": False}
    rina.save()
    assert as_rina.get(f"/reports/queues/export.csv?{DAY}").status_code == 403
    assert "export.csv" not in as_rina.get("/reports/").content.decode()


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
