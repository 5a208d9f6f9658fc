"""What the cloud says in its two spellings, read by the console's own library, is one and the same call."""

import httpx
import pytest

from tests.sandbox.conftest import still
from voicenter_console.sandbox.http import application
from voicenter_console.sandbox.legs import Kind
from voicenter_console.sandbox.words import Dialect
from voicenter_console.voicenter import call_log, click2call, errors, records
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
