"""The hooks of a waiting caller: always an answer, and the journal after it (PROTOCOL S6, S13)."""

import json
import threading
import xmlrpc.client

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError
from prometheus_client import REGISTRY

from tests.conftest import TOKEN
from voicenter_console.organisation.models import Account, HookToken
from voicenter_console.voicenter.wire import MEDIA_TYPE, Format, encode_call
from voicenter_console.webhooks import afterwards, ingest, tokens
from voicenter_console.webhooks.models import Delivery

put = afterwards.put  # the real one; tests see it done at once

pytestmark = pytest.mark.django_db
ACTION = {
    "DID": "035550142", "CALLER_ID": "0545550118", "CALLER_NAME": "", "DTMF": "",
    "IVR_UNIQUE_ID": "202607151430080123b7c6d5e4f30211", "MENU": "-1", "PREVIOUS_MENU": "-1",
}  # fmt: skip
LAYER = {
    "DID": "035550142", "CALLER_ID": "0545550118", "IVR_UNIQUE_ID": "202607151430080123b7c6d5e4f30211",
    "DTMF": "2", "LAYER_ID": 8, "PREVIOUS_LAYER_ID": 4,
}  # fmt: skip
METHODS = {"ivr": "GET_IVR_ACTION", "layer": "IVR_LAYER_INPUT"}
TO_LAYER = {"do": "go_to_layer", "layer": 31}
FALLEN = {
    "ivr": {"STATUS": 0, "ACTION": "HANGUP", "LANGUAGE": "HE", "DATA": {"HANGUP_CAUSE": 41}},
    "layer": {"STATUS": 1},
}


@pytest.fixture
def ask(account, client):
    """Ask as the cloud does: `ask("ivr", ACTION, Format.XML)`."""

    def ask(channel, data, form=Format.JSON, *, method="", token=TOKEN, **more):
        method = method or METHODS[channel]
        payload = data if form is Format.XML else {"METHOD": method, "DATA": data}
        body = encode_call(form, payload, method)
        return client.generic("POST", f"/hooks/{token}/{channel}/", body, content_type=MEDIA_TYPE[form], **more)

    return ask


def set_answers(account, **answers):
    for name, answer in answers.items():
        setattr(account, name, answer)
    account.full_clean()
    account.save()
    tokens.forget()


@pytest.mark.parametrize("channel", METHODS)
def test_an_account_that_has_set_nothing_answers_all_the_same(ask, channel):
    answer = ask(channel, {"ivr": ACTION, "layer": LAYER}[channel])

    assert (answer.status_code, answer.json()) == (200, FALLEN[channel])


def test_what_the_account_has_set_is_answered_in_the_requests_encoding(ask, account):
    set_answers(account, ivr_answer=TO_LAYER, layer_answer={**TO_LAYER, "custom": {"crm_id": "7"}})

    said = ask("ivr", ACTION).json()
    assert (said["ACTION"], said["LANGUAGE"], said["DATA"]["LAYER"]) == ("VO", "HE", 31)
    ((said,), _) = xmlrpc.client.loads(ask("ivr", ACTION, Format.XML).content)
    assert (said["ACTION"], said["LANGUAGE"], said["DATA"]["LAYER"]) == ("VO", "he", 31)
    assert ask("layer", LAYER).json()["CUSTOM_DATA"] == {"crm_id": "7"}


@pytest.mark.parametrize("form", [Format.JSON, Format.XML])
def test_a_hang_up_is_acknowledged(ask, form):
    answer = ask("ivr", {**ACTION, "CALL_STATUS": "ANSWERED", "CALL_DAILTIME": 15}, form, method="HANGUP_CALL")
    said = answer.json() if form is Format.JSON else xmlrpc.client.loads(answer.content)[0][0]
    assert said == {"STATUS": 0}


@pytest.mark.fault("F-79")
def test_the_same_request_twice_is_the_same_answer_and_one_entry_of_the_journal(ask, account):
    first, second = ask("ivr", ACTION), ask("ivr", ACTION)

    assert first.content == second.content
    delivery = Delivery.objects.get()
    assert (delivery.channel, delivery.times, delivery.state) == ("ivr", 2, "new")
    assert json.loads(delivery.bytes)["DATA"] == ACTION
    ingest.drain(account)
    assert Delivery.objects.get().state == "ignored"  # until there are sessions to make of it


@pytest.mark.fault("F-71")
@pytest.mark.parametrize("channel", METHODS)
@pytest.mark.parametrize("body", [b" ", b"{", b"<methodCall>", b'{"METHOD": "REBOOT"}', b"\xff\xfe\x00", b"[" * 1000])
def test_what_cannot_be_read_is_answered_by_the_fallback_and_kept(client, account, channel, body):
    answer = client.generic("POST", f"/hooks/{TOKEN}/{channel}/", body, content_type="application/json")

    assert answer.status_code == 200
    assert b"STATUS" in answer.content
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.bytes) == ("dead", body)


@pytest.mark.fault("F-71")
@pytest.mark.parametrize("channel", METHODS)
def test_a_fault_of_ours_is_the_fallback_and_never_an_error(ask, account, monkeypatch, channel):
    def broken(*_):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("ivr.answering.answer", broken)
    before = REGISTRY.get_sample_value("hooks_fallbacks_total", {"channel": channel, "cause": "console"}) or 0
    answer = ask(channel, {"ivr": ACTION, "layer": LAYER}[channel])

    assert (answer.status_code, answer.json()) == (200, FALLEN[channel])
    assert REGISTRY.get_sample_value("hooks_fallbacks_total", {"channel": channel, "cause": "console"}) == before + 1
    assert Delivery.objects.get().reason == "ZeroDivisionError: a bug"


