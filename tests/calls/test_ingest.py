"""From a delivery to rows: what is kept, what is written once, what is written again (ARCHITECTURE, 'A call ends')."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from calls import ingest as taking
from calls.models import Agent, Call, Cdr, CdrRecord, Extension
from tests.calls.telling import AFTER, NOON, pull, push, rows, tell
from tests.fixtures.voicenter.spelling import call_id, page, pulled, pushed
from voicenter_console.jobs import stopping
from voicenter_console.live.models import Event
from voicenter_console.organisation.models import Account, Department
from voicenter_console.voicenter.records import Source
from voicenter_console.webhooks import inbox, ingest
from voicenter_console.webhooks.models import Delivery, Drift

pytestmark = pytest.mark.django_db
ID = call_id(NOON)
OURS = {
    "call_id": ID, "type": "Queue", "status": "ANSWER", "caller": "0545550118", "target": "Ab3dE6gH", "duration": 42,
    "target_extension": "Ab3dE6gH", "queue_name": "Service", "agent_name": "Dana Lavi", "agent_code": "10007",
    "department_id": 555001,
}  # fmt: skip


def said(**more):
    """The leg as it is pushed."""
    ours = {**OURS, "wait": 18, "queue_id": 7, "department_name": "Service", "top_department_id": 555000,
            "top_department_name": "Centre", **more}  # fmt: skip
    return pushed(NOON, **ours)


def row(**more):
    """The leg as the call log has it."""
    return pulled(NOON, **{**OURS, "type_id": 8, "price": 12, "recording": "https://a.example/1.mp3", **more})


def keep_page(account, *its_rows) -> int:
    return inbox.keep(account.pk, "call_log", json.dumps(page(*its_rows)).encode(), compress=True).id


def keep_push(account, uid: str) -> int:
    return inbox.keep(account.pk, "cdr", json.dumps(said(call_id=uid)).encode()).id


def test_push_and_pull_come_one_way_and_are_one_leg(account):
    inbox.keep(account.pk, "cdr", json.dumps(said()).encode())
    keep_page(account, row())
    assert ingest.drain(account) == 2

    cdr = Cdr.objects.get()
    assert cdr.sources == ["pull", "push"]
    assert (cdr.queue_id, cdr.price, cdr.wait_seconds, cdr.has_recording) == (7, 12, 18, True)
    assert cdr.started_at == NOON
    assert set(cdr.records.values_list("source", "delivery__channel")) == {("push", "cdr"), ("pull", "call_log")}
    assert not Delivery.objects.exclude(state="done").exists()


def test_a_row_of_a_page_without_an_id_is_counted_and_the_others_are_taken(account):
    keep_page(account, row(call_id=""), row())
    ingest.drain(account)

    assert Cdr.objects.count() == 1
    assert Delivery.objects.get().state == "done"
    assert Drift.objects.get().times == 1


def test_a_page_that_is_none_is_dead_and_kept(account):
    inbox.keep(account.pk, "call_log", b'{"CDR_LIST": [')
    ingest.drain(account)

    assert Delivery.objects.get().state == "dead"
    assert Delivery.objects.get().reason


def test_what_is_said_again_writes_nothing(account):
    messages = [push(said()), pull(row())]
    tell(account, *messages)
    before, events = rows(account), Event.objects.count()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        tell(account, messages, pull({key.lower(): value for key, value in row().items()}))

    assert rows(account) == before
    assert Event.objects.count() == events
    assert not [query for query in captured if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_the_same_words_in_another_spelling_are_the_same_record(account):
    as_form = {key: str(value) for key, value in said().items()}
    tell(account, push(said()), push(as_form), push({key.upper(): f" {value} " for key, value in said().items()}))
    assert CdrRecord.objects.count() == 1


def test_an_object_is_the_same_as_its_text_in_a_form(account):
    tell(account, push(said(custom={"lead": "7"})), push(said(custom='{"lead": 7}')))
    assert CdrRecord.objects.count() == 1


@pytest.mark.fault("F-52")
@pytest.mark.parametrize("text", ["[" * 900 + "]" * 900, "[" * 40 + "]" * 40, '["[\\"' * 3, "{" * 5000])
def test_text_that_is_nested_without_end_is_text(account, text):
    tell(account, push(said(ivr=text, custom=text)))
    assert Cdr.objects.get().ivr_path == []


@pytest.mark.fault("F-21")
def test_a_correction_stays_whoever_is_repeated_and_its_history_with_it(account):
    first, second = row(price=1), row(price=2)
    tell(account, pull(first), pull(second), pull(first))

    assert Cdr.objects.get().price == 2
    assert [record.fields for record in CdrRecord.objects.order_by("first_received_at")] == [first, second]


def test_what_turns_out_to_have_been_received_earlier_is_dated_back(account):
    older, newer = (row(price=price) for price in (1, 2))
    arrivals = [
        taking.Arrival(Source.PULL, newer, AFTER, None),
        taking.Arrival(Source.PULL, older, AFTER + timedelta(1), None),
    ]
    with transaction.atomic():
        taking.take(account, arrivals)
    assert Cdr.objects.get().price == 1
    with transaction.atomic():
        taking.take(account, [taking.Arrival(Source.PULL, older, AFTER - timedelta(1), None)])
    assert Cdr.objects.get().price == 2


@pytest.mark.fault("F-26")
def test_what_nobody_knows_is_kept_as_it_came_and_counted(account):
    new = {"mood": "calm"}
    tell(account, push(said(type="Future Type", status="STOLEN") | new))
    tell(account, push(said(type="99", status="STOLEN", call_id="b") | new))

    assert set(Cdr.objects.values_list("type", "type_id", "status")) == {
        ("futuretype", None, "STOLEN"), ("#99", 99, "STOLEN"),
    }  # fmt: skip
    assert {(row.kind, row.word, row.times) for row in Drift.objects.all()} == {
        ("type", "Future Type", 1), ("type", "#99", 1), ("status", "STOLEN", 2), ("field", "mood", 2),
    }  # fmt: skip


@pytest.mark.fault("F-26")
def test_a_flood_of_new_names_leaves_a_list_that_can_be_read(account):
    tell(account, [push(said(call_id=f"a{n}") | {f"x{n}_{k}": 1 for k in range(400)}) for n in range(60)])
    assert Drift.objects.count() == 1000


@pytest.mark.fault("F-31")
@pytest.mark.parametrize(
    ("claim", "word"),
    [
        ({"DepartmentID": 888001}, "DepartmentID 888001"),
        ({"TopDepartmentID": "888000"}, "TopDepartmentID 888000"),
        ({"CODE": "the-others-code"}, "Code"),
    ],
)
def test_a_push_that_names_another_account_stays_with_its_token_and_is_flagged(account, as_owner, claim, word):
    other = Account.objects.create(name="Another centre", code="the-others-code")
    for number in (888000, 888001):
        Department.objects.create(account=other, provider_id=number, name="Theirs")
    tell(account, push(said() | claim), push(said(call_id="b", agent_name="Noa Bar")))

    assert set(Cdr.objects.values_list("account__name", flat=True)) == {account.name}
    assert list(Drift.objects.filter(kind="other").values_list("account", "word", "times")) == [(account.pk, word, 1)]
    page = as_owner.get("/deliveries/").content.decode()
    assert "Something that came names another account" in page
    assert word in page
    assert "the-others-code" not in page


def test_an_account_that_names_its_own_is_not_flagged(account):
    """Nor is what a pull says: the scope of a call log may reach over accounts."""
    account.code = "its-own-code"
    account.save()
    other = Account.objects.create(name="Another centre")
    tell(account, push(said() | {"Code": "its-own-code"}))
    Department.objects.create(account=other, provider_id=555001, name="Shared")
    Department.objects.create(account=other, provider_id=888001, name="Theirs")
    tell(account, push(said(call_id="b")), pull(row(call_id="c", department_id=888001)))

    assert not Drift.objects.filter(kind="other").exists()


def test_people_phones_and_departments_grow_from_what_is_said(account):
    tell(account, push(said()), pull(row()))

    assert list(Agent.objects.values_list("key", "code", "name")) == [("10007", "10007", "Dana Lavi")]
    assert list(Extension.objects.values_list("code", flat=True)) == ["Ab3dE6gH"]
    assert set(Department.objects.values_list("provider_id", "name", "parent__provider_id")) == {
        (555001, "Service", 555000), (555000, "Centre", None),
    }  # fmt: skip
    assert Call.objects.get().department.provider_id == 555001


def test_a_name_is_changed_by_who_says_it_now_and_not_by_what_was_said_once(account):
    renamed = said(agent_name="Dana Lavi-Or", call_id="b", department_name="Care")
    tell(account, push(said()), push(renamed), pull(row(agent_name="")))

    assert Agent.objects.get().name == "Dana Lavi-Or"
    assert Department.objects.get(provider_id=555001).name == "Care"


def test_an_agent_who_is_named_without_a_code_first_is_known_by_it_later(account):
    tell(account, pull(row(agent_code="")), push(said()))
    assert Cdr.objects.get().agent.key == "10007"


@pytest.mark.fault("F-55")
def test_names_longer_than_their_columns_are_cut(account):
    long = "x" * 5000
    tell(account, push(said(agent_name=long, agent_code="", queue_name=long, department_name=long, type=long, did=long,
                            target_extension=long)))  # fmt: skip
    cdr = Cdr.objects.get()
    assert (len(cdr.agent_name), len(cdr.queue_name), len(cdr.did)) == (200, 200, 64)
    assert len(cdr.agent.key) == 200


def test_a_long_page_is_written_in_short_transactions_and_done_at_the_end(account, monkeypatch):
    monkeypatch.setattr(taking, "SLICE", 3)
    keep_page(account, *(row(call_id=f"c{n}") for n in range(10)))
    real, taken = taking.take, []

    def take(account, arrivals):
        taken.append((len(arrivals), Delivery.objects.get().state))
        real(account, arrivals)

    monkeypatch.setattr(taking, "take", take)
    ingest.drain(account)

    assert taken == [(3, "new"), (3, "new"), (3, "new"), (1, "new")]
    assert Cdr.objects.count() == 10
    assert Delivery.objects.get().state == "done"


def test_a_push_does_not_wait_for_a_long_page(account, monkeypatch):
    """Not for one that was there before it, and not for the rest of one that is being read."""
    monkeypatch.setattr(taking, "SLICE", 3)
    keep_page(account, *(row(call_id=f"c{n}") for n in range(10)))
    real, taken = taking.take, []

    def take(account, arrivals):
        real(account, arrivals)
        taken.append([arrival.source.value for arrival in arrivals])
        if len(taken) == 3:  # the page has begun
            keep_push(account, "meanwhile")

    monkeypatch.setattr(taking, "take", take)
    keep_push(account, "before")

    assert ingest.drain(account) == 3
    assert taken == [["push"], ["pull"] * 3, ["pull"] * 3, ["push"], ["pull"] * 3, ["pull"]]
    assert Cdr.objects.count() == 12


def test_a_worker_that_is_told_to_end_leaves_a_long_page_to_the_next_one(account, monkeypatch):
    """Nothing is lost, nothing is doubled, and the attempt does not count."""
    monkeypatch.setattr(taking, "SLICE", 3)
    keep_page(account, *(row(call_id=f"c{n}") for n in range(10)))
    monkeypatch.setattr(stopping, "asked", lambda: Cdr.objects.count() >= 6)
    ingest.drain(account)
    assert Cdr.objects.count() == 6
    assert Delivery.objects.values_list("state", "attempts").get() == ("new", 0)

    monkeypatch.setattr(stopping, "asked", lambda: False)
    ingest.drain(account)
    assert Cdr.objects.count() == CdrRecord.objects.count() == 10
    assert Delivery.objects.values_list("state", "attempts").get() == ("done", 1)


@pytest.mark.parametrize("number", [1, 40])
def test_queries_of_a_batch_do_not_grow_with_its_records(account, count_queries, number):
    tell(account, push(said(call_id="first")))
    fresh = [taking.Arrival(Source.PUSH, said(call_id=f"d{n}"), AFTER, None) for n in range(number)]
    with transaction.atomic():
        assert count_queries(lambda: taking.take(account, fresh)) <= 24


def test_news_of_a_call_name_the_people_and_departments_it_concerns(account, dana):
    tell(account, push(said()))
    event = Event.objects.get()
    assert event.people == [dana.pk]
    assert event.departments == [Department.objects.get(provider_id=555001).pk]
