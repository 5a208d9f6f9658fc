"""What the pull does when Voicenter says no, or says something that is no page (FAULTS F-34 to F-38, F-41)."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest

from calls import truth
from calls.models import Cdr, SyncGap, SyncState, SyncWindow
from voicenter_console.organisation import gateway
from voicenter_console.sandbox.http import application
from voicenter_console.sandbox.legs import Kind
from voicenter_console.webhooks.models import Delivery

from .conftest import MORNING

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LAST_HOUR = (MORNING - HOUR, MORNING)
CLOSED, OPEN = SyncWindow.State.CLOSED, SyncWindow.State.OPEN


def pages() -> set:
    return set(Delivery.objects.filter(channel=Delivery.Channel.CALL_LOG).values_list("state", flat=True))


@pytest.mark.fault("F-34")
@pytest.mark.parametrize("status", [403, 429, 200])
def test_a_limit_is_waited_out_whatever_status_it_comes_with(cloud, pull, status):
    cloud.faults.change(limit=True, limit_status=status)
    report = pull(only=LAST_HOUR, take=False)
    assert "no more requests" in report.refused
    assert cloud.requests["call_log"] == 3
    assert cloud.now() - MORNING > timedelta(seconds=90)  # it backed off, by 30 and 60 s and more
    assert SyncWindow.objects.get().state == OPEN

    assert pull(take=False).refused == report.refused  # and the next beat does not ask either
    assert cloud.requests["call_log"] == 3

    cloud.faults.clear()
    assert not pull(only=LAST_HOUR, take=False).refused
    assert SyncWindow.objects.get().state == CLOSED
    assert SyncState.objects.get().error == ""


@pytest.mark.fault("F-34")
def test_a_limit_that_passes_is_only_a_pause(cloud, pull, limit):
    limit(requests_a_minute=3)

    assert not pull(take=False).refused

    assert not SyncWindow.objects.exclude(state=CLOSED).exists()


@pytest.mark.fault("F-35")
@pytest.mark.parametrize(("fault", "code"), [("wrong_code", 2), ("untrusted", 4)])
def test_no_more_than_three_requests_an_hour_once_it_refused(account, cloud, pull, fault, code):
    cloud.faults.change(**{fault: True})
    for _ in range(12):
        assert pull(take=False).refused
        cloud.clock.advance(300)

    assert cloud.requests["call_log"] <= 3
    state = SyncState.objects.get()
    assert (state.error_code, state.failures) == (code, 3)
    assert state.words
    assert account.code not in f"{state.error} {state.words}"
    if code == 4:
        assert state.address == "127.0.0.1"
    assert truth.complete_until(account) is None

    cloud.faults.clear()
    assert not pull(pressed=True, take=False).refused
    assert SyncState.objects.get().error == ""


@pytest.mark.fault("F-35")
def test_a_new_code_is_tried_at_once(account, cloud, pull):
    right = account.code
    account.code = "a-wrong-code-0123456789"
    account.save()
    assert "does not accept the account's code" in pull(take=False).refused
    assert pull(take=False).refused
    assert cloud.requests["call_log"] == 1

    account.code = right
    account.save()

    assert not pull(take=False).refused


@pytest.mark.fault("F-36")
def test_too_many_calls_for_one_answer_are_asked_for_in_parts(cloud, pull, plant):
    plant(80, MORNING - 4 * HOUR, step=40)
    cloud.faults.change(cdr_limit=10)

    assert not pull(only=(MORNING - 4 * HOUR, MORNING - 3 * HOUR)).refused

    assert Cdr.objects.count() == 80
    assert SyncWindow.objects.count() > 5
    assert not SyncWindow.objects.exclude(state=CLOSED).exists()
    assert not SyncGap.objects.exists()


@pytest.mark.fault("F-36")
def test_what_lies_out_of_range_is_clamped(account, cloud, pull, monkeypatch):
    """A Voicenter that keeps ten days and refuses times after its own."""
    app = application(cloud)
    oldest = MORNING - timedelta(days=10)

    def ten_days(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)["search"]["fromdate"]
        if asked < f"{oldest:%Y-%m-%dT%H:%M:%S}":
            refusal = {"ERROR_NUMBER": 5, "ERROR_DESCRIPTION": "Out of range", "STATUS_CODE": 404}
            return httpx.Response(404, json=refusal)
        return httpx.WSGITransport(app=app).handle_request(request)

    monkeypatch.setattr(gateway, "transport", httpx.MockTransport(ten_days))

    assert not pull(take=False).refused

    failed = SyncWindow.objects.filter(state=SyncWindow.State.FAILED)
    assert failed.exists()
    assert oldest <= max(window.to_at for window in failed) <= oldest + timedelta(hours=2)
    assert not SyncWindow.objects.filter(state=OPEN).exists()
    assert truth.complete_until(account) > MORNING - HOUR


@pytest.mark.fault("F-36")
def test_a_clock_ahead_of_voicenters_waits_for_it(account, cloud, pull, monkeypatch):
    app = application(cloud)

    def behind(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)["search"]["todate"]
        if asked > f"{cloud.now() - timedelta(minutes=15):%Y-%m-%dT%H:%M:%S}":
            refusal = {"ERROR_NUMBER": 5, "ERROR_DESCRIPTION": "Out of range", "STATUS_CODE": 404}
            return httpx.Response(404, json=refusal)
        return httpx.WSGITransport(app=app).handle_request(request)

    monkeypatch.setattr(gateway, "transport", httpx.MockTransport(behind))

    for _ in range(6):
        pull(take=False)
        cloud.clock.advance(300)

    assert not SyncWindow.objects.filter(state=SyncWindow.State.FAILED).exists()
    assert truth.complete_until(account) > cloud.now() - timedelta(minutes=45)


@pytest.mark.fault("F-37")
def test_a_crowded_second_is_read_by_type_and_what_is_left_is_declared(account, cloud, pull, plant, limit):
    """250 calls in one second, 100 rows an answer: two types fit, the third has 30 more than an answer holds."""
    at = MORNING - 5 * HOUR
    limit(rows_a_request=100)
    plant(60, at, kind=Kind.INCOMING)
    plant(60, at, kind=Kind.QUEUE)
    plant(130, at, kind=Kind.OUTGOING)
    plant(20, at - timedelta(seconds=1))
    plant(20, at + timedelta(seconds=1))
    plant(30, MORNING - 4 * HOUR, step=20)

    pull(only=(MORNING - 6 * HOUR, MORNING - 3 * HOUR))

    gap = SyncGap.objects.get()
    assert (gap.from_at, gap.to_at) == (at, at + timedelta(seconds=1))
    assert gap.missing == 320 - Cdr.objects.count() == 30
    crowded = SyncWindow.objects.get(from_at=at)
    assert (crowded.state, crowded.hits, crowded.rows) == (CLOSED, 250, 220)

    limit(rows_a_request=10_000)
    pull(only=(MORNING - 6 * HOUR, MORNING - 3 * HOUR))
    gap.refresh_from_db()
    assert gap.closed_at is not None
    assert Cdr.objects.count() == 320


@pytest.mark.fault("F-37")
def test_a_crowded_type_is_read_by_extension(account, cloud, pull, plant, limit):
    at = MORNING - 5 * HOUR
    limit(rows_a_request=50)
    agents = cloud.centre.agents[:4]
    for agent in agents:
        account.extensions.create(code=agent.extension.sip)
        plant(40 + agents.index(agent), at, kind=Kind.OUTGOING, caller_extension=agent.extension, agent=agent)

    pull(only=(MORNING - 6 * HOUR, MORNING - 4 * HOUR))

    assert Cdr.objects.count() == 40 + 41 + 42 + 43
    assert not SyncGap.objects.exists()


@pytest.mark.slow
@pytest.mark.fault("F-38")
def test_a_page_cut_anywhere_is_rejected_whole(account, cloud, pull):
    pull(only=LAST_HOUR)
    body = Delivery.objects.get(state=Delivery.State.DONE).bytes
    SyncWindow.objects.all().delete()
    Cdr.objects.all().delete()
    before = set(Delivery.objects.values_list("pk", flat=True))

    for cut in range(0, len(body) - 1, 1024):
        cloud.faults.change(cut=cut)
        report = pull(only=LAST_HOUR)
        assert report.rejected == 1
        window = SyncWindow.objects.get()
        assert (window.state, window.rows, window.read_at) == (OPEN, None, None)
        assert "cannot be read" in window.error
        SyncWindow.objects.update(due_at=MORNING)

    assert not Cdr.objects.exists()
    kept = Delivery.objects.exclude(pk__in=before)
    assert {row.state for row in kept} == {Delivery.State.DEAD}
    assert {len(row.bytes) for row in kept} == set(range(0, len(body) - 1, 1024))

    cloud.faults.clear()
    pull(only=LAST_HOUR)
    assert SyncWindow.objects.get().state == CLOSED


@pytest.mark.fault("F-38")
def test_a_web_page_with_status_200_is_no_page_of_calls(account, cloud, pull):
    pull(take=False)
    until = truth.complete_until(account)
    cloud.clock.advance(600)
    cloud.faults.change(html=True)

    report = pull(take=False)

    assert report.rejected == 1
    assert truth.complete_until(account) == until
    assert Delivery.objects.get(state=Delivery.State.DEAD).bytes.startswith(b"<html>")


def test_a_cloud_that_is_down_is_left_alone_for_a_while(account, cloud, pull):
    cloud.faults.change(down=True)
    pull(take=False)
    asked = cloud.requests["call_log"]

    for _ in range(12):
        pull(take=False)
        cloud.clock.advance(20)

    assert cloud.requests["call_log"] - asked <= 4
    assert "HTTP status 503" in SyncState.objects.get().error
    assert Delivery.objects.count() == 0

    cloud.faults.clear()
    cloud.clock.advance(900)
    assert not pull(take=False).refused


@pytest.mark.fault("F-41")
@pytest.mark.parametrize(
    ("window", "ends", "israel"),
    [("inclusive", "inclusive", False), ("exclusive", "exclusive", False), ("minutes", "minutes", False),
     ("israel", "inclusive", True)],
)  # fmt: skip
def test_every_way_to_read_a_span_gives_every_call(account, cloud, pull, plant, limit, window, ends, israel):
    limit(rows_a_request=20)  # spans are cut down to seconds, but for the cloud that knows none
    cloud.faults.change(window=window)
    start = MORNING - 9 * HOUR
    plant(120 if window != "minutes" else 15, start + timedelta(minutes=30, seconds=7), step=1)
    plant(5, start - timedelta(seconds=1), step=1)
    legs = cloud.visible_legs(start, MORNING - 2 * HOUR)

    pull(only=(start, MORNING - 2 * HOUR))

    assert (SyncState.objects.get().ends, SyncState.objects.get().israel_time) == (ends, israel)
    found = set(Cdr.objects.values_list("call_uid", flat=True))
    assert {leg.call_id for leg in legs} <= found
    assert not SyncWindow.objects.filter(from_at__gte=start).exclude(state=CLOSED).exists()
    assert not SyncGap.objects.exists()
