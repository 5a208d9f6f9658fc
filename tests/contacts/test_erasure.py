"""F-32: who was erased does not come back, by push, pull, replay or a restored backup."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
import zlib
from itertools import count
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum

from calls import exports
from calls.board import lease
from calls.board.collector import Sitting
from calls.erasure import asking, files, ledger
from calls.exports import run
from calls.models import Call, Cdr, CdrRecord, Contact, DialRequest, Erasure, LiveBoard, Note
from calls.recordings import store
from ivr import publishing, shelf
from ivr.models import Binding, Flow, IvrSession, IvrStep
from tests.calls.telling import NOON
from tests.conftest import TOKEN
from tests.contacts.conftest import RUTH
from tests.fixtures.voicenter import spelling
from tests.fixtures.voicenter.spelling import call_id, pulled, pushed
from voicenter_console import phones
from voicenter_console.jobs import claims
from voicenter_console.jobs.models import Job
from voicenter_console.notifications import sending
from voicenter_console.notifications.models import Endpoint, Notice
from voicenter_console.organisation import audit, tombstones
from voicenter_console.organisation.models import AuditEntry, Tombstone
from voicenter_console.voicenter.live import AllExtensions, AllQueues, QueueNow, WaitingCaller
from voicenter_console.voicenter.wire import MEDIA_TYPE, Format, encode_call
from voicenter_console.webhooks import inbox, ingest, replay
from voicenter_console.webhooks.models import Delivery

pytestmark = [pytest.mark.django_db, pytest.mark.fault("F-32")]
DIGITS = "545550118"
FORMS = ("0545550118", "972545550118", "+972545550118", "+972-54-555-0118", "054-555-0118")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(tombstones, "FRESH_SECONDS", 0.0)
    settings.DATA_DIR = tmp_path
    (tmp_path / "locks").mkdir(exist_ok=True)


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
    account, known, rina, django_capture_on_commit_callbacks
):
    hers, others = (Call.objects.get(ids__call_uid=uid) for uid in (UID, "stranger"))
    for call in (hers, others):
        Note.objects.create(call=call, author=rina, author_name="Rina", text="Ruth was angry")
    files = [store.place(call.cdrs.first()) for call in (hers, others)]
    for file in files:
        file.write_bytes(b"audio")
    with django_capture_on_commit_callbacks(execute=True):
        erase(account, rina)
    assert list(Note.objects.values_list("call", flat=True)) == [others.pk]
    assert [file.exists() for file in files] == [False, True]


def kept(folder) -> str:
    """Every file as text, workbooks unpacked."""
    found = []
    for path in filter(Path.is_file, folder.rglob("*")):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as book:
                found += [book.read(name) for name in book.namelist()]
        found.append(path.read_bytes())
    return "\n".join(body.decode("utf-8", "replace") for body in found)


@pytest.fixture
def own_connection(monkeypatch) -> None:
    """PostgreSQL copies on a connection of its own, which does not see this test's rows."""
    monkeypatch.setattr("calls.exports.copying.can", lambda fields, actor: False)


@pytest.mark.usefixtures("own_connection")
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_no_file_names_her_and_the_export_says_why_it_is_gone(account, known, rina, client, tmp_path, format):
    (exports.folder() / "of somebody else.csv").write_text("customer\n054-555-0119\n")
    job = exports.ask(rina, "outcome=answered", format, ["customer"])
    claims.work(job.pk)
    assert named(kept(tmp_path))
    assert erase(account, rina).counts["exports"] == 1
    assert named(kept(tmp_path)) == []
    assert [path.name for path in exports.folder().iterdir()] == ["of somebody else.csv"]
    job.refresh_from_db()
    assert job.message == "Removed, because a person was erased. Make it again."
    client.force_login(rina)
    assert client.get(f"/calls/exports/{job.pk}/").status_code == 404
    page = client.get("/jobs/").content.decode()
    assert job.message in page
    assert 'href="/calls/?outcome=answered"' in page


@pytest.mark.usefixtures("own_connection")
def test_an_export_that_tells_of_her_without_her_number_goes_too_and_a_strangers_stays(account, known, rina, gal):
    jobs = [exports.ask(person, "", "csv", ["time"]) for person in (rina, gal)]
    for job in jobs:
        claims.work(job.pk)
    Job.objects.filter(pk=jobs[1].pk).update(state="done")
    exports.file_of(jobs[1]).write_text("time\n")
    assert erase(account, rina).counts["exports"] == 1
    assert [exports.file_of(job).exists() for job in jobs] == [False, True]


@pytest.mark.usefixtures("own_connection")
def test_an_export_that_is_overtaken_by_an_erasure_says_so(account, known, rina, monkeypatch):
    job = exports.ask(rina, "", "csv", ["customer"])
    tombstones.bury(account, [RUTH])
    write = run._write

    def overtaken(format, part, *rest):
        done = write(format, part, *rest)
        files.forget(account, tombstones.of(account.pk))
        return done

    monkeypatch.setattr(run, "_write", overtaken)
    claims.work(job.pk)
    job.refresh_from_db()
    assert (job.state, "Make it again" in job.message, exports.file_of(job).exists()) == ("failed", True, False)


