"""The cockpit's doors: pages and API."""

from __future__ import annotations

import uuid

import pytest

from dialer import acting
from dialer.models import Campaign, CampaignAct
from voicenter_console.organisation.models import Account, Department

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())


def test_a_manager_sees_starts_and_is_told(as_rina, cloud, stopped, key):
    page = as_rina.get("/campaigns/").content.decode()
    assert stopped.name in page
    answer = as_rina.post(f"/campaigns/{stopped.pk}/start/", {"key": key})
    assert answer.status_code == 302
    assert "About to be sent." in as_rina.get(answer.url).content.decode()
    again = as_rina.post(f"/campaigns/{stopped.pk}/start/", {"key": key})
    assert again.status_code == 302
    acting.sweep()
    page = as_rina.get(answer.url).content.decode()
    assert "Voicenter did it." in page
    assert "Stop the campaign" in page
    assert CampaignAct.objects.count() == 1


def test_a_second_act_waits_for_the_first_ones_answer(as_rina, cloud, stopped):
    as_rina.post(f"/campaigns/{stopped.pk}/start/", {"key": uuid.uuid4()})
    answer = as_rina.post(f"/campaigns/{stopped.pk}/clear/", {"key": uuid.uuid4()}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert "Wait for its answer" in answer.headers["HX-Trigger"]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("strategy", {}), ("strategy", {"coefficient": "fast"}), ("strategy", {"coefficient": "-1"}),
        ("strategy", {"coefficient": "nan"}), ("strategy", {"coefficient": "21"}),
        ("add_member", {"sip": ""}), ("add_member", {"sip": "a b"}), ("remove_member", {"sip": "x" * 65}),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_told_beside_its_field(as_rina, cloud, stopped, kind, fields):
    answer = as_rina.post(f"/campaigns/{stopped.pk}/{kind}/", fields)
    assert answer.status_code == 422
    assert CampaignAct.objects.count() == 0


def test_an_act_that_is_none_is_not_found(as_rina, stopped):
    assert as_rina.post(f"/campaigns/{stopped.pk}/explode/").status_code == 404


def test_agents_and_other_departments_reach_nothing(as_dana, as_rina, account, stopped):
    assert as_dana.get("/campaigns/").status_code == 403
    assert as_dana.post(f"/campaigns/{stopped.pk}/start/").status_code == 403
    foreign = Campaign.objects.create(account=Account.objects.create(name="Elsewhere"), code="1", name="Theirs")
    other = Department.objects.create(account=account, provider_id=555002, name="Sales")
    Campaign.objects.filter(pk=stopped.pk).update(department=other)
    assert as_rina.get(f"/campaigns/{stopped.pk}/").status_code == 404
    assert as_rina.post(f"/campaigns/{foreign.pk}/start/").status_code == 404
    assert "Theirs" not in as_rina.get("/campaigns/").content.decode()
    assert CampaignAct.objects.count() == 0


def test_the_api_gives_campaigns_and_starts_one_once(api, cloud, stopped):
    row = next(one for one in api.get("/api/v1/campaigns/").json()["results"] if one["id"] == stopped.pk)
    assert {"name", "code", "status", "pending_calls", "min_priority", "max_priority", "members"} <= row.keys()
    assert (row["code"], row["status"]) == (stopped.code, "Disabled")
    asks = [api.post(f"/api/v1/campaigns/{stopped.pk}/start/", headers={"Idempotency-Key": "k"}) for _time in range(2)]
    assert [one.status_code for one in asks] == [202, 202]
    assert asks[0].json()["id"] == asks[1].json()["id"]
    busy = api.post(f"/api/v1/campaigns/{stopped.pk}/stop/")
    assert (busy.status_code, busy.json()["rule"]) == (409, "busy")
    acting.sweep()
    (act,) = api.get(f"/api/v1/campaigns/{stopped.pk}/acts/").json()
    assert (act["state"], act["detail"]) == ("done", "Voicenter did it.")
    assert api.get(f"/api/v1/campaigns/{stopped.pk}/").json()["status"] == "Enabled"
