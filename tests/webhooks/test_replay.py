"""Dead letters once more: idempotent, one job for two clicks, stoppable, resumed (FAULTS F-27, F-28)."""

import json

import pytest

from calls.models import Call, Cdr
from voicenter_console.jobs import claims
from voicenter_console.jobs.models import Job
from voicenter_console.organisation.models import AuditEntry
from voicenter_console.voicenter.errors import Garbled
from voicenter_console.webhooks import channels, ingest, replay
from voicenter_console.webhooks.models import Delivery

pytestmark = pytest.mark.django_db
SIZE = replay._size


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(replay, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(replay, "PATIENCE_SECONDS", 0)
    monkeypatch.setattr(replay, "_size", lambda last, took: last)
    # these tests listen to `time.sleep`, which the ingester uses too
    monkeypatch.setattr(ingest, "_let_others_write", lambda seconds: None)


@pytest.fixture
def buggy(monkeypatch):
    """A handler with a bug that buries whatever it is given, until it is `mended`."""
    real = channels.handler("cdr")

    class Bug:
        mended = False

    def handler(account, deliveries):
        if Bug.mended:
            return (yield from real(account, deliveries))
        return {delivery.pk: "a bug in the parser" for delivery in deliveries}

    monkeypatch.setitem(channels._handlers, "cdr", handler)
    return Bug


@pytest.fixture
def buried(buggy, post_hook, account, a_push):
    """Five good bodies that the bug has buried."""
    for number in range(5):
        post_hook({**a_push, "ivruniqueid": f"{a_push['ivruniqueid']}{number}"})
    ingest.drain(account)
    assert Delivery.objects.dead().count() == 5
    return buggy


def run_jobs() -> list[str]:
    for pk in claims.due():
        claims.work(pk)
    return list(Job.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.fault("F-27")
def test_after_the_fix_a_replay_makes_calls_of_them_and_is_in_the_audit(buried, as_rina, rina):
    buried.mended = True
    assert as_rina.post("/deliveries/replay/").status_code == 302
    assert run_jobs() == ["done"]

    assert Cdr.objects.count() == 5
    assert set(Delivery.objects.values_list("state", "reason")) == {("done", "")}
    entry = AuditEntry.objects.get(verb="deliveries.replay")
    assert (entry.actor, entry.after["deliveries"]) == (rina, 5)
    job = Job.objects.get()
    assert (job.done, job.total, job.message) == (5, 5, "5 understood, 0 still cannot be read")


@pytest.mark.fault("F-28")
def test_two_clicks_are_one_job_and_a_second_replay_changes_nothing(buried, as_rina):
    buried.mended = True
    for _ in range(2):
        as_rina.post("/deliveries/replay/")
    assert Job.objects.count() == AuditEntry.objects.filter(verb="deliveries.replay").count() == 1
    run_jobs()
    before = list(Call.objects.values()), list(Cdr.objects.values())

    Delivery.objects.update(state="dead", reason="a bug in the parser")
    as_rina.post("/deliveries/replay/")
    assert run_jobs() == ["done", "done"]
    assert (list(Call.objects.values()), list(Cdr.objects.values())) == before


def test_what_still_cannot_be_read_is_dead_again_with_the_answer_it_was_given(post_hook, as_rina):
    post_hook(b'{"caller": ')
    before = Delivery.objects.values("state", "reason", "answer", "times", "body", "digest").get()
    as_rina.post("/deliveries/replay/")
    assert run_jobs() == ["done"]
    assert Delivery.objects.values("state", "reason", "answer", "times", "body", "digest").get() == before
    assert Job.objects.get().message == "0 understood, 1 still cannot be read"


def test_one_or_one_cause_is_replayed_and_the_others_stay(buried, post_hook, as_rina):
    post_hook(b"<methodCall><methodName>CDR")
    buried.mended = True
    first = Delivery.objects.dead().earliest("pk")
    as_rina.post("/deliveries/replay/", {"pk": first.pk})
    run_jobs()
    assert list(Delivery.objects.filter(state="done")) == [first]

    as_rina.post("/deliveries/replay/", {"reason": "a bug in the parser"})
    run_jobs()
    assert Delivery.objects.filter(state="done").count() == 5
    assert Delivery.objects.dead().count() == 1


@pytest.mark.fault("F-28")
def test_a_replay_stops_when_it_is_asked_to(buried, as_rina, monkeypatch):
    buried.mended = True
    monkeypatch.setattr(replay, "BATCH", 2)
    as_rina.post("/deliveries/replay/")
    job = Job.objects.get()
    monkeypatch.setattr(replay.time, "sleep", lambda seconds: claims.cancel(Job.objects.get(pk=job.pk)))

    assert run_jobs() == ["cancelled"]
    assert 0 < Delivery.objects.filter(state="done").count() < 5


@pytest.mark.fault("F-28")
def test_what_arrives_during_a_replay_is_ingested_after_one_batch_of_it(
    buried, as_rina, post_hook, a_push, monkeypatch
):
    """The replay lets go of the ingester between two batches; live deliveries are not behind all of it."""
    buried.mended = True
    monkeypatch.setattr(replay, "BATCH", 1)
    seen = []

    def between(seconds):
        live = Cdr.objects.filter(call_uid="20261122100000live").exists()
        seen.append((live, Delivery.objects.dead().count()))
        if not live:
            post_hook({**a_push, "ivruniqueid": "20261122100000live"})

    monkeypatch.setattr(replay.time, "sleep", between)
    as_rina.post("/deliveries/replay/")
    run_jobs()
    assert seen == [(False, 4), (True, 3), (True, 2), (True, 1), (True, 0)]


@pytest.mark.fault("F-28")
@pytest.mark.parametrize(
    ("last", "took", "size"), [(20, 0.2, 10), (20, 0.1, 20), (20, 0.01, 40), (150, 0.01, 200), (3, 9, 1)]
)
def test_a_batch_is_as_many_as_are_done_in_a_tenth_of_a_second(last, took, size):
    assert SIZE(last, took) == size


def test_a_replay_goes_on_where_its_lost_worker_was(buried, as_rina, monkeypatch):
    buried.mended = True
    monkeypatch.setattr(replay, "BATCH", 2)
    as_rina.post("/deliveries/replay/")

    def lost(seconds):
        raise SystemExit

    monkeypatch.setattr(replay.time, "sleep", lost)
    with pytest.raises(SystemExit):
        run_jobs()
    monkeypatch.undo()
    Job.objects.update(lease_until="2020-01-01T00:00:00Z")
    monkeypatch.setattr(replay, "PAUSE_SECONDS", 0)

    assert run_jobs() == ["done"]
    job = Job.objects.get()
    assert (job.done, job.attempts, job.result["understood"]) == (5, 2, 5)


def test_a_body_that_was_refused_unread_has_nothing_to_replay(client, as_rina, account):
    client.generic("POST", "/hooks/a-token-of-the-tests/cdr/", b"x", CONTENT_LENGTH=str(11 << 20))
    as_rina.post("/deliveries/replay/")
    assert not Job.objects.exists()


def test_set_aside_and_its_undo(post_hook, as_rina):
    post_hook(b'{"caller": ')
    post_hook(b"<methodCall><methodName>CDR")
    one = Delivery.objects.earliest("pk")
    answer = as_rina.post("/deliveries/set-aside/", {"pk": one.pk}, headers={"HX-Request": "true"})
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert Delivery.objects.get(state="ignored") == one
    assert one.reason.encode() in as_rina.get("/deliveries/").content

    as_rina.post(toast["post"], toast["values"])
    assert Delivery.objects.dead().count() == 2
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "deliveries.set_aside", "deliveries.put_back",
    ]  # fmt: skip


@pytest.mark.parametrize("act", ["replay", "set-aside", "put-back", "pull", "clock/1", "addresses/1/admit"])
def test_acts_are_posts_of_those_who_may(as_rina, as_dana, act):
    assert as_rina.get(f"/deliveries/{act}/").status_code == 405
    assert as_dana.post(f"/deliveries/{act}/").status_code == 403


def test_a_foreign_page_cannot_post_here(rina, post_hook):
    from django.test import Client

    post_hook(b"broken")
    client = Client(enforce_csrf_checks=True)
    client.force_login(rina)
    assert client.post("/deliveries/replay/").status_code == 403
    assert not Job.objects.exists()


def test_nobody_replays_what_they_do_not_see(buried, rina, as_rina):
    rina.departments.clear()
    as_rina.post("/deliveries/replay/")
    assert as_rina.post("/deliveries/set-aside/").status_code == 302
    assert not Job.objects.exists()
    assert Delivery.objects.dead().count() == 5


def test_the_reason_is_the_cause_without_the_place(post_hook):
    for length in (12, 30, 55):
        post_hook(b'{"caller": "' + b"0" * length)
    assert Delivery.objects.values("reason").distinct().get()["reason"] == Garbled("broken JSON").reason