def test_the_audit_says_who_erased_and_not_whom(account, known, rina):
    erasure = erase(account, rina)
    entry = AuditEntry.objects.get(verb="person.erased")
    assert (entry.actor, entry.subject, entry.after) == (rina, str(erasure), {"numbers": 1})


# --- callers of a flow, and those who wait now ----------------------------------------------------------------


@pytest.fixture
def walk(account, owner, client, settings, tmp_path):
    """Call into a flow that asks for a number, keeps what is keyed in, and notes that somebody is to call back."""
    settings.DATA_DIR = tmp_path
    (tmp_path / "locks").mkdir(exist_ok=True)
    shelf._shelf.__init__()
    asks = {"kind": "collect", "prompt": "which", "loops": 1, "delay": 3, "attempts": 1, "variable": "number",
            "least": 1, "most": 30, "check": "none", "exits": {"next": "note", "exhausted": "bye"}}  # fmt: skip
    draft = {
        "schema": 1, "dialect": "external", "language": "he", "entry": "ask", "fallback": "bye",
        "prompts": {"which": {"text": "לאיזה מספר לחזור?", "confirmed": True}},
        "nodes": {
            "ask": asks, "note": {"kind": "callback", "note": "ivr", "exits": {"next": "bye"}},
            "bye": {"kind": "hang_up"},
        },
    }  # fmt: skip
    flow = Flow.objects.create(account=account, name="Call me back", draft=draft)
    publishing.publish(flow, by=owner)
    Binding.objects.create(account=account, flow=flow)
    shelf.forget()

    def walked(call_id: str, caller: str = "0545550118", keys: str = "054*5550118") -> None:
        menu = "-1"
        for digits in ("", keys):
            data = {"DID": "035550142", "CALLER_ID": caller, "CALLER_NAME": "", "IVR_UNIQUE_ID": call_id,
                    "DTMF": digits, "MENU": menu, "PREVIOUS_MENU": "-1"}  # fmt: skip
            body = encode_call(Format.JSON, {"METHOD": "GET_IVR_ACTION", "DATA": data}, "GET_IVR_ACTION")
            answer = client.generic("POST", f"/hooks/{TOKEN}/ivr/", body, content_type=MEDIA_TYPE[Format.JSON])
            assert answer.status_code == 200
            menu = answer.json()["DATA"].get("MENU", "-1")

    return walked


def test_who_walked_a_flow_is_forgotten_there_and_comes_again_as_nobody(account, known, rina, walk):
    walk("before", keys="0545550118")
    walk("stranger-before", caller="0545550119", keys="0545550119")
    session = IvrSession.objects.get(call_uid="before")
    assert (session.caller, session.variables) == ("0545550118", {"number": "0545550118"})
    assert IvrStep.objects.filter(digits="0545550118").exists()
    assert Delivery.objects.filter(channel="ivr").count() == 4

    erase(account, rina)
    assert named(dump()) == []
    walk("after", keys="0545550118")
    walk("for-her", caller="0545550119", keys="0545550118")
    assert named(dump()) == []
    assert dict(IvrSession.objects.values_list("call_uid", "caller")) == {
        "before": "erased", "after": "erased", "for-her": "0545550119", "stranger-before": "0545550119",
    }  # fmt: skip
    assert IvrSession.objects.get(call_uid="after").steps.count() == 2


def test_whoever_waits_right_now_is_forgotten_in_the_snapshot_and_stays_so(account, known, rina):
    def wait(sitting: Sitting, *numbers: str) -> LiveBoard:
        callers = tuple(WaitingCaller(call_id=f"c{number}"[:4], number=number) for number in numbers)
        sitting.board.apply(AllQueues(at=NOON, queues=(QueueNow(id=1, name="Service", callers=callers),)))
        sitting.board.apply(AllExtensions(at=NOON, extensions=()))
        assert sitting.step(0)
        return LiveBoard.objects.get()

    owner, ticks = uuid.uuid4(), count(1000.0, 2.0)
    assert lease.claim(account.pk, owner)
    sitting = Sitting(account, owner, Quiet(), lambda: next(ticks))
    assert named(json.dumps(wait(sitting, "0545550118", "0545550119").state))
    erase(account, rina)
    assert named(dump()) == []
    row = wait(sitting, "0545550118", "0545550119", "0545550120")
    assert named(dump()) == []
    assert row.waiting_in(1) == 3, "they still wait"


def test_what_was_to_be_told_of_her_is_told_no_more(account, known, rina):
    endpoint = Endpoint.objects.create(
        account=account, name="CRM", url="https://crm.example/", kinds=["recovery.opened"]
    )
    sending.notify(account, "recovery.opened", "card 1", {"number": "+972-54-555-0118"}, about=RUTH)
    sending.notify(account, "recovery.opened", "card 2", {"number": "+972545550119"}, about="+972545550119")
    assert endpoint.dispatches.count() == 2
    erase(account, rina)
    assert named(dump()) == []
    assert [notice.key for notice in Notice.objects.all()] == ["card 2"]
    assert endpoint.dispatches.count() == 1


class Quiet:
    """A source of live events that tells nothing by itself."""

    as_of = NOON

    def step(self, seconds: float) -> list:
        return []
