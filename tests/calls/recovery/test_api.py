"""/api/v1/recoveries/: the rows of the surface, fenced, filtered and paged; claims and closings by programs."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from calls.models import Recovery
from calls.recovery import acts
from tests.calls.recovery.telling import after, answered, lost
from tests.calls.telling import tell
from voicenter_console.organisation.models import ApiKey, AuditEntry, Department
from voicenter_console.organisation.roles import Role

pytestmark = pytest.mark.django_db
LIST = "/api/v1/recoveries/"


def rows(client: Client, **asked) -> list[dict]:
    return client.get(LIST, asked).json()["results"]


@time_machine.travel(after(10), tick=False)
def test_a_row_a_person(api, account, service):
    tell(account, answered(-60), lost(0, wait=40), lost(3))
    (row,) = rows(api)
    assert {name: row[name] for name in ("phone", "state", "waited_seconds", "tries", "last_agent", "reason")} == {
        "phone": "+972545550118", "state": "open", "waited_seconds": 40, "tries": 2, "last_agent": "Dana Lavi",
        "reason": "",
    }  # fmt: skip
    assert (row["first_lost_at"], row["last_lost_at"]) == ("2026-11-22T10:00:00Z", "2026-11-22T10:03:00Z")
    assert row["department"] == {"id": 555001, "name": "Service"}
    assert (row["confirmed"], row["closed_at"], row["call"]) == (False, None, None)


def test_filtered_by_the_names_of_the_page(api, account, card, dana):
    card("+972545550111", queue_name="Sales")
    acts.close(dana, card("+972545550112"), "gave_up")
    old = card("+972545550113", at=timezone.now() - timedelta(days=3))

    def found(**asked):
        return {row["phone"][-1] for row in rows(api, **asked)}

    assert found() == {"1", "2", "3"}
    assert found(state="open") == {"1", "3"}
    assert found(state=["open", "closed"]) == {"1", "2", "3"}
    assert (found(reason="gave_up"), found(queue="Sales"), found(phone="054-555-0113")) == ({"2"}, {"1"}, {"3"})
    assert (found(period="today"), found(period="week")) == ({"1", "2"}, {"1", "2", "3"})
    assert found(after=(old.first_lost_at + timedelta(hours=1)).isoformat()) == {"1", "2"}
    assert found(lost="true") == {"1", "2", "3"}
    assert api.get(LIST, {"state": "sleeping"}).status_code == 400


def test_paged_by_cursor(api, card):
    for number in range(5):
        card(f"+97254555011{number}")
    seen, url = [], f"{LIST}?page_size=2"
    while url:
        page = api.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert len(seen) == len(set(seen)) == 5


def test_who_sees_which(account, card, as_dana, as_rina, as_gal, as_owner, rina):
    sales = Department.objects.create(account=account, provider_id=555002, name="Sales", parent=None)
    night = Department.objects.create(account=account, provider_id=555003, name="Night", parent=sales)
    card("+972545550111")
    card("+972545550112", department=night)
    card("+972545550113", department=None)

    def seen(client):
        return {row["phone"][-1] for row in rows(client)}

    assert seen(as_owner) == {"1", "2", "3"}
    assert seen(as_dana) == seen(as_rina) == {"1", "3"}
    assert seen(as_gal) == set()
    rina.departments.set([sales])
    assert seen(as_rina) == {"2", "3"}
    hidden = Recovery.objects.get(number="+972545550111")
    assert as_rina.get(f"{LIST}{hidden.pk}/").status_code == 404
    assert as_rina.post(f"{LIST}{hidden.pk}/claim/").status_code == 404


def test_a_program_claims_and_another_is_told(account, card, as_noa, dana):
    key = ApiKey.issue("a dialer", Role.MANAGER)
    ApiKey.objects.get().departments.set(Department.objects.all())
    program = Client(headers={"Authorization": f"Bearer {key}"})
    one = card()
    claimed = program.post(f"{LIST}{one.pk}/claim/")
    assert (claimed.status_code, claimed.json()["state"], claimed.json()["claimed_by"]) == (200, "claimed", "a dialer")
    refused = as_noa.post(f"{LIST}{one.pk}/claim/")
    assert (refused.status_code, refused.json()["rule"]) == (409, "taken")
    assert "a dialer has this one until" in refused.json()["detail"]
    assert refused.json()["recovery"]["claimed_until"] == claimed.json()["claimed_until"]
    closed = program.post(f"{LIST}{one.pk}/close/", {"reason": "reached"}, content_type="application/json")
    assert (closed.json()["state"], closed.json()["reason"], closed.json()["closed_by"]) == (
        "closed", "reached", "a dialer"
    )  # fmt: skip
    assert set(AuditEntry.objects.values_list("verb", "actor_name")) == {
        ("recovery.claim", "a dialer"), ("recovery.close", "a dialer")
    }  # fmt: skip


def test_snoozed_and_released_by_it(as_dana, card):
    one = card()
    until = timezone.now() + timedelta(hours=1)
    snoozed = as_dana.post(f"{LIST}{one.pk}/snooze/", {"until": until.isoformat()}, content_type="application/json")
    assert (snoozed.status_code, snoozed.json()["state"]) == (200, "snoozed")
    for wrong in ({}, {"until": "soon"}, {"until": "2020-01-01T00:00:00Z"}):
        answer = as_dana.post(f"{LIST}{one.pk}/snooze/", wrong, content_type="application/json")
        assert (answer.status_code, list(answer.json())) == (400, ["until"])
    as_dana.post(f"{LIST}{one.pk}/claim/")
    assert as_dana.post(f"{LIST}{one.pk}/release/").json()["state"] == "open"
    assert (
        as_dana.post(f"{LIST}{one.pk}/close/", {"reason": "bored"}, content_type="application/json").status_code == 400
    )


def test_numbers_are_masked_for_whom_they_are(as_dana, dana, card):
    card()
    dana.separate_rights = {"see_numbers": False}
    dana.save()
    assert rows(as_dana)[0]["phone"] == "+97•••118"


def test_closed_to_those_without_the_right(card):
    key = ApiKey.issue("a wall", Role.WALLBOARD)
    assert Client(headers={"Authorization": f"Bearer {key}"}).get(LIST).status_code == 403
    assert Client().get(LIST).status_code == 401
