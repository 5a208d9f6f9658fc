"""Jobs: done once, by one worker at a time, whoever dies; shown to who asked, and stoppable (ADR 1)."""

import json
import re

import pytest
from django.utils import timezone

from voicenter_console.jobs import claims
from voicenter_console.jobs.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind():
    """A kind of job whose runner does what the test says."""

    class Kind:
        name = "tests.job"
        steps = 3
        ran = 0

        def run(self, progress: claims.Progress) -> None:
            self.ran += 1
            for step in range(self.steps):
                progress.report(step + 1, self.steps, message=f"step {step + 1}")

    made = Kind()
    claims.register(made.name, made.run)
    yield made
    del claims._runners[made.name]


def test_a_job_is_done_once_however_often_it_is_hinted(kind):
    job = claims.enqueue(kind.name, "a job")
    for _ in range(3):
        claims.work(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.message, kind.ran) == ("done", 3, 3, "step 3", 1)


def test_the_same_work_is_one_job_until_it_is_over(kind):
    first = claims.enqueue(kind.name, "a job", key="k")
    assert claims.enqueue(kind.name, "a job", key="k") == first
    assert claims.enqueue(kind.name, "a job", key="another") != first
    claims.work(first.pk)
    assert claims.enqueue(kind.name, "a job", key="k") != first


def test_askers_of_the_same_moment_get_the_same_job(kind, monkeypatch):
    first = claims.enqueue(kind.name, "a job", key="k")
    answers = iter([None, first])
    monkeypatch.setattr(claims, "unfinished", lambda *_: next(answers))
    assert claims.enqueue(kind.name, "a job", key="k") == first


def test_a_lost_worker_s_job_is_taken_up_and_the_lost_one_is_told(kind):
    job = claims.enqueue(kind.name, "a job")
    lost = claims.Progress(claims.claim(job.pk))
    assert claims.claim(job.pk) is None
    Job.objects.update(lease_until="2020-01-01T00:00:00Z")
    assert claims.due() == [job.pk]
    claims.work(job.pk)

    with pytest.raises(claims.Lost):
        lost.report(1)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


def test_a_job_that_kills_its_workers_is_given_up(kind):
    job = claims.enqueue(kind.name, "a job")
    Job.objects.update(attempts=claims.MOST_ATTEMPTS)
    claims.work(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message, kind.ran) == ("failed", "worker lost ×5", 0)


def test_a_failure_says_why(kind):
    kind.steps = None
    job = claims.enqueue(kind.name, "a job")
    claims.work(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.message.startswith("TypeError: ")


def test_stop_is_at_once_where_it_waits_and_at_the_next_report_where_it_runs(kind):
    waiting = claims.enqueue(kind.name, "waits")
    claims.cancel(waiting)
    running = claims.enqueue(kind.name, "runs")
    progress = claims.Progress(claims.claim(running.pk))
    claims.cancel(running)
    with pytest.raises(claims.Cancelled):
        progress.report(1)
    waiting.refresh_from_db()
    assert (waiting.state, kind.ran) == ("cancelled", 0)


def test_the_drawer_shows_one_s_own_jobs_and_asks_again_while_one_runs(as_rina, rina, dana, kind):
    mine = claims.enqueue(kind.name, "my export", owner=rina)
    claims.enqueue(kind.name, "hers alone", owner=dana)
    Job.objects.filter(pk=mine.pk).update(state="running", lease_until=timezone.now(), done=41_200, total=100_000)

    drawer = as_rina.get("/jobs/", headers={"HX-Request": "true"}).content.decode()
    assert "my export" in drawer
    assert "hers alone" not in drawer
    assert 'value="41"' in drawer
    assert "every 1s" in drawer
    assert "<html" not in drawer
    assert "<html" in as_rina.get("/jobs/").content.decode()  # the same without a script, and after a reload

    Job.objects.update(state="done")
    assert "every 1s" not in as_rina.get("/jobs/").content.decode()


def test_the_button_tells_the_page_when_a_job_ended(as_rina, rina, kind):
    """However quickly: a page that never saw it run is told too, and each page once."""
    job = claims.enqueue(kind.name, "my export", owner=rina)
    assert "HX-Trigger" not in as_rina.get("/jobs/button/?since=0")
    claims.work(job.pk)
    answer = as_rina.get("/jobs/button/?since=0")
    told = json.loads(answer["HX-Trigger"])
    assert told["jobdone"] is True
    assert told["toast"]["text"] == "my export: step 3"
    since = re.search(r"since=\d+", answer.content.decode())[0]
    assert "HX-Trigger" not in as_rina.get(f"/jobs/button/?{since}")
    for strange in ("", "\u0661", "9" * 17, "-1"):
        assert as_rina.get("/jobs/button/", {"since": strange}).status_code == 200


def test_one_s_own_job_is_stopped_and_nobody_else_s(as_rina, as_gal, rina, kind):
    job = claims.enqueue(kind.name, "my export", owner=rina)
    assert as_gal.post(f"/jobs/{job.pk}/cancel/").status_code == 404
    assert as_rina.get(f"/jobs/{job.pk}/cancel/").status_code == 405
    assert as_rina.post(f"/jobs/{job.pk}/cancel/").status_code == 302
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_every_page_has_the_door_to_the_drawer(as_rina, as_dana, rina, kind):
    claims.enqueue(kind.name, "my export", owner=rina)
    for client, page, count in ((as_rina, "/", 1), (as_dana, "/calls/", 0)):  # it asks again while one runs
        text = client.get(page).content.decode()
        assert 'id="jobs-button"' in text
        button = text.partition('id="jobs-button"')[2].partition(">")[0]
        assert ("every 1s" in button) == bool(count)