@pytest.mark.fault("F-71")
def test_with_the_database_gone_callers_are_answered_and_the_journal_waits(ask, account, monkeypatch):
    """Tokens and answers come from the snapshot; what could not be written is written when it can be."""
    set_answers(account, ivr_answer=TO_LAYER)
    assert ask("ivr", ACTION).json()["ACTION"] == "VO"
    waiting = []
    monkeypatch.setattr(afterwards, "put", lambda write, **about: waiting.append(write))
    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", away)
    for pressed in "123":
        assert ask("ivr", ACTION | {"DTMF": pressed}).json()["ACTION"] == "VO"
    monkeypatch.undo()
    for write in waiting:
        write()
    assert Delivery.objects.count() == 4


def away(*args, **kwargs):
    raise OperationalError("the server closed the connection")


def test_what_is_written_afterwards_is_tried_again_in_order_until_it_is_of_no_use(monkeypatch):
    monkeypatch.setattr(afterwards, "RETRY_SECONDS", 0.01)
    seen, troubles = [], [OperationalError("away"), OperationalError("away")]

    def first():
        if troubles:
            raise troubles.pop()
        seen.append("first")

    def never():
        raise ZeroDivisionError("a bug")

    put(first)
    put(never)
    put(away, within=0)
    put(lambda: seen.append(threading.current_thread().name))
    assert afterwards.wait(5)
    assert (seen, troubles) == (["first", "afterwards"], [])


def test_what_waits_is_bounded(monkeypatch):
    monkeypatch.setattr(afterwards, "MOST_BYTES", 10)
    seen, go = [], threading.Event()
    put(lambda: go.wait(5) and seen.append("long"), size=8)
    put(lambda: seen.append("too much"), size=8)
    go.set()
    assert afterwards.wait(5)
    assert seen == ["long"]


@pytest.mark.fault("F-71")
def test_a_process_that_never_saw_the_database_still_answers(client, monkeypatch, db):
    tokens.forget()
    monkeypatch.setattr(tokens._accounts, "_read", away)
    for channel in METHODS:
        answer = client.generic("POST", f"/hooks/{TOKEN}/{channel}/", b"{}", content_type="application/json")
        assert (answer.status_code, answer.json()) == (200, FALLEN[channel])


@pytest.mark.fault("F-47")
def test_a_wrong_token_learns_nothing(ask):
    assert ask("ivr", ACTION, token="somebody-else").status_code == 404
    assert not Delivery.objects.exists()


def test_only_posts_are_read(client, account):
    assert client.get(f"/hooks/{TOKEN}/ivr/").status_code == 405


def test_an_address_off_the_enforced_list_is_refused(ask, account):
    account.addresses, account.enforce_addresses = ["192.0.2.0/24"], True
    account.save()

    assert ask("ivr", ACTION).status_code == 403
    assert account.refused_addresses.get().address == "127.0.0.1"


@pytest.mark.fault("F-50")
@pytest.mark.parametrize("channel", METHODS)
def test_a_megabyte_is_the_most(client, account, channel):
    answer = client.generic("POST", f"/hooks/{TOKEN}/{channel}/", b"x", CONTENT_LENGTH=str((1 << 20) + 1))

    assert answer.status_code == 413
    assert Delivery.objects.get().state == "dead"


@pytest.mark.fault("F-31")
def test_the_account_is_the_tokens_whatever_the_body_says(ask, account):
    """Two accounts: each token opens its own account and its own channels; a body names nobody."""
    other = Account.objects.create(name="Another centre")
    HookToken.issue(other, ["layer"], "the-other-token")
    set_answers(other, layer_answer={"do": "go_to_layer", "layer": 99})
    set_answers(account, layer_answer=TO_LAYER)

    claimed = {**LAYER, "account": account.name, "CODE": account.code}
    assert ask("layer", claimed).json()["LAYER"] == 31
    assert ask("layer", claimed, token="the-other-token").json()["LAYER"] == 99
    assert ask("ivr", ACTION, token="the-other-token").status_code == 404
    found = Delivery.objects.order_by("pk").values_list("account__name", "channel")
    assert list(found) == [(account.name, "layer"), (other.name, "layer")]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ([1], "an object"),
        ({"do": "menu", "menu": "x"}, "is one of"),
        ({"do": "go_to_layer"}, '"layer" is missing'),
        ({"do": "go_to_layer", "layer": "31"}, "a whole number"),
        ({"do": "go_to_layer", "layer": True}, "a whole number"),
        ({"do": "go_to_layer", "layer": 31, "colour": "red"}, "not known here: colour"),
        ({"do": "hang_up", "prompt": "a\nb"}, "a text"),
        ({"do": "hang_up", "language": "fr"}, '"language" is one of'),
    ],
)
def test_an_answer_that_no_switch_would_take_is_refused_when_it_is_set(account, document, why):
    account.ivr_answer = document
    with pytest.raises(ValidationError, match=why):
        account.full_clean()


def test_an_administrator_sets_it(as_owner, account):
    from tests.test_admin import account_form, of

    url = of(Account, "change", account.pk)
    assert as_owner.post(url, account_form(account, ivr_answer='{"do": "menu"}')).status_code == 200
    assert as_owner.post(url, account_form(account, ivr_answer=json.dumps(TO_LAYER))).status_code == 302
    account.refresh_from_db()
    assert (account.ivr_answer, account.layer_answer) == (TO_LAYER, None)
