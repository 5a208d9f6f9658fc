"""Notes, dispositions, transcript, and asking Voicenter again: what stands on a call's page beside its legs."""

import json

import pytest

from calls.models import Call, CallDisposition, Disposition, Listening, Note
from calls.signals import calls_merged
from tests.calls.telling import NOON, push, tell
from tests.fixtures.voicenter.spelling import pushed
from voicenter_console.jobs import claims
from voicenter_console.jobs.models import Job
from voicenter_console.organisation.models import AuditEntry
from voicenter_console.voicenter import insight

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(account, service, dana):
    tell(account, push(pushed(NOON, call_id="one", type="Queue", status="ANSWER", talk=60, wait=12, ring=6,
                              queue_name="Service", agent_name="Dana Lavi", agent_code="10007",
                              department_id=555001)))  # fmt: skip
    return Call.objects.get()


@pytest.fixture
def refund(account):
    return Disposition.objects.create(account=account, name="Refund")


def act(client, address, **values):
    """Press something as a page does; the toast it answers with."""
    answer = client.post(address, values, headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.content
    return json.loads(answer["HX-Trigger"])["toast"]


# --- notes ----------------------------------------------------------------------------------------------------------


def test_a_note_has_its_author_and_its_earlier_texts(as_dana, as_rina, call):
    act(as_dana, f"/calls/{call.pk}/notes/", text="  Charged twice.\r\nCall back. ")
    note = Note.objects.get()
    assert (note.text, note.author_name) == ("Charged twice.\nCall back.", "Dana Lavi")
    undo = act(as_dana, f"/calls/notes/{note.pk}/", text="Charged once.")
    page = as_rina.get(call.get_absolute_url()).content.decode()
    assert "Charged once." in page
    assert "Earlier texts" in page
    act(as_dana, undo["post"], **undo["values"])
    note.refresh_from_db()
    assert note.text == "Charged twice.\nCall back."
    assert [version.text for version in note.versions.order_by("pk")] == ["Charged twice.\nCall back.", "Charged once."]


def test_a_note_that_is_gone_comes_back(as_dana, call):
    undo = act(as_dana, f"/calls/{call.pk}/notes/", text="No.")
    act(as_dana, undo["post"])
    assert as_dana.get(call.get_absolute_url()).context["notes"] == []
    act(as_dana, f"/calls/notes/{Note.objects.get().pk}/restore/")
    assert [note.text for note in as_dana.get(call.get_absolute_url()).context["notes"]] == ["No."]


def test_a_note_is_changed_by_its_author_alone(as_dana, as_rina, as_gal, call):
    act(as_dana, f"/calls/{call.pk}/notes/", text="Mine.")
    pk = Note.objects.get().pk
    for client in (as_rina, as_gal):
        for path in ("", "remove/", "restore/"):
            assert client.post(f"/calls/notes/{pk}/{path}", {"text": "x"}).status_code == 404
    assert as_gal.post(f"/calls/{call.pk}/notes/", {"text": "x"}).status_code == 404
    assert Note.objects.get().text == "Mine."


@pytest.mark.parametrize("text", ["", "  \n", "\x00"])
def test_a_note_needs_words(as_dana, call, text):
    assert act(as_dana, f"/calls/{call.pk}/notes/", text=text)["tone"] == "error"
    assert not Note.objects.exists()


def test_a_note_is_text_on_the_page(as_dana, call):
    act(as_dana, f"/calls/{call.pk}/notes/", text="<script>alert(1)</script>")
    assert b"<script>alert(1)" not in as_dana.get(call.get_absolute_url()).content


# --- dispositions ---------------------------------------------------------------------------------------------------


def test_a_disposition_is_one_of_the_account_s_list(as_dana, call, refund):
    undo = act(as_dana, f"/calls/{call.pk}/disposition/", disposition="Refund")
    assert b"Refund" in as_dana.get(call.get_absolute_url()).content
    said = CallDisposition.objects.get()
    assert (said.disposition, said.author_name) == (refund, "Dana Lavi")
    assert as_dana.post(f"/calls/{call.pk}/disposition/", {"disposition": "Other"}).status_code == 404
    act(as_dana, undo["post"], **undo["values"])
    assert not CallDisposition.objects.exists()
    assert list(AuditEntry.objects.filter(verb="call.disposed").order_by("pk").values_list("before", "after")) == [
        ("", "Refund"), ("Refund", ""),
    ]  # fmt: skip


def test_one_put_aside_is_not_offered_and_stays_where_it_was_said(as_dana, call, refund):
    act(as_dana, f"/calls/{call.pk}/disposition/", disposition="Refund")
    refund.retired = True
    refund.save()
    page = as_dana.get(call.get_absolute_url())
    assert page.context["dispositions"] == []
    assert page.context["disposed"].disposition == refund


def test_an_administrator_manages_the_list(as_owner, account):
    form = {"account": account.pk, "name": "Sold", "position": 3}
    assert as_owner.post("/admin/calls/disposition/add/", form).status_code == 302
    assert Disposition.objects.get().name == "Sold"
    assert AuditEntry.objects.filter(verb="disposition.added").exists()


def test_what_hangs_on_a_call_moves_when_calls_merge(as_dana, dana, account, call, refund):
    sold = Disposition.objects.create(account=account, name="Sold")
    tell(account, push(pushed(NOON, call_id="two", type="Queue", status="ANSWER", agent_code="10007")))
    other = Call.objects.exclude(pk=call.pk).get()
    act(as_dana, f"/calls/{call.pk}/disposition/", disposition="Refund")
    act(as_dana, f"/calls/{other.pk}/disposition/", disposition="Sold")
    act(as_dana, f"/calls/{other.pk}/notes/", text="Of the second.")
    Listening.objects.create(call=other, user=dana, user_name="Dana", nonce="1")
    tell(account, push(pushed(NOON, call_id="two", type="XferCDR", status="ANSWER", parent="one")))
    kept = Call.objects.get()
    assert kept.pk == call.pk
    assert [note.text for note in kept.notes.all()] == ["Of the second."]
    assert kept.disposed.disposition == sold
    assert kept.listenings.count() == 1


def test_merging_two_calls_of_which_none_was_disposed(account, call):
    other = Call.objects.create(account=account, root="x", started_at=NOON, direction="in")
    calls_merged.send(sender=Call, survivor=call, merged=other)
    assert not CallDisposition.objects.exists()


# --- what was said --------------------------------------------------------------------------------------------------

AI = {
    "insights": {"summary": "Charged twice.", "questions": [{"key": "resolved", "answer": "false"}]},
    "emotions": {"sentences": [{"sentence_id": 0, "emotion": "calm"}]},
    "transcript": [
        {"speaker": "Speaker0", "text": "שלום", "startTime": 1.2, "endTime": 2.0, "sentence_id": 0},
        {"speaker": "Speaker1", "text": "I was charged twice", "startTime": "2.5", "endTime": None},
    ],
}  # fmt: skip


def test_summary_and_transcript_of_a_push(as_dana, as_rina, rina, account, call):
    tell(account, push(pushed(NOON, call_id="one", type="Queue", status="ANSWER") | {"aiData": json.dumps(AI)}))
    told = as_dana.get(call.get_absolute_url()).context["insight"]
    assert told.summary == "Charged twice."
    assert [(line.speaker, line.start, line.emotion) for line in told.sentences] == [
        ("agent", 1.2, "calm"), ("customer", 2.5, ""),
    ]  # fmt: skip
    rina.separate_rights = {"listen": False}
    rina.save()
    assert as_rina.get(call.get_absolute_url()).context["insight"] is None


@pytest.mark.parametrize(
    "given",
    [None, "", "no JSON", [], {}, {"transcript": "text"}, {"transcript": [1, None, {}]}, {"insights": []},
     {"insights": {"summary": None}}, {"transcript": [{"text": "", "startTime": "x"}]}, {"emotions": 3}],
)  # fmt: skip
def test_what_cannot_be_read_is_left_out(given):
    assert insight.of_notification({"aiData": given}) is None


@pytest.mark.parametrize("start", [None, "x", -1, "NaN", "Infinity", 10**9, [], True])
def test_a_sentence_without_a_time_is_a_sentence(start):
    told = insight.of_notification({"AIDATA": {"Transcript": [{"Text": "a", "StartTime": start, "speaker": "Noa"}]}})
    assert (told.sentences[0].text, told.sentences[0].speaker) == ("a", "Noa")
    assert told.sentences[0].start in (None, 1.0)


# --- step by step, and again ----------------------------------------------------------------------------------------


def test_an_answered_call_is_told_step_by_step(as_dana, call):
    steps = as_dana.get(call.get_absolute_url()).context["steps"]
    assert [(str(step["title"]), step["seconds"]) for step in steps] == [
        ("Queue Service", 12), ("Rang Dana Lavi", 6), ("Talked with Dana Lavi", 60),
    ]  # fmt: skip
    assert [(step["at"] - NOON).seconds for step in steps] == [0, 12, 18]


def test_voicenter_is_asked_again_by_the_call_s_ids(as_owner, as_dana, account, cloud, pull):
    """A call of which only the push came: the pull's record of it comes by asking for its id (PROTOCOL S4)."""
    leg = next(leg for leg in cloud.ended_legs() if leg.answered)
    tell(account, push({"ivruniqueid": leg.call_id, "type": "Queue", "status": "ANSWER"}))
    call = Call.objects.get()
    assert as_dana.post(f"/calls/{call.pk}/ask-again/").status_code == 403
    as_owner.post(f"/calls/{call.pk}/ask-again/")
    claims.work(Job.objects.get().pk)
    job = Job.objects.get()
    assert (job.state, job.done > 0) == ("done", True), job.message
    pull(take=True)
    assert any("pull" in leg.sources for leg in Call.objects.get(pk=call.pk).cdrs.all())
    assert AuditEntry.objects.filter(verb="call.asked_again").count() == 1


def test_a_refusal_is_the_job_s_message(as_owner, account, cloud, call):
    account.code = "wrong"
    account.save()
    as_owner.post(f"/calls/{call.pk}/ask-again/")
    claims.work(Job.objects.get().pk)
    job = Job.objects.get()
    assert job.state == "failed"
    assert "does not accept the account's code" in job.message
