"""The CDR hook: what is answered, what is kept (PROTOCOL S5)."""

import xmlrpc.client

import pytest
from django.db import DatabaseError

from calls.models import Call, Cdr
from tests.conftest import TOKEN
from voicenter_console.organisation.models import HookToken
from voicenter_console.organisation.tokens import digest
from voicenter_console.voicenter.wire import MEDIA_TYPE, Format, decode, encode_call
from voicenter_console.webhooks import inbox, ingest, tokens
from voicenter_console.webhooks.models import Delivery

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("form", Format)
def test_a_record_is_answered_in_its_own_encoding(post_hook, a_push, form):
    answer = post_hook(encode_call(form, a_push), MEDIA_TYPE[form])

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith(MEDIA_TYPE[form])
    said = decode_answer(form, answer.content)
    assert {key: str(value) for key, value in said.items()} == {"err": "0", "errdesc": "OK"}
    assert Delivery.objects.get().state == Delivery.State.NEW


def decode_answer(form: Format, content: bytes) -> dict:
    if form == Format.XML:
        return xmlrpc.client.loads(content)[0][0]
    return decode(content, MEDIA_TYPE[form]).payload


@pytest.mark.parametrize("form", Format)
def test_the_same_call_in_any_encoding_is_the_same_call(push, a_push, form):
    push(a_push, form=form)

    call = Call.objects.get()
    assert (call.outcome, call.talk_seconds, call.wait_seconds) == ("answered", 42, 18)
    assert call.started_at.isoformat() == "2026-07-15T11:30:10+00:00"


def test_all_encodings_of_one_record_are_three_deliveries_and_one_record(push, a_push):
    for form in Format:
        push(a_push, form=form)

    assert Delivery.objects.filter(state="done").count() == 3
    assert Cdr.objects.get().records.count() == 1


@pytest.mark.fault("F-19")
def test_a_resend_counts_up_and_is_answered_as_the_first_was(post_hook, a_push):
    for _ in range(5):
        assert post_hook(a_push).json() == {"err": 0, "errdesc": "OK"}

    assert Delivery.objects.get().times == 5


@pytest.mark.fault("F-25")
@pytest.mark.parametrize("body", [b'{"caller": ', b"<methodCall><methodName>CDR", b'{"caller": "0500000001"}'])
def test_what_cannot_be_read_is_kept_and_answered_err_1_every_time(post_hook, body):
    for _ in range(10):
        answer = post_hook(body)
        assert answer.status_code == 200
        assert b"1" in answer.content

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.times, delivery.answer) == ("dead", 10, 1)
    assert delivery.bytes == body
    assert delivery.reason


@pytest.mark.fault("F-47")
def test_a_wrong_token_learns_nothing_and_leaves_nothing(post_hook, a_push):
    answer = post_hook(a_push, token="somebody-else")

    assert (answer.status_code, answer.content) == (404, b"")
    assert not Delivery.objects.exists()


class _Unread:
    """A body that may not be read."""

    def read(self, *args):
        raise AssertionError("a stranger's body was read")

    readline = read


@pytest.mark.fault("F-47")
def test_a_strangers_body_is_not_read(client, account):
    """Nor one that comes with a token of another channel, or with one that was revoked."""
    of_another_channel = HookToken.issue(account, ["popup"], "a-token-of-the-popup")
    revoked = HookToken.issue(account, ["cdr"], "a-token-of-last-year")
    HookToken.objects.filter(digest=digest(revoked)).update(revoked_at="2026-01-01T00:00:00Z")
    tokens.forget()
    for token in ("somebody-else", of_another_channel, revoked):
        answer = client.generic("POST", f"/hooks/{token}/cdr/", CONTENT_LENGTH="100", **{"wsgi.input": _Unread()})
        assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.fault("F-47")
def test_a_hundred_thousand_guesses_find_nothing_and_cost_the_database_nothing(post_hook, a_push, count_queries):
    """Each is a hash and a look-up in memory, which takes as long for a right token as for a wrong one."""
    tokens.account_for(TOKEN, "cdr")
    found = []

    def guess() -> None:
        for number in range(100_000):
            found.append(tokens.account_for(f"{TOKEN[:-1]}{number}", "cdr"))

    assert count_queries(guess) <= 10  # one a second, to know of new tokens
    assert set(found) == {None}
    assert post_hook(a_push).status_code == 200
    assert Delivery.objects.count() == 1


def test_an_address_off_the_enforced_list_is_refused_and_shown(post_hook, account, a_push):
    account.addresses, account.enforce_addresses = ["192.0.2.0/24"], True
    account.save()

    assert post_hook(a_push).status_code == 403
    assert not Delivery.objects.exists()
    assert account.refused_addresses.get().address == "127.0.0.1"


@pytest.mark.fault("F-50")
def test_a_body_too_large_is_refused_by_its_length_alone_and_noted(client, account, a_push):
    answer = client.generic("POST", "/hooks/a-token-of-the-tests/cdr/", b"x", CONTENT_LENGTH=str(11 << 20))

    assert answer.status_code == 413
    delivery = Delivery.objects.get()
    assert (delivery.state, bytes(delivery.body)) == ("dead", b"")


@pytest.mark.fault("F-50")
def test_an_encoded_body_is_refused_unread(post_hook, a_push):
    assert post_hook(a_push, **{"Content-Encoding": "gzip"}).status_code == 415
    assert Delivery.objects.get().state == "dead"


def test_what_cannot_be_stored_is_never_acknowledged(post_hook, a_push, monkeypatch):
    def no_database(*args, **kwargs):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(inbox, "keep", no_database)
    answer = post_hook(a_push)

    assert answer.status_code == 503
    assert answer.json()["err"] == 2


def test_the_account_may_want_its_answers_in_title_case(post_hook, account, a_push):
    account.answer_casing = "title"
    account.save()

    assert post_hook(a_push).json() == {"Err": 0, "Errdesc": "OK"}


@pytest.mark.fault("F-27")
def test_a_poisonous_body_is_tried_alone_and_buried_while_the_others_pass(post_hook, account, a_push, monkeypatch):
    from voicenter_console.webhooks import channels

    post_hook({**a_push, "ivruniqueid": "poison"})
    for number in range(3):
        post_hook({**a_push, "ivruniqueid": f"good{number}"})
    real = channels.handler("cdr")

    def fails_on_poison(account, deliveries):
        if any(b"poison" in delivery.bytes for delivery in deliveries):
            raise ZeroDivisionError("a bug in the parser")
        return real(account, deliveries)

    monkeypatch.setitem(channels._handlers, "cdr", fails_on_poison)
    for _ in range(10):
        Delivery.objects.update(due_at="2020-01-01T00:00:00Z")
        ingest.drain(account)

    assert Cdr.objects.count() == 3
    dead = Delivery.objects.get(state="dead")
    assert (dead.attempts, dead.reason) == (5, "ZeroDivisionError: a bug in the parser")
