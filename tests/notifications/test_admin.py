"""Endpoints in the back office: the secret is shown once, a test is sent, what was sent is seen and sent again."""

from __future__ import annotations

import re

import pytest

from voicenter_console.notifications.models import Dispatch, Endpoint
from voicenter_console.organisation.models import AuditEntry

pytestmark = pytest.mark.django_db
ADD = "/admin/notifications/endpoint/add/"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


def said(account, **more) -> dict:
    return {"account": account.pk, "name": "CRM", "url": "https://hooks.example.org/in", "active": "on",
            "kinds": ["recovery.opened"], **more}  # fmt: skip


def test_a_new_endpoint_shows_its_secret_once(as_owner, account):
    shown = as_owner.post(ADD, said(account)).content.decode()
    endpoint = Endpoint.objects.get()
    assert SECRET.findall(shown.replace("&#x2B;", "+"))[:1] == [endpoint.secret]
    page = as_owner.get(f"/admin/notifications/endpoint/{endpoint.pk}/change/").content.decode()
    assert "whsec_" not in page
    assert "Send a test" in page
    assert "whsec_" not in str(list(AuditEntry.objects.values("after", "before", "subject")))


def test_the_database_does_not_hold_it_in_the_open(as_owner, account, django_db_blocker):
    from django.db import connection

    as_owner.post(ADD, said(account))
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM notifications_endpoint")
        assert not cursor.fetchone()[0].startswith("whsec_")


@pytest.mark.parametrize("url", ["http://hooks.example.org/", "https://10.0.0.1/", "https://user:x@a.example/"])
def test_an_address_that_may_not_be_told(as_owner, account, url):
    answer = as_owner.post(ADD, said(account, url=url))
    assert (answer.status_code, Endpoint.objects.count()) == (200, 0)


def test_a_test_is_sent_and_its_answer_is_seen(as_owner, endpoint, receiver, deliver):
    answer = as_owner.post(f"/admin/notifications/endpoint/{endpoint.pk}/test/", follow=True)
    assert answer.status_code == 200
    (row,) = deliver()
    assert (row.state, receiver.taken[0]["type"]) == ("sent", "test")
    assert "204" in as_owner.get("/admin/notifications/dispatch/").content.decode()
    assert AuditEntry.objects.filter(verb="endpoint.tested").exists()


def test_a_new_secret_voids_the_old(as_owner, endpoint, receiver, deliver):
    before = endpoint.secret
    shown = as_owner.post(f"/admin/notifications/endpoint/{endpoint.pk}/secret/").content.decode()
    endpoint.refresh_from_db()
    assert endpoint.secret != before
    assert endpoint.secret in shown.replace("&#x2B;", "+")
    receiver.secret = endpoint.secret
    as_owner.post(f"/admin/notifications/endpoint/{endpoint.pk}/test/")
    assert deliver()[0].state == "sent"


def test_sent_again_by_an_administrator(as_owner, endpoint, receiver, deliver):
    receiver.status = 410
    as_owner.post(f"/admin/notifications/endpoint/{endpoint.pk}/test/")
    (row,) = deliver()
    receiver.status = 200
    as_owner.post("/admin/notifications/dispatch/", {"action": "send_again", "_selected_action": [row.pk]})
    assert deliver()[0].state == "sent"
    assert AuditEntry.objects.get(verb="notice.replayed").after == {"dispatches": [row.pk]}


@pytest.mark.parametrize("act", ["test", "secret"])
def test_only_by_a_press_of_an_administrator(as_owner, as_rina, endpoint, act):
    assert as_owner.get(f"/admin/notifications/endpoint/{endpoint.pk}/{act}/").status_code == 405
    assert as_rina.post(f"/admin/notifications/endpoint/{endpoint.pk}/{act}/").status_code in {302, 403}
    assert not Dispatch.objects.exists()
