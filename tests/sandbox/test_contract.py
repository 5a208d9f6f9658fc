"""What the cloud says in its two spellings, read by the console's own library, is one and the same call."""

import httpx
import pytest

from tests.sandbox.conftest import still
from voicenter_console.sandbox.http import application
from voicenter_console.sandbox.legs import Kind
from voicenter_console.sandbox.words import Dialect
from voicenter_console.voicenter import call_log, click2call, errors, records
from voicenter_console.voicenter.call_search import Generation
from voicenter_console.voicenter.client import Hosts, VoicenterClient
from voicenter_console.voicenter.wire import Format, decode, encode_call

SAME = (
    "call_id", "type", "type_id", "started_at", "time_uncertain", "ring_seconds", "caller", "target", "did",
    "caller_extension", "target_extension", "agent_name", "queue_name", "price", "recording_url",
    "department_id", "original_call_id", "custom_data",
)  # fmt: skip


@pytest.mark.parametrize("dialect", [Dialect(), Dialect(newer=True, ivr_as_text=False, second_status=True)])
@pytest.mark.parametrize("format", list(Format))
def test_push_and_pull_agree_on_every_leg(format, dialect):
    cloud = still(history_days=1, dialect=dialect)
    now = cloud.now()
    for leg in cloud.ended_legs()[::4]:
        sent = decode(encode_call(format, cloud.notification(leg)))
        push = records.from_notification(sent.payload, received_at=now)
        pull = records.from_call_log(cloud.call_log_row(leg), received_at=now)
        assert {name: getattr(push, name) for name in SAME} == {name: getattr(pull, name) for name in SAME}
        assert push.started_at == leg.started
        assert not push.unknown
        assert not pull.unknown
        if leg.status == "ANSWER" or leg.kind is Kind.VOICEMAIL:
            assert push.talk_seconds == pull.talk_seconds == leg.talk
        if pull.status is not None:
            assert push.status == pull.status


@pytest.fixture
def console(cloud):
    transport = httpx.WSGITransport(app=application(cloud))
    hosts = Hosts.at("http://127.0.0.1")
    with VoicenterClient(account="demo", code=cloud.code, hosts=hosts, transport=transport) as client:
        yield client


def test_the_consoles_client_pulls_and_dials(console, cloud):
    page = call_log.page(console, from_=cloud.now().replace(hour=6), to=cloud.now())
    assert page.complete
    assert page.total_hits == len(page.rows) > 100
    agents = cloud.centre.agents
    call = {"target": "972545550118", "request_id": "r-1"}
    accepted = click2call.call(console, phone=agents[0].extension.sip, **call)
    assert cloud.dials[0].call_id == accepted.call_id
    cloud.advance(2)
    assert click2call.terminate(console, phone=agents[0].extension.sip).call_id == ""
    with pytest.raises(errors.Offline):
        click2call.call(console, phone=agents[-1].extension.sip, **call)
    with pytest.raises(errors.Blocked):
        click2call.call(console, phone=agents[-2].extension.sip, **call)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"limit": True}, errors.LimitExceeded),
        ({"limit": True, "limit_status": 429}, errors.LimitExceeded),
        ({"wrong_code": True}, errors.NotAuthorised),
        ({"cdr_limit": 1}, errors.TooMuch),
        ({"untrusted": True}, errors.AddressNotTrusted),
        ({"cut": 1000}, errors.Garbled),
        ({"html": True}, errors.Garbled),
    ],
)
def test_the_consoles_client_understands_each_fault(console, cloud, fault, error):
    cloud.faults.change(**fault)
    with pytest.raises(error):
        call_log.page(console, from_=cloud.now().replace(hour=6), to=cloud.now())


@pytest.mark.parametrize("generation", Generation)
@pytest.mark.parametrize("by_get", [False, True])
def test_both_generations_find_the_same_calls_either_way(console, cloud, generation, by_get):
    span = {"from_": cloud.now().replace(hour=6), "to": cloud.now()}
    every = {row["CallID"] for row in call_log.page(console, **span).rows}
    found = call_log.page(console, **span, generation=generation, by_get=by_get)
    assert {row["CallID"] for row in found.rows} == every
    agent = cloud.centre.agents[0].extension.sip
    own = call_log.page(console, **span, generation=generation, by_get=by_get, extensions=[agent]).rows
    assert {agent} == {sip for row in own for sip in (row["CallerExtension"], row["TargetExtension"]) if sip == agent}
    assert 0 < len(own) < len(every)


def test_every_filter_and_sort_of_both_documents(console, cloud):
    span = {"from_": cloud.now().replace(hour=5), "to": cloud.now()}
    rows = call_log.page(console, **span).rows
    row = next(row for row in rows if row["CdrType"] == 8 and row["CallerNumber"] != "Anonymous")
    queue = next(one.id for one in cloud.centre.queues if one.name == row["QueueName"])
    for wanted, holds in (
        (
            {"phones": [row["CallerNumber"]]},
            lambda one: row["CallerNumber"] in (one["CallerNumber"], one["TargetNumber"]),
        ),
        ({"types": [8, 17]}, lambda one: one["CdrType"] in (8, 17)),
        ({"queues": [queue]}, lambda one: one["QueueName"] == row["QueueName"]),
        ({"campaigns": [82]}, lambda one: one["CdrType"] in (14, 15)),
        ({"call_id": row["CallID"]}, lambda one: one["CallID"] == row["CallID"]),
        ({"identity": "Hierarchical"}, lambda one: True),
    ):
        found = call_log.page(console, **span, **wanted).rows
        assert found, wanted
        assert all(holds(one) for one in found), wanted
    for order in ("asc", "desc"):
        found = call_log.page(console, **span, sort=[("Duration", order), ("date", "asc")]).rows
        durations = [one["Duration"] for one in found]
        assert durations == sorted(durations, reverse=order == "desc")
    few = call_log.page(console, **span, fields=["CallID", "Price"]).rows
    assert set(few[0]) == {"CallID", "Price"}


def test_the_older_generation_answers_with_a_page(console, cloud):
    span = {"from_": cloud.now().replace(hour=7), "to": cloud.now(), "generation": Generation.OLD}
    rows = call_log.page(console, **span).rows
    table = call_log.page(console, **span, format=call_log.Format.HTML)
    assert [row["CallID"] for row in table.rows] == [row["CallID"] for row in rows]
    for said, shown in zip(rows, table.rows, strict=True):
        one, other = (records.from_call_log(row, received_at=cloud.now()) for row in (said, shown))
        assert (one.started_at, one.talk_seconds, one.caller) == (other.started_at, other.talk_seconds, other.caller)
