"""Every CDR example of the documents, as printed and repaired, through the hook in each encoding (PROTOCOL S5)."""

import json
import xmlrpc.client
from datetime import UTC, datetime

import pytest

from calls.models import Call, Cdr
from tests.conftest import FIXTURES, TOKEN
from tests.webhooks.answers import said_in
from voicenter_console.voicenter import wire
from voicenter_console.voicenter.wire import Format, encode_call
from voicenter_console.webhooks import ingest
from voicenter_console.webhooks.models import Delivery

pytestmark = pytest.mark.django_db
DOCUMENTS = FIXTURES / "documents"

READABLE = {
    # name: type, status, started_at, talk, caller, queue id, recorded
    "cdr-xml.repaired.xml": (4, "ANSWER", datetime(2012, 8, 19, 7, 50, 17, tzinfo=UTC), 12, "0540000000", None, False),
    "cdr-json.repaired.json": (
        4, "ANSWER", datetime(2014, 10, 26, 8, 47, 35, tzinfo=UTC), 12, "0544444444", None, True,
    ),
    "cdr-notification-fields.repaired.json": (
        1, "ANSWER", datetime(2018, 9, 13, 13, 15, 54, tzinfo=UTC), 33, "0722776772", 1234567, True,
    ),
    "cdr-3.2-fields.repaired.json": (
        1, "ANSWER", datetime(2018, 9, 13, 13, 15, 54, tzinfo=UTC), 33, "0722776772", 12345, True,
    ),
    "cdr-v0.1-fields.printed.json": (
        1, "ANSWER", datetime(2018, 9, 13, 13, 15, 54, tzinfo=UTC), 33, "0722776772", 12345, True,
    ),
}  # fmt: skip
BROKEN = [
    "cdr-json.printed.json", "cdr-xml-first-half.printed.xml", "cdr-xml-second-half.printed.xml",
    "cdr-notification-fields.printed.json", "cdr-3.2-fields.printed.json",
]  # fmt: skip


def test_no_example_is_forgotten():
    cdrs = {path.name for path in DOCUMENTS.glob("cdr-*") if "answer" not in path.name}
    assert cdrs == {*READABLE, *BROKEN}


@pytest.mark.parametrize("form", ["as it stands", *Format])
@pytest.mark.parametrize("name", READABLE)
def test_a_readable_example_is_a_record(post_hook, account, name, form):
    body = (DOCUMENTS / name).read_bytes()
    if form != "as it stands":
        body = encode_call(form, wire.decode(body).payload)
    answer = post_hook(body, "")

    assert answer.status_code == 200
    assert said_in(answer) == {"err": "0", "errdesc": "OK"}
    ingest.drain(account)
    leg = Cdr.objects.get()
    found = (leg.type_id, leg.status, leg.started_at, leg.talk_seconds, leg.caller, leg.queue_id, leg.has_recording)
    assert found == READABLE[name]
    assert not leg.time_uncertain
    assert Call.objects.get().outcome == "answered"


@pytest.mark.parametrize("name", BROKEN)
def test_an_example_broken_in_print_is_kept_and_answered_err_1(post_hook, account, name):
    body = (DOCUMENTS / name).read_bytes()
    answer = post_hook(body, "")

    assert answer.status_code == 200
    assert said_in(answer)["err"] == "1"
    delivery = Delivery.objects.get()
    assert (delivery.bytes, delivery.state) == (body, "dead")
    assert delivery.reason
    ingest.drain(account)
    assert not Cdr.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_standard_librarys_client_can_call_the_hook(live_server, account, a_push):
    with xmlrpc.client.ServerProxy(f"{live_server.url}/hooks/{TOKEN}/cdr/", allow_none=True) as proxy:
        assert proxy.CDR(a_push) == {"err": 0, "errdesc": "OK"}
        assert proxy.CDR({"caller": "0545550118"})["err"] == 1
    ingest.drain(account)

    assert Cdr.objects.get().queue_name == a_push["queuename"]


def test_the_practice_examples_meet(post_hook, account, push, a_push):
    """A path as text that is no JSON is kept raw, as a list it is the same record, and a resend is nothing new."""
    push(a_push, a_push, {**a_push, "IVR": json.loads(a_push["IVR"])})
    leg = Cdr.objects.get()
    assert leg.records.count() == 1
    assert [step["layer_name"] for step in leg.ivr_path] == ["Main"]

    push({**a_push, "IVR": "[{broken", "ivruniqueid": "another"})
    leg = Cdr.objects.get(call_uid="another")
    assert (leg.ivr_path, leg.raw["push"]["IVR"]) == ([], "[{broken")
