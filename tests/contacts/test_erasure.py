"""F-32: who was erased does not come back, by push, pull, replay or a restored backup."""

from __future__ import annotations

import io
import json
import zlib

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum

from calls import exports
from calls.erasure import asking, belongings, ledger
from calls.models import Call, Cdr, CdrRecord, Contact, DialRequest, Erasure, Note
from tests.calls.telling import NOON
from tests.contacts.conftest import RUTH
from tests.fixtures.voicenter import spelling
from tests.fixtures.voicenter.spelling import call_id, pulled, pushed
from voicenter_console import phones
from voicenter_console.jobs import claims
from voicenter_console.organisation import audit, tombstones
from voicenter_console.organisation.models import AuditEntry, Tombstone
from voicenter_console.voicenter.wire import Format
from voicenter_console.webhooks import inbox, ingest, replay
from voicenter_console.webhooks.models import Delivery

pytestmark = [pytest.mark.django_db, pytest.mark.fault("F-32")]
DIGITS = "545550118"
FORMS = ("0545550118", "972545550118", "+972545550118", "+972-54-555-0118", "054-555-0118")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch, tmp_path):
    monkeypatch.setattr(tombstones, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(ledger, "path", lambda: tmp_path / "tombstones.jsonl")


def dump() -> str:
    """Every value of every table as text; bodies unpacked, and whatever else a grep could not look into."""
    found = []
    for model in apps.get_models():
        if not model._meta.managed and connection.vendor != "sqlite":
            continue  # SQLite's index of numbers
        for row in model._default_manager.values():
            for value in row.values():
                if isinstance(value, bytes | memoryview):
                    value = bytes(value)
                    value = zlib.decompress(value) if value[:1] == b"\x78" else value
                    value = value.decode("utf-8", "replace")
                found.append(json.dumps(value, default=str, ensure_ascii=False))
    return "\n".join(found)


def named(text: str) -> list[str]:
    """Where the number stands in any form: a grep that sees through dashes and blanks."""
    plain = text.translate({ord(sign): None for sign in " -()./"})
    at = plain.find(DIGITS)
    return [plain[max(0, at - 60) : at + 60]] if at >= 0 else []


def record(uid: str, caller: str = "0545550118", **more) -> dict:
    return pushed(NOON, **{"call_id": uid, "type": "Queue", "status": "ANSWER", "caller": caller, **more})


UID = call_id(NOON, "1" * 18)


@pytest.fixture
def page(account):
    """Keep a page of the call log as the pull does, and let the ingester take it."""

    def kept(*rows: dict) -> None:
        inbox.keep(account.pk, "call_log", json.dumps(spelling.page(*rows)).encode(), compress=True)
        ingest.drain(account)

    return kept


@pytest.fixture
def known(account, service, ruth, know, rina, push, page) -> None:
    """Ruth called, was called, wrote herself into every corner; and a stranger's call stands beside hers."""
    push(
        record(UID, recording="https://media.voicenter.example/0545550118/a.mp3",
               ai={"transcript": "my number is 054 555 0118, call me"}) | {"var_phone": "054-555-0118"},
        record(UID, type="XferCDR", caller="972545550118"),
        record("stranger", caller="0545550119"),
    )  # fmt: skip
    push(record("form", caller="+972545550118"), form=Format.FORM)
    push(record("xml", caller="0545550118"), form=Format.XML)
    page(pulled(NOON, call_id=UID, type="Queue", type_id=8, status="ANSWER", caller="972545550118"))
    inbox.keep(account.pk, "cdr", json.dumps(record("cut")).encode()[:-2], reason="broken JSON", answer=1)
    know("Her firm", RUTH, "+97237654321", notes="Ruth's is +972-54-555-0118")
    DialRequest.objects.create(account=account, user=rina, phone="100", target="0545550118")
    audit.record(rina, "call.dialled", "0545550118", after={"target": "+972 54 555 0118"})
    claims.enqueue("deliveries.replay", "Call back 054-555-0118", owner=rina, key="x")


def erase(account, person, *numbers: str) -> Erasure:
    erasure = asking.ask(person, account, list(numbers) or [RUTH])
    claims.work(erasure.job_id)
    erasure.refresh_from_db()
    assert erasure.job.state == "done", erasure.job.message
    return erasure


def test_nothing_in_the_database_names_her_any_more(account, known, rina):
    assert named(dump())
    erasure = erase(account, rina)
    assert named(dump()) == []
    assert "my number is" not in dump()
    assert "media.voicenter.example" not in dump()
    assert erasure.numbers is None
    assert erasure.counts["records"] >= 5
    assert erasure.counts["deliveries"] >= 6
    assert erasure.finished_at


def test_her_calls_stay_as_figures_and_others_stay_whole(account, known, rina):
    before = Call.objects.count()
    erase(account, rina, RUTH, "+97235550188")
    assert Call.objects.count() == before
    hers = Call.objects.get(ids__call_uid=UID)
    assert (hers.customer, hers.customer_e164, hers.answered, hers.has_recording) == ("erased", "", True, False)
    assert phones.parse(hers.customer).kind == "anonymous"
    assert Call.objects.get(ids__call_uid="stranger").customer_e164 == "+972545550119"
    assert list(Contact.objects.values_list("name", "notes")) == [("Her firm", "Ruth's is erased")]
    assert Delivery.objects.filter(state="done").count() == Delivery.objects.exclude(state="dead").count()


@pytest.mark.parametrize("form", FORMS)
def test_a_later_push_is_kept_without_her(account, known, rina, push, form):
    erase(account, rina)
    calls = Call.objects.count()
    push(record("later", caller=form, recording="https://media.voicenter.example/later.mp3"))
    assert named(dump()) == []
    assert "later.mp3" not in dump()
    assert Call.objects.count() == calls + 1
    assert Call.objects.get(ids__call_uid="later").customer == "erased"
    assert Tombstone.objects.get().times >= 1


@pytest.mark.parametrize("encoding", Format)
def test_the_very_push_that_was_erased_changes_nothing_when_it_comes_again(account, known, rina, push, encoding):
    said = {Format.JSON: record("stranger2"), Format.FORM: record("form", caller="+972545550118"),
            Format.XML: record("xml")}[encoding]  # fmt: skip
    push(said, form=encoding)
    erase(account, rina)
    deliveries, records = Delivery.objects.count(), CdrRecord.objects.count()
    times = Delivery.objects.aggregate(n=Sum("times"))["n"]
    push(said, form=encoding)
    assert named(dump()) == []
    assert (Delivery.objects.count(), CdrRecord.objects.count()) == (deliveries, records)
    assert Delivery.objects.aggregate(n=Sum("times"))["n"] == times + 1


def test_a_later_pull_is_kept_without_her(account, known, rina, page):
    erase(account, rina)
    rows = [pulled(NOON, call_id=uid, type="Queue", type_id=8, status="ANSWER", caller=caller, recording="https://r/a.mp3")
            for uid, caller in ((UID, "972545550118"), ("new", "0545550118"), ("stranger", "0545550119"))]  # fmt: skip
    page(*rows)
    assert named(dump()) == []
    assert Cdr.objects.get(call_uid="new").caller == "erased"
    assert Cdr.objects.get(call_uid="new").recording_url == ""
    assert Cdr.objects.get(call_uid="stranger").recording_url == "https://r/a.mp3"


def test_a_replay_does_not_bring_her_back(account, known, rina):
    dead = Delivery.objects.dead().get()
    erase(account, rina)
    claims.work(replay.ask(rina, pk=dead.pk).pk)
    assert named(dump()) == []


def test_what_another_process_kept_a_moment_later_is_cleaned_by_the_ingester(account, known, rina, monkeypatch):
    """Its snapshot was a second old: the body was kept whole."""
    erase(account, rina)
    monkeypatch.setattr(tombstones, "without", lambda account_id, body, content_type: body)
    inbox.keep(account.pk, "cdr", json.dumps(record("race")).encode())
    assert named(dump())
    ingest.drain(account)
    assert named(dump()) == []
    assert Call.objects.get(ids__call_uid="race").customer == "erased"


def test_a_restored_backup_is_cleaned_by_the_file_of_tombstones(account, known, rina):
    erase(account, rina)
    assert named(ledger.path().read_text()) == []
    assert ledger.path().stat().st_mode & 0o077 == 0
    Tombstone.objects.all().delete()  # what a backup of yesterday holds: her number, and no tombstone
    tombstones.forget()
    inbox.keep(account.pk, "cdr", json.dumps(record(UID)).encode())
    ingest.drain(account)
    Contact.objects.create(account=account, name="Ruth again", notes="054-555-0118")
    assert named(dump())
    out = io.StringIO()
    call_command("tombstones", "apply", stdout=out)
    assert named(dump()) == []
    assert "rows changed" in out.getvalue()
    call_command("tombstones", "export", stdout=(exported := io.StringIO()))
    assert json.loads(exported.getvalue())["digest"] == Tombstone.objects.get().digest


def test_erased_twice_is_erased_once_more_and_another_account_keeps_its_own(account, known, rina, owner):
    other = type(account).objects.create(name="Other", code="another")
    inbox.keep(other.pk, "cdr", json.dumps(record("theirs")).encode())
    ingest.drain(other)
    erase(account, rina)
    erase(account, rina)
    assert Tombstone.objects.count() == 1
    assert Call.objects.get(account=other).customer == "0545550118"


def test_a_digest_needs_the_key_and_a_rotated_key_forgets_nobody(account, settings):
    tombstones.bury(account, [RUTH])
    assert RUTH[1:] not in Tombstone.objects.get().digest
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another key"
    tombstones.forget()
    assert not tombstones.of(account.pk).holds("0545550118")
    settings.SECRET_KEY_FALLBACKS = [old]
    assert tombstones.of(account.pk).holds("0545550118")
    assert not tombstones.of(account.pk).holds("0545550119")


def test_what_was_written_of_her_calls_and_fetched_of_them_is_gone(
    account, known, rina, tmp_path, monkeypatch, django_capture_on_commit_callbacks
):
    hers, others = (Call.objects.get(ids__call_uid=uid) for uid in (UID, "stranger"))
    for call in (hers, others):
        Note.objects.create(call=call, author=rina, author_name="Rina", text="Ruth was angry")
    folder = tmp_path / "media" / "recordings" / "00"
    folder.mkdir(parents=True)
    files = [folder / f"{call.cdrs.first().pk}-0123456789abcdef" for call in (hers, others)]
    for file in files:
        file.write_bytes(b"audio")
    monkeypatch.setattr(belongings, "_folder", lambda: tmp_path / "media" / "recordings")
    with django_capture_on_commit_callbacks(execute=True):
        erase(account, rina)
    assert list(Note.objects.values_list("call", flat=True)) == [others.pk]
    assert [file.exists() for file in files] == [False, True]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_export_that_names_her_is_deleted(account, known, rina, monkeypatch, tmp_path, format):
    monkeypatch.setattr(exports, "folder", lambda: tmp_path)
    # PostgreSQL copies on a connection of its own, which does not see this test's rows
    monkeypatch.setattr("calls.exports.copying.can", lambda fields, actor: False)
    (tmp_path / "of somebody else.csv").write_text("customer\n054-555-0119\n")
    claims.work(exports.ask(rina, "", format, ["customer"]).pk)
    assert len(list(tmp_path.iterdir())) == 2
    assert erase(account, rina).counts["exports"] == 1
    assert [path.name for path in tmp_path.glob("*.*") if path.suffix != ".jsonl"] == ["of somebody else.csv"]


def test_the_audit_says_who_erased_and_not_whom(account, known, rina):
    erasure = erase(account, rina)
    entry = AuditEntry.objects.get(verb="person.erased")
    assert (entry.actor, entry.subject, entry.after) == (rina, str(erasure), {"numbers": 1})
