"""F-31: the account is the token's; what a body says that is another account's is flagged, and moves nothing."""

from __future__ import annotations

import json
import uuid

import pytest

from calls.models import AwaitedCall, Extension
from ivr import publishing, shelf
from ivr.models import Binding, Flow
from tests.ivr.conftest import FLOWS
from tests.webhooks.test_answering import ACTION, LAYER
from voicenter_console.organisation.models import Account, Department, HookToken
from voicenter_console.voicenter.wire import Format, encode_call
from voicenter_console.webhooks import ingest, tokens
from voicenter_console.webhooks.models import Drift

pytestmark = [pytest.mark.django_db, pytest.mark.fault("F-31")]
DID = "035550177"


@pytest.fixture(autouse=True)
def _fresh_shelf(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "locks").mkdir()
    shelf._shelf.__init__()
    shelf.forget()


@pytest.fixture
def ours(account, service) -> Account:
    HookToken.issue(account, ["popup"], "our-popup-token")
    Extension.objects.create(account=account, code="Ab3dE6gH")
    tokens.forget()
    return account


@pytest.fixture
def theirs(ours, owner) -> Account:
    """Another centre with a department, an extension and a flow at a number of its own."""
    other = Account.objects.create(name="Another centre", code="the-others-code", customer="kinneret")
    Department.objects.create(account=other, provider_id=888001, name="Theirs")
    Extension.objects.create(account=other, code="Zz9yX8wV")
    document = json.loads((FLOWS / "front_desk.json").read_text())
    flow = Flow.objects.create(account=other, name="Theirs", draft=document)
    publishing.publish(flow, by=owner, message="first")
    Binding.objects.create(account=other, flow=flow, did="+97235550177")
    shelf.forget()
    return other


def flagged() -> list[tuple[int, str, int]]:
    return list(Drift.objects.filter(kind="other").order_by("word").values_list("account", "word", "times"))


@pytest.fixture
def ask(client):
    """Ask one of the three hooks; they are answered with 200 whatever is claimed."""

    def ask(channel: str, claim: dict) -> dict:
        if channel == "popup":
            said = {"phone": "0545550118", "extenUser": "Ab3dE6gH", "did": "035550142", "ivrid": "a1b2", **claim}
            answer = client.post("/hooks/our-popup-token/popup/", json.dumps(said), content_type="application/json")
        else:
            method, data = ("GET_IVR_ACTION", ACTION) if channel == "ivr" else ("IVR_LAYER_INPUT", LAYER)
            body = encode_call(Format.JSON, {"METHOD": method, "DATA": {**data, **claim}}, method)
            answer = client.generic("POST", f"/hooks/a-token-of-the-tests/{channel}/", body,
                                    content_type="application/json")  # fmt: skip
        assert answer.status_code == 200
        return answer.json()

    return ask


@pytest.mark.parametrize("channel", ["ivr", "layer", "popup"])
@pytest.mark.parametrize(
    ("claim", "word"),
    [
        ({"DepartmentID": 888001}, "DepartmentID 888001"),
        ({"TopDepartmentID": "888001"}, "DepartmentID 888001"),
        ({"CODE": "the-others-code"}, "Code"),
        ({"Customer": "kinneret"}, "customer"),
    ],
)
def test_what_a_body_names_of_another_account_is_flagged(ask, ours, theirs, channel, claim, word):
    as_usual = ask(channel, {})
    assert ask(channel, claim) == as_usual
    assert ask(channel, claim) == as_usual
    assert flagged() == [(ours.pk, word, 2)]


@pytest.mark.parametrize("channel", ["ivr", "layer", "popup"])
def test_what_is_its_own_or_nobody_s_is_not(ask, ours, theirs, channel):
    ours.code = "its-own-code"
    ours.save()
    for claim in ({"DepartmentID": 555001}, {"Code": "its-own-code"}, {"DepartmentID": "x"}, {"Code": ["the-others"]}):
        ask(channel, claim)
    assert flagged() == []


def test_a_number_that_another_account_s_flow_answers_is_flagged(ask, ours, theirs):
    ask("ivr", {"DID": DID})
    assert flagged() == [(ours.pk, f"DID {DID}", 1)]
    ask("layer", {"DID": "035550142"})
    assert len(flagged()) == 1


def test_a_phone_that_another_account_alone_has_is_flagged(ask, ours, theirs):
    ask("popup", {"extenUser": "Zz9yX8wV"})
    assert flagged() == [(ours.pk, "extenUser Zz9yX8wV", 1)]
    Extension.objects.create(account=ours, code="Zz9yX8wV")
    ask("popup", {"extenUser": "Zz9yX8wV"})
    ask("popup", {"extenUser": "Qq1wE2rT"})
    assert flagged()[0][2] == 1


def test_a_call_of_vcc_live_that_another_account_was_told_of_is_flagged(client, theirs):
    mine = Account.objects.create(name="Second centre", provider="vcc", customer="galil", code="a-token-of-tests")
    HookToken.issue(mine, ["vcc"], "our-vcc-token")
    tokens.forget()
    known, fresh = str(uuid.uuid4()), str(uuid.uuid4())
    AwaitedCall.objects.create(account=theirs, call_uid=known, day="2026-07-15")
    for said in ({"uuid": known}, {"uuid": fresh}, {"uuid": str(uuid.uuid4()), "customer": "kinneret"}):
        answer = client.post("/hooks/our-vcc-token/vcc/", json.dumps(said), content_type="application/json")
        assert answer.status_code == 200
    ingest.drain(mine)
    assert flagged() == [(mine.pk, "customer", 1), (mine.pk, f"uuid {known}", 1)]
    assert AwaitedCall.objects.filter(account=mine).count() == 3  # the token decides
