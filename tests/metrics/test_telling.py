"""Digests and alerts: mailed once on their day, told once as they begin to hold, tried on the past by the same sums."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core import mail

from calls.models import Alert, Digest
from calls.reports import alerts, digests
from tests.calls.telling import NOON
from voicenter_console.notifications import sending
from voicenter_console.notifications.models import Dispatch, Endpoint, Notice

pytestmark = pytest.mark.django_db
SEVEN = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # Monday, 07:00 in Israel


def post_all() -> None:
    for pk in sending.due():
        sending.send(pk)


@pytest.fixture
def digest(rina) -> Digest:
    return Digest.objects.create(user=rina, report="queues", period="yesterday", hour=7)


def test_a_digest_is_mailed_once_a_day_at_its_hour(queue_call, digest):
    queue_call(NOON)
    queue_call(NOON, "ABANDONE", wait=40)
    assert digests.run(SEVEN - timedelta(minutes=1)) == 0
    assert [digests.run(SEVEN), digests.run(SEVEN), digests.run(SEVEN + timedelta(hours=3))] == [1, 0, 0]
    post_all()
    (letter,) = mail.outbox
    assert letter.to == ["rina@centre.example"]
    assert letter.subject == "Queue service, 22.11.2026"
    assert "Service level: 50.00 %" in letter.body
    assert "Offered: 2" in letter.body
    assert "from=2026-11-22&to=2026-11-22" in letter.body
    assert digests.run(SEVEN + timedelta(days=1)) == 1


def test_a_digest_that_cannot_be_made_keeps_no_other_back(queue_call, digest):
    queue_call(NOON)
    Digest.objects.create(user=digest.user, report="of no such name", period="yesterday", hour=7)
    Digest.objects.create(user=digest.user, report="agents", period="yesterday", hour=7)
    with pytest.raises(ExceptionGroup):
        digests.run(SEVEN)
    made = {notice.data["subject"].split(",")[0] for notice in Notice.objects.all()}
    assert made == {"Agents", "Queue service"}


def test_two_beats_that_look_at_once_mail_once(queue_call, digest, monkeypatch):
    """The second looks after the first has read that it is due and before it wrote."""
    queue_call(NOON)
    write = digests.letter

    def overtaken(*args):
        monkeypatch.setattr(digests, "letter", write)
        assert digests.run(SEVEN) == 1
        return write(*args)

    monkeypatch.setattr(digests, "letter", overtaken)
    assert digests.run(SEVEN) == 0
    assert Notice.objects.count() == 1


def test_a_digest_tells_what_its_person_may_see(queue_call, digest, gal):
    queue_call(NOON, department_id=99)
    digests.run(SEVEN)
    post_all()
    assert "No calls in this period" in mail.outbox[0].body
    Digest.objects.create(user=gal, report="queues", hour=7)
    assert digests.run(SEVEN) == 0


@pytest.mark.parametrize(("period", "days"), [("last_week", ["2026-11-22"]), ("last_month", ["2026-12-01"]),
                                              ("today", ["2026-11-22", "2026-11-23"])])  # fmt: skip
def test_each_period_has_its_days(rina, queue_call, period, days):
    digest = Digest.objects.create(user=rina, report="agents", period=period, hour=7)
    found = [day for n in range(12) if digests.is_its_day(digest, day := (SEVEN + timedelta(days=n - 1)).date())]
    assert [day.isoformat() for day in found][: len(days)] == days


def test_the_page_asks_for_a_mail_and_ends_it(as_rina, rina, queue_call):
    said = {"report": "queues", "query": "level=2&period=week&formula=sl.2", "period": "last_week", "hour": "8"}
    assert as_rina.post("/alerts/mail/", {**said, "back": "/reports/"}).url == "/reports/"
    as_rina.post("/alerts/mail/", {**said, "hour": "9", "back": "https://elsewhere.example/"})
    digest = rina.digests.get()
    assert (digest.query, digest.hour) == ("level=2", 9)
    assert "Queue service" in as_rina.get("/alerts/").content.decode()
    as_rina.post(f"/alerts/mail/{digest.pk}/end/")
    assert not rina.digests.exists()


@pytest.fixture
def alert(rina, account) -> Alert:
    """Told when fewer than 80 % are answered in time, of five calls in half an hour, between seven and twenty."""
    return Alert.objects.create(user=rina, account=account, metric="sl.default", limit=80, least=5)


def _bad_half_hour(queue_call, at: datetime) -> None:
    for n in range(6):
        queue_call(at + timedelta(minutes=n), wait=90 if n < 4 else 3)


def test_an_alert_is_told_once_as_it_begins_to_hold(queue_call, alert, account):
    Endpoint.objects.create(account=account, name="chat", url="https://chat.example/", kinds=[alerts.KIND])
    _bad_half_hour(queue_call, NOON)
    soon = NOON + timedelta(minutes=10)
    assert [alerts.run(NOON), alerts.run(soon), alerts.run(soon), alerts.run(soon + timedelta(minutes=5))] == [
        0,
        1,
        0,
        0,
    ]
    notice = Notice.objects.get()
    assert (notice.data["metric"], notice.data["value"], notice.data["limit"]) == ("sl.default v1", 33.33, 80.0)
    assert Dispatch.objects.exclude(endpoint=None).count() == 1
    Dispatch.objects.exclude(endpoint=None).delete()
    post_all()
    assert "It is 33.33 % now." in mail.outbox[0].body
    assert alerts.run(NOON + timedelta(hours=2)) == 0  # it ceased
    _bad_half_hour(queue_call, NOON + timedelta(hours=3))
    assert alerts.run(NOON + timedelta(hours=3, minutes=10)) == 1


@pytest.mark.parametrize(
    ("sign", "limit", "told"), [("below", 34, 1), ("below", 33, 0), ("above", 33, 1), ("above", 34, 0)]
)
def test_an_alert_knows_both_directions(queue_call, alert, sign, limit, told):
    Alert.objects.update(sign=sign, limit=limit)
    _bad_half_hour(queue_call, NOON)
    assert alerts.run(NOON + timedelta(minutes=10)) == told


def test_quiet_hours_and_few_calls_are_not_told(queue_call, alert):
    night = NOON.replace(hour=19)  # 21:00 in Israel
    _bad_half_hour(queue_call, night)
    assert alerts.run(night + timedelta(minutes=10)) == 0
    Alert.objects.update(least=7)
    _bad_half_hour(queue_call, NOON)
    assert alerts.run(NOON + timedelta(minutes=10)) == 0


def test_what_is_tried_on_the_past_is_what_would_have_been_told(queue_call, alert):
    now = NOON + timedelta(days=3)
    for day, hour in ((0, 0), (0, 3), (1, 1), (2, 10)):  # the last at 22:00, in quiet hours
        _bad_half_hour(queue_call, NOON + timedelta(days=day, hours=hour, minutes=2))
    spells = alerts.tried(alert, now)
    assert len(spells) == 3
    assert {spell.worst for spell in spells} <= {Decimal("0.00"), Decimal("20.00"), Decimal("33.33")}

    told = []
    at = NOON - timedelta(hours=1)
    while at < now:
        if alerts.run(at):
            told.append(at)
        at += alerts.STEP
    assert told == [spell.start for spell in reversed(spells)]


def test_an_alert_is_tried_before_it_is_kept(as_rina, rina, account, queue_call):
    said = {"account": account.pk, "metric": "sl.default", "sign": "below", "limit": "80", "window": "30",
            "least": "5", "quiet_from": "20", "quiet_to": "7"}  # fmt: skip
    page = as_rina.post("/alerts/save/", said)
    assert "It would have told you 0 times" in page.content.decode()
    assert not rina.alerts.exists()
    assert as_rina.post("/alerts/save/", {**said, "keep": "1"}).status_code == 302
    kept = rina.alerts.get()
    assert as_rina.post("/alerts/save/", {**said, "limit": "-1"}).status_code == 400
    as_rina.post(f"/alerts/{kept.pk}/end/")
    assert not rina.alerts.exists()


def test_alerts_and_digests_are_ones_own(as_dana, as_owner, rina, alert, digest):
    assert as_dana.get("/alerts/").status_code == 403
    assert as_owner.post(f"/alerts/{alert.pk}/end/").status_code == 404
    assert as_owner.post(f"/alerts/mail/{digest.pk}/end/").status_code == 404
