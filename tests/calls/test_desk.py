"""The web phone's doors: off until set up, its secret for its owner alone, and one page that may reach its server."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from calls.models import Extension, WebPhone
from voicenter_console.organisation.models import AuditEntry

PASSWORD = "canary-sip-5550100"


@pytest.fixture
def phone(account, dana) -> WebPhone:
    account.phone_domain = "sip.voicenter.example"
    account.save()
    return WebPhone.objects.create(user=dana, extension=Extension.objects.get(user=dana), password=PASSWORD)


def policy(answer) -> dict[str, str]:
    """The page's rules, by their names."""
    rules = answer.headers["Content-Security-Policy"].split(";")
    return dict(rule.strip().split(" ", 1) for rule in rules)


def test_off_until_it_is_set_up(as_dana):
    answer = as_dana.get("/desk/")
    assert answer.status_code == 200
    assert "opensips" not in answer.text
    assert policy(answer)["connect-src"] == "'self'"
    assert as_dana.post("/desk/credentials/").status_code == 404


def test_off_while_the_account_names_no_domain(as_dana, phone, account):
    account.phone_domain = ""
    account.save()
    assert as_dana.post("/desk/credentials/").status_code == 404
    assert "opensips" not in as_dana.get("/desk/").text


def test_its_owner_is_served_and_nothing_keeps_it(as_dana, phone):
    answer = as_dana.post("/desk/credentials/")
    assert answer.json() == {"user": "Ab3dE6gH", "password": PASSWORD, "domain": "sip.voicenter.example"}
    assert "no-store" in answer.headers["Cache-Control"]
    entry = AuditEntry.objects.get(verb="phone.credentials")
    assert PASSWORD not in f"{entry.before} {entry.after} {entry.subject}"


def test_nobody_else_is_served_it(as_rina, as_gal, as_owner, phone, client):
    for other in (as_rina, as_gal, as_owner):
        assert other.post("/desk/credentials/", {"user": phone.user_id, "id": phone.pk}).status_code == 404
    assert client.post("/desk/credentials/").status_code == 302


def test_an_extension_that_became_somebody_else_s_takes_the_phone_away(as_dana, phone, gal):
    phone.extension.user = gal
    phone.extension.save()
    assert as_dana.post("/desk/credentials/").status_code == 404


def test_it_is_asked_for_by_post_from_our_own_pages_alone(as_dana, phone, dana):
    assert as_dana.get("/desk/credentials/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(dana)
    assert strict.post("/desk/credentials/").status_code == 403


def test_it_is_encrypted_where_it_is_kept(phone):
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM calls_webphone")
        assert PASSWORD not in cursor.fetchone()[0]


@pytest.mark.fault("F-58")
def test_that_page_alone_may_reach_the_phone_s_server(as_dana, phone):
    answer = as_dana.get("/desk/")
    assert policy(answer)["connect-src"] == "'self' wss://sip.voicenter.example"
    assert policy(answer)["script-src"] == "'self'"
    assert PASSWORD not in answer.text
    for other in ("/calls/", "/contacts/"):
        assert policy(as_dana.get(other))["connect-src"] == "'self'"


def test_who_may_not_dial_has_no_desk(client, db):
    from voicenter_console.organisation.models import User

    wall = User.objects.create_user("wall@centre.example", "a password for tests", name="Wall", role="wallboard")
    client.force_login(wall)
    assert client.get("/desk/").status_code == 403
    assert client.post("/desk/credentials/").status_code == 403
