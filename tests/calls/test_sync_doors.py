"""The pull's doors: the API's ledger, the command, the truth line, beat's tasks."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from calls import tasks, truth
from calls.models import Cdr, SyncGap, SyncState, SyncWindow
from voicenter_console.organisation.models import Account, User
from voicenter_console.organisation.roles import Role

from .conftest import MORNING

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
State = SyncWindow.State


def window(account: Account, hours: float, *, state: str = State.CLOSED, read: float | None = 0, **more) -> SyncWindow:
    """The hour that ended `hours` ago, read `read` hours ago."""
    now = timezone.now().replace(microsecond=0)
    read_at = None if read is None else now - read * HOUR
    return SyncWindow.objects.create(
        account=account, from_at=now - (hours + 1) * HOUR, to_at=now - hours * HOUR, state=state, read_at=read_at,
        settled=read is not None and hours - read > 2.2, **more,
    )  # fmt: skip


def test_the_ledger_is_in_the_api(account, cloud, pull, api):
    pull(take=False)
    SyncGap.objects.create(account=account, from_at=MORNING - 5 * HOUR, to_at=MORNING - 4 * HOUR, missing=12)

    said = api.get("/api/v1/sync/?page_size=5").json()

    newest = said["results"][0]
    last = SyncWindow.objects.order_by("-to_at").first()
    assert newest["to"] == last.to_at.isoformat().replace("+00:00", "Z")
    assert (newest["state"], newest["account"], newest["error"]) == ("closed", account.name, "")
    assert newest["hits"] == newest["rows"]
    assert len(said["results"]) == 5
    assert api.get(said["next"]).json()["results"][0]["to"] < said["results"][-1]["to"]
    assert said["complete_until"] == truth.complete_until(account).isoformat().replace("+00:00", "Z")
    assert [(gap["missing"], gap["reason"]) for gap in said["gaps"]] == [(12, "crowded")]
    assert said["accounts"][0]["account"] == account.name


def test_the_ledger_is_for_those_who_lead_the_account(account, rina, as_rina, as_dana, as_gal, client):
    window(account, 0)
    other = Account.objects.create(name="Galil Travel")
    window(other, 0)

    assert [row["account"] for row in as_rina.get("/api/v1/sync/").json()["results"]] == [account.name]
    assert as_dana.get("/api/v1/sync/").status_code == 403
    assert as_gal.get("/api/v1/sync/").status_code == 403
    assert client.get("/api/v1/sync/").status_code in (401, 403)

    rina.departments.clear()
    assert as_rina.get("/api/v1/sync/").json()["results"] == []
    assert as_rina.get("/api/v1/sync/").json()["complete_until"] is None


def test_complete_until_is_the_first_hole(account):
    assert truth.complete_until(account) is None
    window(account, 9, read=1)
    hole = window(account, 8, state=State.OPEN, read=None)
    window(account, 7, read=1)

    assert truth.complete_until(account) == hole.from_at

    SyncWindow.objects.filter(pk=hole.pk).update(state=State.CLOSED, read_at=timezone.now(), settled=True)
    assert truth.complete_until(account) == SyncWindow.objects.order_by("-to_at")[0].to_at


def test_a_window_read_while_its_calls_went_on_ends_the_certainty_when_it_was_read(account):
    window(account, 9, read=1)
    young = window(account, 8, read=7.5)
    window(account, 7, read=1)

    assert truth.complete_until(account) == young.read_at - timedelta(minutes=10)


def test_what_was_refused_for_good_and_what_somebody_asked_for_are_no_holes(account):
    window(account, 20, state=State.FAILED, read=1)
    last = window(account, 19, read=1)
    window(account, 400, state=State.OPEN, read=None, asked=True)

    assert truth.complete_until(account) == last.to_at


def test_the_truth_line_costs_the_same_for_many_accounts(account, owner, count_queries):
    window(account, 0)
    few = count_queries(lambda: truth.line(owner))
    for number in range(5):
        window(Account.objects.create(name=f"Account {number}"), number)

    assert count_queries(lambda: truth.line(User.objects.get(role=Role.ADMIN))) <= few + 1


def test_the_truth_line_says_why(account, owner):
    assert truth.line(owner)["until"] is None
    window(account, 2, read=0)
    window(account, 1, read=0)
    window(account, 0, read=0)
    line = truth.line(owner)
    assert (line["tone"], line["until"]) == ("ok", truth.complete_until(account))

    gap = SyncGap.objects.create(account=account, from_at=MORNING, to_at=MORNING + HOUR, missing=3)
    assert truth.line(owner)["tone"] == "miss"
    gap.delete()

    SyncState.objects.create(account=account, error="No.", error_code=4)
    assert (truth.line(owner)["tone"], truth.line(owner)["until"]) == ("miss", line["until"])


def run(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("sync", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_pulls_a_span(account, cloud):
    said, _ = run("--account", account.name, "--from", "2025-07-16T10:00", "--to", "2025-07-16")

    assert Cdr.objects.count() > 50
    assert f"{account.name}: {Cdr.objects.count()} calls in 1 windows, " in said
    (asked,) = SyncWindow.objects.all()
    assert (asked.from_at, asked.to_at) == (MORNING - HOUR, MORNING + 13 * HOUR)


def test_the_command_fails_where_it_was_refused(account, cloud):
    cloud.faults.change(untrusted=True)
    with pytest.raises(CommandError, match=account.name):
        run("--from", "2025-07-16")
    assert "127.0.0.1" in SyncState.objects.get().error


@pytest.mark.parametrize(
    "arguments",
    [["--account", "Nobody"], ["--to", "2025-07-16"], ["--from", "16/07/2025"], ["--from", "2999-01-01"],
     ["--from", "2025-07-16", "--to", "2025-07-15"]],
)  # fmt: skip
def test_the_command_says_what_is_wrong_with_its_arguments(account, cloud, arguments):
    with pytest.raises(CommandError):
        run(*arguments)
    assert not cloud.requests["call_log"]


def test_beat_pulls_each_account_that_pulls(account, cloud, monkeypatch):
    Account.objects.create(name="Quiet one", pulls=False)
    Account.objects.create(name="VCC", provider=Account.Provider.VCC)
    sent = []
    monkeypatch.setattr(tasks.sync_account, "apply_async", lambda arguments, **options: sent.append(arguments))

    tasks.sync_call_log()
    assert sent == [[account.pk]]
    tasks.sync_account(account.pk)

    assert SyncWindow.objects.filter(account=account, state=State.CLOSED).exists()
