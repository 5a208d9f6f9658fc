"""Reports as data: periods in the account's zone, who sees what, and an error in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from calls.metrics import rollups
from calls.models import DirtyHour
from tests.calls.telling import NOON, push, tell
from tests.fixtures.voicenter.spelling import call_id, pushed

pytestmark = pytest.mark.django_db
DAY = {"from": "2026-11-22", "to": "2026-11-22"}
ROW = {
    "queue_id", "queue_name", "offered", "answered", "abandoned", "short_abandoned", "flowed_out", "service_level",
    "service_level_definition", "asa_seconds", "abandon_rate", "abandon_rate_net",
}  # fmt: skip


def test_a_row_has_what_was_promised(queue_call, report):
    queue_call(NOON, "EXIT")
    (row,) = report(**DAY)
    assert row.keys() >= ROW
    # nobody was answered and nobody hung up: nothing to divide
    assert (row["service_level"], row["asa_seconds"], row["abandon_rate"]) == (None, None, 0.0)


def test_an_empty_period_has_no_rows(queue_call, report):
    queue_call(NOON)
    assert report(**{"from": "2026-11-20", "to": "2026-11-20"}) == []


def test_flow_outs_that_an_account_never_tells_are_not_known(queue_call, report):
    queue_call(NOON, "ABANDONE")
    assert report(**DAY)[0]["flowed_out"] is None
    queue_call(NOON - timedelta(days=9), "TIMEOUT")
    assert report(**DAY)[0]["flowed_out"] == 0


@pytest.mark.parametrize("swept", [False, True])
def test_dates_are_days_of_the_zone_and_both_included(queue_call, report, swept):
    first = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)  # midnight in Israel
    queue_call(first - timedelta(seconds=1))
    queue_call(first)
    queue_call(first + timedelta(hours=24, seconds=-1))
    queue_call(first + timedelta(hours=24))
    if swept:
        rollups.sweep()
    assert report(**DAY)[0]["offered"] == 2
    assert report(**{"from": "2026-11-21", "to": "2026-11-23"})[0]["offered"] == 4


@pytest.mark.parametrize("swept", [False, True])
def test_instants_exclude_the_end_and_need_no_whole_hours(queue_call, report, swept):
    for minute in (9, 10, 29, 30):
        queue_call(NOON + timedelta(minutes=minute))
    queue_call(NOON + timedelta(hours=1))
    if swept:
        rollups.sweep()
        assert not DirtyHour.objects.exists()
    half = {"from": "2026-11-22T10:10:00Z", "to": "2026-11-22T10:30:00Z"}
    assert report(**half)[0]["offered"] == 2
    assert report(**{"from": "2026-11-22T12:10:00+02:00", "to": "2026-11-22T13:00:01+02:00"})[0]["offered"] == 4


@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize(("day", "hours"), [("2025-03-28", 23), ("2025-10-26", 25)])
def test_days_on_which_the_clocks_change(queue_call, report, day, hours, swept):
    begin = datetime.fromisoformat(f"{day}T00:00:00+{'02' if hours == 23 else '03'}:00").astimezone(UTC)
    for hour in range(-1, hours + 1):
        # a pull knows these times for certain; the id's hour is beyond doubt here by its own time
        queue_call(begin + timedelta(hours=hour, minutes=5), uid=f"dst-{hour}-{'x' * 20}")
    if swept:
        rollups.sweep()
    found = report(**{"from": day, "to": day})[0]["offered"]
    assert found == hours


def test_the_account_says_what_in_time_is(queue_call, report, account):
    for wait in (9, 15, 25):
        queue_call(NOON, wait=wait)
    assert report(**DAY)[0]["service_level"] == 66.67
    assert report(**DAY, within="10")[0]["service_level"] == 33.33
    account.service_target, account.service_level = 30, "2"
    account.save()
    row = report(**DAY)[0]
    assert (row["service_level"], row["service_level_definition"]) == (100.0, "sl.2 v1")


def test_a_manager_sees_their_department_alone(account, queue_call, as_rina, report):
    queue_call(NOON)
    queue_call(NOON, department_id=99, queue_id=8, queue_name="Sales")
    assert {row["queue_name"] for row in report(**DAY)} == {"Service", "Sales"}
    for _ in ["before the sweep", "after it"]:
        rows = as_rina.get("/api/v1/reports/queues/", DAY).json()["results"]
        assert [row["queue_name"] for row in rows] == ["Service"]
        rollups.sweep()


REPORTS = ["queues", "agents", "hours", "countries", "caller-ids", "cost", "ivr-paths"]


@pytest.mark.parametrize("name", REPORTS)
def test_agents_and_strangers_get_none(as_dana, as_gal, name):
    assert as_dana.get(f"/api/v1/reports/{name}/").status_code == 403
    assert as_gal.get(f"/api/v1/reports/{name}/").status_code == 403


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-13-01"}, {"from": "yesterday"}, {"from": "2026-11-22", "to": "2026-11-21"},
        {"from": "1999-01-01", "to": "2026-01-01"}, {"period": "ever"}, {"from": "9999-12-31"},
        {"from": "2026-11-22T10:00:00Z", "to": "2026-11-22T10:00:00Z"}, {"from": "\x00"},
    ],
)  # fmt: skip
def test_a_period_that_is_none_is_refused_in_words(api, account, name, query):
    answer = api.get(f"/api/v1/reports/{name}/", query)
    assert answer.status_code == 400
    assert answer.json()["period"][0]


def test_agents_are_counted_each(account, api, queue_call):
    queue_call(NOON, agent_code="10007", agent_name="Dana Lavi", talk=100)
    queue_call(NOON, "NOANSWER", agent_code="10007", agent_name="Dana Lavi")
    out = pushed(NOON, call_id=call_id(NOON, "out"), type="Extension Outgoing", status="ANSWER", talk=50,
                 target="0545550118", agent_code="10007", agent_name="Dana Lavi")  # fmt: skip
    inside = pushed(NOON, call_id=call_id(NOON, "inside"), type="Extension Outgoing", status="ANSWER", talk=50,
                    target="204", agent_code="10007", agent_name="Dana Lavi")  # fmt: skip
    leg1 = pushed(NOON, call_id=call_id(NOON, "click"), type="Click2Call leg1", status="ANSWER", talk=9,
                  agent_code="10007", agent_name="Dana Lavi")  # fmt: skip
    tell(account, push(out), push(inside), push(leg1))
    for _ in ["before the sweep", "after it"]:
        (row,) = api.get("/api/v1/reports/agents/", DAY).json()["results"]
        assert row == {
            "agent_code": "10007", "agent_name": "Dana Lavi", "calls_in_answered": 1, "calls_in_missed": 1,
            "handed_over_answered": 0, "calls_out": 1, "calls_out_answered": 1, "dialer_answered": 0,
            "talk_seconds": 150, "att_seconds": 75.0,
        }  # fmt: skip
        rollups.sweep()


def test_ratios_count_the_customers_leg_once(account, api):
    def leg(number: int, kind: str, status: str, country: str = "Israel", **more):
        uid = call_id(NOON, f"{number:018d}")
        return push(pushed(NOON, call_id=uid, type=kind, status=status, target="0545550118", caller="0722255133",
                           target_country=country, **more))  # fmt: skip

    tell(
        account,
        leg(1, "Click2Call leg1", "ANSWER"), leg(1, "Click2Call leg2", "ANSWER", talk=40),
        leg(2, "Click 2 IVR", "ANSWER", talk=20), leg(2, "Click 2 Queue Incoming", "ANSWER", talk=15),
        leg(3, "ProductiveCall Leg2", "BUSY"), leg(4, "ProductiveCall Leg2", "CONGESTION"),
        leg(5, "ProductiveCall Leg2", "NOTCALLED"), leg(6, "Extension Outgoing", "NOANSWER", country="France"),
    )  # fmt: skip
    rows = {row["name"]: row for row in api.get("/api/v1/reports/countries/", DAY).json()["results"]}
    assert rows["Israel"] == {
        "name": "Israel", "attempts": 4, "answered": 2, "not_dialled": 1, "asr": 50.0, "ner": 75.0,
        "acd_seconds": 30.0,
    }  # fmt: skip
    assert (rows["France"]["asr"], rows["France"]["ner"], rows["France"]["acd_seconds"]) == (0.0, 100.0, None)
    (caller,) = api.get("/api/v1/reports/caller-ids/", DAY).json()["results"]
    assert (caller["name"], caller["attempts"]) == ("0722255133", 5)


def test_cost_is_the_sum_of_what_is_known(account, api, queue_call):
    queue_call(NOON, price=120)
    queue_call(NOON, price=31)
    queue_call(NOON, "ABANDONE")
    (row,) = api.get("/api/v1/reports/cost/", DAY).json()["results"]
    assert (row["type"], row["name"], row["legs"], row["price"], row["unpriced"]) == ("queue", "Queue", 3, 151.0, 1)


def test_paths_say_how_those_who_took_them_ended(account, api, queue_call):
    menu = {"layer_id": 1, "layer_name": "Main menu", "layer_number": 0, "Dtmf": 2, "dtmf_order": 1}
    queue_call(NOON, ivr=[menu])
    queue_call(NOON, "ABANDONE", ivr=[menu])
    queue_call(NOON, ivr=[menu | {"Dtmf": 3}])
    first, second = api.get("/api/v1/reports/ivr-paths/", DAY).json()["results"]
    assert first["steps"] == [{"layer": "Main menu", "keys": "2"}]
    assert (first["callers"], first["answered"], first["abandoned"]) == (2, 1, 1)
    assert (second["steps"][0]["keys"], second["callers"]) == ("3", 1)


def test_a_heat_cell_is_calls_per_such_hour(queue_call, api):
    for week in range(3):
        queue_call(NOON - timedelta(weeks=week))  # Sundays at 12:00
    span = {"from": "2026-11-02", "to": "2026-11-22"}  # three Sundays
    cells = {(c["weekday"], c["hour"]): c["average"] for c in api.get("/api/v1/reports/hours/", span).json()["results"]}
    assert (cells[0, 12], cells[1, 12]) == (1.0, 0.0)
    assert len(cells) == 7 * 24
