"""Each filter of the log finds what it says, by the same name on the page and in the API (PRODUCT 1)."""

from datetime import timedelta

import pytest
from django.db import connection

from calls import search_index
from calls.models import Call
from tests.calls.telling import NOON, push, tell
from tests.fixtures.voicenter.spelling import pushed

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(account, service, dana):
    """A long answered call, an abandoned one from abroad, and one out of a queue by its own choice."""
    said = {"department_id": 555001, "type": "Queue"}
    tell(account, [
        push(pushed(NOON, call_id="long", status="ANSWER", talk=900, ring=4, wait=30, caller="0545550118",
                    did="0772255133", queue_name="Service", agent_code="10007", price=250,
                    recording="https://recordings.example/long.mp3", custom={"var_lead": "L-17"}, **said)),
        push(pushed(NOON + timedelta(hours=1), call_id="gone", status="ABANDONE", wait=95, caller="+442079460018",
                    did="0772255144", queue_name="Sales", **said)),
        push(pushed(NOON + timedelta(hours=2), call_id="left", status="EXIT", wait=12, caller="Anonymous",
                    did="0772255133", queue_name="Sales", **said)),
    ])  # fmt: skip


CASES = [
    ("search=0118", {"long"}),
    ("search=054-555", {"long"}),
    ("search=%2B972545550118", {"long"}),
    ("search=55501", {"long"}),
    ("search=946001", {"gone"}),
    ("search=sales", {"gone", "left"}),
    ("search=gone", {"gone"}),
    ("customer=00972545550118", {"long"}),
    ("customer=20794", {"gone"}),
    ("customer=anonymous", {"left"}),
    ("did=077-225-5133", {"long", "left"}),
    ("did=972772255144", {"gone"}),
    ("queue=Sales", {"gone", "left"}),
    ("outcome=lost", {"gone", "left"}),
    ("outcome=lost&outcome=answered", {"long", "gone", "left"}),
    ("outcome=abandoned", {"gone"}),
    ("lost=true", {"gone", "left"}),
    ("wait=30", {"long", "gone"}),
    ("wait=13&wait_max=94", {"long"}),
    ("ring=4&ring_max=4", {"long"}),
    ("talk=600", {"long"}),
    ("talk_max=899", {"gone", "left"}),
    ("cost=2.5", {"long"}),
    ("cost=2.51", set()),
    ("cost_max=3", {"long"}),
    ("recorded=true", {"long"}),
    ("custom=var_lead", {"long"}),
    ("custom=var_lead%3DL-17", {"long"}),
    ("custom=var_lead%3DL-18", set()),
    ("call_id=left", {"left"}),
    ("after=2026-11-22T12:30&before=2026-11-22T13:30", {"gone"}),
    ("direction=in", {"long", "gone", "left"}),
]


@pytest.mark.parametrize(("query", "expected"), CASES, ids=[query for query, _ in CASES])
def test_a_filter_means_the_same_on_the_page_and_in_the_api(as_rina, as_owner, three, query, expected):
    assert {call.root for call in as_rina.get(f"/calls/?{query}").context["calls"]} == expected
    by_pk = dict(Call.objects.values_list("pk", "root"))
    found = as_owner.get(f"/api/v1/calls/?{query}").json()["results"]
    assert {by_pk[call["id"]] for call in found} == expected


def test_a_department_is_found_with_those_below_it(as_owner, three, account, service):
    from voicenter_console.organisation.models import Department

    top = Department.objects.create(account=account, provider_id=1, name="Centre")
    service.parent = top
    service.save()
    assert len(as_owner.get(f"/calls/?department={top.pk}").context["calls"]) == 3


def test_an_agent_is_found_by_any_leg(as_owner, three, dana):
    agent = dana.agents.get()
    assert [call.root for call in as_owner.get(f"/calls/?agent={agent.pk}").context["calls"]] == ["long"]


def test_a_price_cannot_be_guessed_without_the_right_to_see_it(as_dana, dana, three):
    assert as_dana.get("/calls/?search=0118").context["calls"]
    assert as_dana.get("/calls/?cost=1").context["calls"] == []
    assert b'name="cost"' not in as_dana.get("/calls/").content


def test_a_number_cannot_be_guessed_digit_by_digit_without_the_right_to_see_it(as_rina, rina, three):
    rina.separate_rights = {"see_numbers": False}
    rina.save()
    for query in ("search=0118", "search=054555", "customer=0118", "customer=545"):
        assert as_rina.get(f"/calls/?{query}").context["calls"] == [], query
    assert len(as_rina.get("/calls/?search=0545550118").context["calls"]) == 1


def test_the_index_of_numbers_follows_the_calls(as_owner, three, account):
    Call.objects.filter(root="long").update(numbers="545550199")
    assert as_owner.get("/calls/?search=0118").context["calls"] == []
    assert len(as_owner.get("/calls/?search=50199").context["calls"]) == 1
    Call.objects.filter(root="long").delete()
    assert as_owner.get("/calls/?search=50199").context["calls"] == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its index itself")
def test_triggers_that_went_with_a_table_come_back_after_the_migrations(as_owner, three, account):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER call_trigrams_in")
    search_index.keep_triggers(sender=None)
    tell(account, push(pushed(NOON, call_id="new", type="Queue", status="ANSWER", caller="0521112233")))
    assert [call.root for call in as_owner.get("/calls/?search=1112233").context["calls"]] == ["new"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has trigrams of its own")
def test_numbers_and_custom_data_are_found_by_their_index(three):
    from calls.filters import CallFilter

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for query, index in (({"search": "5550118"}, "call_text"), ({"custom": "var_lead=L-17"}, "cdr_custom_data")):
        assert index in CallFilter(query, queryset=Call.objects.all()).qs.explain(), query


def test_an_active_filter_is_a_chip_with_a_way_to_clear_it(as_rina, three):
    page = as_rina.get("/calls/?wait=30&wait_max=90&recorded=true&older=x")
    chips = {chip["name"]: chip for chip in page.context["filters"]}
    assert chips["wait"]["text"] == "0:30–1:30"
    assert chips["wait"]["clear_url"] == "/calls/?recorded=true"
    assert chips["recorded"]["active"]
    assert "call_id" in {chip["name"] for chip in page.context["more_filters"]}


def test_columns_are_kept_for_the_person(as_rina, as_owner, three):
    answer = as_rina.post("/calls/columns/", {"column": ["ring", "department"], "query": "wait=1"})
    assert answer["Location"] == "/calls/?wait=1"
    page = as_rina.get("/calls/?wait=1")
    assert page.context["columns"] == ["ring", "department"]
    assert b"c-queue" not in page.content
    assert "queue" in as_owner.get("/calls/").context["columns"]


def test_cost_is_no_column_without_the_right(as_dana, three):
    as_dana.post("/calls/columns/", {"column": ["cost", "wait", "nonsense"]})
    assert as_dana.get("/calls/").context["columns"] == ["wait"]
