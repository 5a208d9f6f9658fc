"""Saved views: filters and columns under a name, shared with a department, one of them first (PRODUCT 1)."""

import json

import pytest
from django.test import Client

from calls.models import SavedView
from voicenter_console.organisation.models import Department, User
from voicenter_console.organisation.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def long_waits(as_rina, rina):
    as_rina.post("/calls/views/", {"name": " Long   waits ", "query": "wait=120&older=x&search=&columns=wait"})
    return SavedView.objects.get()


@pytest.fixture
def colleague(service):
    """Another manager of Service."""
    user = User.objects.create_user("noam@centre.example", "a password for tests", name="Noam", role=Role.MANAGER)
    user.departments.add(service)
    client = Client()
    client.force_login(user)
    return client


def tabs(client, address="/calls/?view=all"):
    return [view.name for view in client.get(address).context["opened"].views]


def test_what_is_kept_are_filters_not_the_place(long_waits):
    assert (long_waits.name, long_waits.query) == ("Long waits", "wait=120")


def test_save_appears_once_something_changed(as_rina, long_waits):
    assert b"view-save" not in as_rina.get("/calls/").content
    assert b"view-save" in as_rina.get("/calls/?wait=60").content
    assert not as_rina.get(f"/calls/?wait=120&view={long_waits.pk}").context["opened"].changed
    assert as_rina.get(f"/calls/?wait=60&view={long_waits.pk}").context["opened"].changed


def test_a_view_is_its_owner_s_until_it_is_shared(as_rina, as_dana, as_gal, colleague, long_waits, service):
    assert tabs(colleague) == []
    as_rina.post(f"/calls/views/{long_waits.pk}/", {"department": service.pk})
    assert tabs(as_rina) == tabs(colleague) == ["Long waits"]
    assert tabs(as_dana) == tabs(as_gal) == []


def test_it_is_shared_with_departments_one_leads_only(as_rina, long_waits, account):
    other = Department.objects.create(account=account, provider_id=555002, name="Sales")
    as_rina.post(f"/calls/views/{long_waits.pk}/", {"department": other.pk})
    long_waits.refresh_from_db()
    assert long_waits.department is None


def test_another_s_view_is_not_changed(as_rina, colleague, as_gal, long_waits, service):
    as_rina.post(f"/calls/views/{long_waits.pk}/", {"department": service.pk})
    for client in (colleague, as_gal):
        assert client.post(f"/calls/views/{long_waits.pk}/", {"name": "Mine"}).status_code == 404
        assert client.post(f"/calls/views/{long_waits.pk}/remove/").status_code == 404
        assert client.post(f"/calls/views/{long_waits.pk}/restore/").status_code == 404
    assert as_gal.post(f"/calls/views/{long_waits.pk}/prefer/").status_code == 404
    assert SavedView.objects.get().name == "Long waits"


def test_a_view_that_is_gone_comes_back(as_rina, long_waits):
    answer = as_rina.post(f"/calls/views/{long_waits.pk}/remove/", headers={"HX-Request": "true"})
    undo = json.loads(answer["HX-Trigger"])["toast"]
    assert tabs(as_rina) == []
    as_rina.post(undo["post"])
    assert tabs(as_rina) == ["Long waits"]


def test_two_views_of_one_name_are_told_apart_by_refusing_the_second(as_rina, long_waits):
    answer = as_rina.post("/calls/views/", {"name": "Long waits", "query": "wait=1"}, headers={"HX-Request": "true"})
    assert json.loads(answer["HX-Trigger"])["toast"]["tone"] == "error"
    assert SavedView.objects.count() == 1
    as_rina.post(f"/calls/views/{long_waits.pk}/remove/")
    as_rina.post("/calls/views/", {"name": "Long waits", "query": "wait=1"})
    assert as_rina.post(f"/calls/views/{long_waits.pk}/restore/", follow=True).status_code == 200
    assert tabs(as_rina) == ["Long waits"]


def test_the_log_opens_with_the_first_view(as_rina, long_waits):
    assert as_rina.get("/calls/").status_code == 200
    as_rina.post(f"/calls/views/{long_waits.pk}/prefer/")
    assert as_rina.get("/calls/")["Location"] == f"/calls/?wait=120&view={long_waits.pk}"
    assert as_rina.get("/calls/?view=all").status_code == 200
    as_rina.post(f"/calls/views/{long_waits.pk}/prefer/")
    assert as_rina.get("/calls/").status_code == 200


def test_a_view_has_columns_of_its_own(as_rina, long_waits):
    as_rina.post(f"/calls/views/{long_waits.pk}/", {"query": "wait=60", "columns": "wait,ring"})
    long_waits.refresh_from_db()
    assert (long_waits.query, long_waits.columns) == ("wait=60", ["wait", "ring"])
    opened = as_rina.get(f"/calls/?wait=60&view={long_waits.pk}").context["opened"]
    assert (opened.names, opened.changed) == (["wait", "ring"], False)
    answer = as_rina.post("/calls/columns/", {"column": ["wait"], "query": f"wait=60&view={long_waits.pk}"})
    opened = as_rina.get(answer["Location"]).context["opened"]
    assert (opened.names, opened.changed) == (["wait"], True)


@pytest.mark.parametrize("name", ["", "   ", "\x00"])
def test_a_view_needs_a_name(as_rina, name):
    as_rina.post("/calls/views/", {"name": name, "query": "wait=1"})
    assert not SavedView.objects.exists()
