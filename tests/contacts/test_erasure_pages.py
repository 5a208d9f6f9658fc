"""The pages of erasure: look first, then say so, then the certificate."""

import pytest

from calls.models import Call, Contact, Erasure
from tests.calls.telling import NOON, push, tell
from tests.contacts.conftest import RUTH
from tests.fixtures.voicenter.spelling import pushed
from tests.test_hebrew_pages import read
from voicenter_console.jobs import claims
from voicenter_console.organisation import tombstones
from voicenter_console.organisation.models import Account, Department, Tombstone

pytestmark = pytest.mark.django_db
ERASE = "/contacts/erase/"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch, tmp_path):
    monkeypatch.setattr(tombstones, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr("calls.erasure.ledger.path", lambda: tmp_path / "tombstones.jsonl")


@pytest.fixture
def called(account, service, ruth) -> None:
    tell(account, push(pushed(NOON, call_id="hers", type="Queue", status="ANSWER", caller="0545550118")))


def test_from_the_contacts_page_to_the_certificate(as_rina, called, ruth):
    form = as_rina.get(f"{ERASE}?contact={ruth.pk}")
    assert b'value="054-555-0118"' in form.content
    said = {"number": ["054-555-0118", "03-555-0188", ""]}
    preview = as_rina.post(ERASE, said)
    assert preview.context["preview"].calls == 1
    assert preview.context["preview"].deleted == [ruth]
    assert not Tombstone.objects.exists()
    started = as_rina.post(ERASE, {**said, "understood": "1"})
    erasure = Erasure.objects.get()
    page = as_rina.get(started.headers["Location"])
    assert b"every 2s" in page.content
    assert as_rina.get(f"/contacts/erasures/{erasure.pk}/certificate.json").status_code == 404
    claims.work(erasure.job_id)
    page = as_rina.get(started.headers["Location"])
    assert b"every 2s" not in page.content
    certificate = as_rina.get(f"/contacts/erasures/{erasure.pk}/certificate.json").json()
    assert (certificate["asked_by"], certificate["numbers"], certificate["rows"]["calls"]) == ("Rina Peled", 2, 1)
    assert not Contact.objects.exists()
    story = as_rina.get(Call.objects.get().get_absolute_url()).content.decode()
    assert "Erased" in story
    assert "5550118" not in story.replace("-", "")


@pytest.mark.parametrize("numbers", [[], ["12"], ["0545550118", "nobody"]])
def test_what_is_no_number_erases_nobody(as_rina, service, numbers):
    answer = as_rina.post(ERASE, {"number": numbers, "understood": "1"})
    assert answer.status_code == 422
    assert not Erasure.objects.exists()


def test_only_who_leads_the_account_erases_in_it(as_dana, as_rina, rina, account, service, called, owner, as_owner):
    assert as_dana.get(ERASE).status_code == 403
    rina.departments.set([Department.objects.create(account=account, provider_id=2, name="Night", parent=service)])
    assert b"leads a whole account" in as_rina.get(ERASE).content
    as_rina.post(ERASE, {"number": ["0545550118"], "understood": "1"})
    assert not Erasure.objects.exists()
    other = Account.objects.create(name="Other", code="another")
    as_owner.post(ERASE, {"number": [RUTH], "understood": "1", "account": other.pk})
    erasure = Erasure.objects.get()
    assert erasure.account == other
    assert as_rina.get(f"/contacts/erasures/{erasure.pk}/").status_code == 404


def test_the_pages_in_hebrew(as_owner, called, owner):
    for path in (ERASE,):
        page = read(as_owner, path)
        assert (page.english, page.loose) == (set(), [])
    as_owner.post(ERASE, {"number": [RUTH], "understood": "1"})
    erasure = Erasure.objects.get()
    for _ in range(2):
        page = read(as_owner, f"/contacts/erasures/{erasure.pk}/")
        assert page.loose == []
        claims.work(erasure.job_id)
