"""A file of contacts: tried first, imported once, taken back (PRODUCT 6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from calls.contacts import book, columns, import_run, importing
from calls.contacts.planning import Plan
from calls.erasure import files
from calls.models import Contact, ContactImport, ContactNumber
from tests.contacts.conftest import RUTH
from voicenter_console.jobs import claims
from voicenter_console.jobs.models import Job
from voicenter_console.organisation import tombstones
from voicenter_console.organisation.models import AuditEntry, Department

pytestmark = pytest.mark.django_db
WINDOWS = (Path(__file__).parent.parent / "fixtures" / "spreadsheets" / "cp1255.csv").read_bytes()
PEOPLE = """Name,Company,Phone,Mobile,VIP,Notes
Michal Drori,Drori,054-555-0171,03-555-0171,yes,likes tea
Ruth,,0545550118,054-555-0119,,
Nobody,,12,,,
Twin,,9.72501E+11,,,
Michal again,,+972545550171,,,
"""


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def bring(as_dana) -> Callable[..., ContactImport]:
    """Bring a file, and have it tried by the columns that were guessed."""

    def brought(body: str | bytes, name: str = "people.csv", client: Client = as_dana) -> ContactImport:
        data = body if isinstance(body, bytes) else body.encode()
        answer = client.post("/contacts/import/", {"file": SimpleUploadedFile(name, data)})
        assert answer.status_code == 302, answer.content.decode()
        one = ContactImport.objects.latest("pk")
        said = {f"column-{place}": field for place, field in enumerate(one.mapping)}
        assert client.post(f"/contacts/imports/{one.pk}/look/", said).status_code == 302
        return work(one)

    return brought


def work(one: ContactImport) -> ContactImport:
    one.refresh_from_db()
    claims.work(one.job_id)
    return ContactImport.objects.select_related("job").get(pk=one.pk)


def act(client: Client, one: ContactImport, what: str) -> ContactImport:
    assert client.post(f"/contacts/imports/{one.pk}/{what}/").status_code == 302
    return work(one)


def test_a_dry_run_says_what_would_happen_and_adds_nothing(as_dana, bring, ruth):
    one = bring(PEOPLE)
    assert one.counts == {"rows": 5, "new": 1, "added": 1, "known": 1, "refused": 2}
    assert [row for row, _why in one.refused] == [4, 5]
    assert (Contact.objects.count(), ContactNumber.objects.count()) == (1, 2)
    page = as_dana.get(one.get_absolute_url()).content.decode()
    assert f"/contacts/imports/{one.pk}/start/" in page
    assert 'Import <bdi dir="ltr" class="num">2</bdi>' in page
    assert "rounded this number" in page
    errors = b"".join(as_dana.get(f"/contacts/imports/{one.pk}/errors.csv").streaming_content).decode("utf-8-sig")
    assert errors.splitlines()[1].startswith("4,")
    assert "9.72501E+11" in errors


def test_an_import_adds_people_and_numbers_and_can_be_taken_back(as_dana, bring, ruth):
    one = act(as_dana, bring(PEOPLE), "start")
    assert (one.stage, one.counts["new"], one.counts["added"]) == ("done", 1, 1)
    michal = Contact.objects.get(name="Michal Drori")
    assert (michal.company, michal.vip, michal.notes) == ("Drori", True, "likes tea")
    assert set(michal.numbers.values_list("e164", flat=True)) == {"+972545550171", "+97235550171"}
    assert ruth.numbers.count() == 3
    assert AuditEntry.objects.filter(verb="contacts.imported").exists()
    assert not importing.file_of(one).exists()
    one = act(as_dana, one, "undo")
    assert (one.stage, one.counts["kept"]) == ("undone", 0)
    assert list(Contact.objects.all()) == [ruth]
    assert ruth.numbers.count() == 2


def test_who_was_changed_since_stays(as_dana, dana, bring, ruth):
    one = act(as_dana, bring(PEOPLE), "start")
    book.keep(dana, Contact.objects.get(name="Michal Drori"), {"notes": "coffee now"})
    ruth.refresh_from_db()
    book.keep(dana, ruth, {"company": "Navon"})
    one = act(as_dana, one, "undo")
    assert one.counts["kept"] == 1
    assert Contact.objects.filter(name="Michal Drori").exists()
    assert ruth.numbers.count() == 3
    assert "changed since, and stay" in as_dana.get(one.get_absolute_url()).content.decode()


def test_the_same_file_twice_adds_nothing(as_dana, bring, account):
    first, second = bring(PEOPLE), bring(PEOPLE)
    act(as_dana, first, "start")
    numbers = ContactNumber.objects.count()
    assert as_dana.post(f"/contacts/imports/{second.pk}/start/").status_code == 302
    second.refresh_from_db()
    assert second.started_at is None
    assert ContactNumber.objects.count() == numbers
    assert bring(PEOPLE + "\n").counts["new"] == 0
    act(as_dana, first, "undo")
    assert act(as_dana, second, "start").counts["new"] == 2


def test_an_import_whose_worker_was_lost_goes_on_without_a_double(as_dana, bring, account, monkeypatch):
    monkeypatch.setattr(import_run, "SLICE", 2)
    one = bring("Name,Phone\n" + "".join(f"Person {n},05455502{n:02}\n" for n in range(7)))
    as_dana.post(f"/contacts/imports/{one.pk}/start/")
    one.refresh_from_db()
    take, taken = Plan.take, []

    def dies(plan, rows):
        taken.append(take(plan, rows))
        if len(taken) == 2:
            raise KeyboardInterrupt
        return taken[-1]

    with monkeypatch.context() as patch:
        patch.setattr(Plan, "take", dies)
        with pytest.raises(KeyboardInterrupt):
            claims.work(one.job_id)
    assert Contact.objects.count() == 4
    Job.objects.filter(pk=one.job_id).update(lease_until=timezone.now() - timedelta(seconds=1))
    one = work(one)
    assert (one.stage, one.counts["new"], Contact.objects.count(), ContactNumber.objects.count()) == ("done", 7, 7, 7)


def test_a_stopped_import_can_go_on_or_be_taken_back(as_dana, bring, account, monkeypatch):
    monkeypatch.setattr(import_run, "SLICE", 2)
    one = bring("Name,Phone\n" + "".join(f"Person {n},05455502{n:02}\n" for n in range(7)))
    as_dana.post(f"/contacts/imports/{one.pk}/start/")
    Job.objects.filter(kind=importing.KEEP).update(cancel_asked=True)
    one = work(one)
    assert (one.stage, Contact.objects.count()) == ("stopped", 2)
    assert "Go on" in as_dana.get(one.get_absolute_url()).content.decode()
    assert act(as_dana, one, "start").stage == "done"
    assert Contact.objects.count() == 7
    act(as_dana, one, "undo")
    assert not Contact.objects.exists()


@pytest.mark.fault("F-32")
def test_who_was_erased_does_not_come_back_by_a_file(bring, account):
    tombstones.bury(account, [RUTH])
    one = bring("Name,Phone\nRuth,054-555-0118\n")
    assert one.counts["refused"] == 1
    assert "erased on request" in one.refused[0][1]
    assert files.forget(account, tombstones.of(account.pk, fresh=True)) == 2
    assert not importing.file_of(one).exists()


def test_somebody_of_another_department_is_not_touched(bring, account, know):
    sales = Department.objects.create(account=account, provider_id=555002, name="Sales")
    know("Hidden", RUTH, department=sales)
    one = bring("Name,Phone,Mobile\nRuth,0545550118,0545550119\n")
    assert (one.counts["refused"], one.counts["added"]) == (1, 0)
    assert "Hidden" not in str(one.refused)


def test_hebrew_of_windows_and_its_columns(as_dana, bring, account):
    one = act(as_dana, bring(WINDOWS), "start")
    assert one.mapping == ["name", "company", "number", "number"]
    assert Contact.objects.get(company="דרורי בע״מ").numbers.count() == 2


@pytest.mark.parametrize(("header", "mapping"), [
    ("Customer ID,Full name,Mobile phone,Remarks", ["", "name", "number", "notes"]),
    ("שם מלא,שם חברה,נייד,הערות,וי איי פי", ["name", "company", "number", "notes", "vip"]),
    ("first_name,name,Tel.,Account number", ["name", "", "number", ""]),
])  # fmt: skip
def test_columns_are_guessed_in_both_languages(header, mapping):
    assert columns.guess(header.split(",")) == mapping


def test_columns_are_remembered_per_person_and_account(as_dana, as_owner, bring, account, dana):
    bring("Name,Phone\nA,0545550171\n")
    as_dana.post("/contacts/import/", {"file": SimpleUploadedFile("odd.csv", b"Who,Where\nA,0545550171\n")})
    odd = ContactImport.objects.latest("pk")
    assert odd.mapping == ["", ""]
    refused = as_dana.post(f"/contacts/imports/{odd.pk}/look/", {"column-0": "name"})
    assert refused.status_code == 422
    assert "telephone numbers" in refused.content.decode()
    as_dana.post(f"/contacts/imports/{odd.pk}/look/", {"column-0": "name", "column-1": "number"})
    work(odd)
    assert columns.remembered(dana, account, ["Where", "Who"]) == ["number", "name"]


@pytest.mark.parametrize(("body", "word"), [(b"\n", "nothing in this file"), (b"%PDF\x00", "neither CSV nor XLSX")])
def test_a_file_that_cannot_be_read_is_refused_in_words(as_dana, account, body, word):
    answer = as_dana.post("/contacts/import/", {"file": SimpleUploadedFile("x.csv", body)})
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert not list(importing.folder().iterdir())


def test_anothers_import_is_not_there(as_rina, as_gal, as_owner, bring, account):
    one = bring(PEOPLE)
    assert as_rina.get(one.get_absolute_url()).status_code == 404
    assert as_owner.get(one.get_absolute_url()).status_code == 200
    assert "no account" in as_gal.get("/contacts/import/").content.decode()


def test_files_are_gone_after_a_day(as_dana, bring, account, monkeypatch):
    one = bring(PEOPLE)
    monkeypatch.setattr(importing, "KEPT", timedelta(seconds=-5))
    assert importing.tidy() == 2
    assert "Bring it again" in as_dana.get(one.get_absolute_url()).content.decode()


def test_each_state_of_the_page_in_hebrew(as_dana, bring, ruth):
    as_dana.cookies["django_language"] = "he"
    one = bring(PEOPLE)
    for what, word in (("", "יבוא "), ("start", "היבוא הסתיים"), ("undo", "היבוא בוטל")):
        one = act(as_dana, one, what) if what else one
        page = as_dana.get(one.get_absolute_url()).content.decode()
        assert 'dir="rtl"' in page
        assert word in page
