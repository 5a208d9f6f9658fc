"""Signed, once a notice, again after a failure, given up at last, and never into a private network."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.notifications.conftest import PUBLIC
from voicenter_console.notifications import addresses, post, sending, tasks
from voicenter_console.notifications.models import Dispatch, Endpoint, Notice

pytestmark = pytest.mark.django_db
KIND = "recovery.opened"


def tell(account, key: str = "k", **more) -> Notice | None:
    return sending.notify(account, KIND, key, {"phone": "+972545550118"}, **more)


def test_signed_as_standard_webhooks_says(account, receiver, deliver):
    notice = tell(account)
    (sent,) = deliver()
    assert (sent.state, sent.status, sent.attempts) == ("sent", 204, 1)
    assert receiver.taken == [
        {"type": KIND, "timestamp": notice.at.isoformat(), "data": {"phone": "+972545550118"}}
    ]  # fmt: skip
    assert receiver.heads[0]["webhook-id"] == f"msg_{notice.pk.hex}"


def test_connected_to_the_address_that_was_checked_under_its_own_name(account, receiver, deliver):
    tell(account)
    deliver()
    assert receiver.reached == [(PUBLIC, "hooks.example.org", "hooks.example.org")]


def test_the_same_key_is_told_once_and_only_to_those_who_asked(account, endpoint):
    Endpoint.objects.create(account=account, name="off", url="https://a.example/", kinds=[KIND], active=False)
    Endpoint.objects.create(account=account, name="other", url="https://b.example/", kinds=["recovery.closed"])
    assert tell(account)
    assert tell(account) is None
    assert [row.endpoint for row in Dispatch.objects.all()] == [endpoint]


def test_nobody_asked_makes_no_row(account):
    assert tell(account) is None
    assert not Notice.objects.exists()


def test_a_failure_comes_again_with_the_same_id_and_is_given_up_at_last(account, receiver, deliver):
    receiver.status = 500
    tell(account)
    at, waits = timezone.now(), []
    for _ in range(20):
        with time_machine.travel(at, tick=False):
            (row,) = deliver()
        if row.state == "dead":
            break
        waits.append(row.due_at - at)
        at = row.due_at
    assert waits == sending.BACK_OFF
    row = Dispatch.objects.get()
    assert (row.state, row.status, row.answer) == ("dead", 500, "thank you")
    assert row.attempts == len(sending.BACK_OFF) + 1 == len(receiver.taken)
    assert len({head["webhook-id"] for head in receiver.heads}) == 1


def test_the_next_attempt_is_not_before_its_time(account, receiver, deliver):
    receiver.status = 503
    receiver.headers = {"Retry-After": "120"}
    tell(account)
    deliver()
    assert len(deliver()) == len(receiver.taken) == 1
    row = Dispatch.objects.get()
    assert timedelta(seconds=100) < row.due_at - timezone.now() <= timedelta(seconds=120)


def test_a_redirect_is_not_followed(account, receiver, deliver):
    receiver.status, receiver.headers = 302, {"Location": "https://10.0.0.1/"}
    tell(account)
    (row,) = deliver()
    assert (row.state, row.status, len(receiver.taken)) == ("waiting", 302, 1)


def test_gone_switches_the_endpoint_off(account, endpoint, receiver, deliver):
    receiver.status = 410
    tell(account)
    assert deliver()[0].state == "dead"
    endpoint.refresh_from_db()
    assert not endpoint.active
    assert tell(account, "again") is None


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_it_once(account, receiver):
    tell(account)
    (pk,) = Dispatch.objects.values_list("pk", flat=True)
    together = threading.Barrier(2)

    def work(_):
        together.wait()
        try:
            sending.send(pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert len(receiver.taken) == 1


def test_a_lost_sender_leaves_it_to_the_next(account, receiver, deliver, monkeypatch):
    tell(account)

    def dies(*_):
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(post, "send", dies)
        with pytest.raises(SystemExit):
            deliver()
    assert deliver()[0].state == "waiting"  # somebody may have it
    with time_machine.travel(timezone.now() + sending.LEASE + timedelta(seconds=1)):
        assert sending.due()
        (row,) = deliver()
    assert (row.state, row.attempts, len(receiver.taken)) == ("sent", 2, 1)


def test_replayed_by_somebody(account, receiver, deliver):
    receiver.status = 410
    tell(account)
    (row,) = deliver()
    receiver.status = 200
    assert sending.replay([row.pk]) == 1
    assert deliver()[0].state == "sent"


def test_a_slow_receiver_has_two_at_once(account, endpoint):
    for number in range(5):
        tell(account, str(number))
    assert len(sending.due()) == 2


def test_a_receiver_with_much_to_come_holds_up_nobody(account, endpoint):
    for number in range(120):
        tell(account, str(number))
    sending.notify(account, "report.alert", "m", {"subject": "x", "text": "y"}, emails=["rina@centre.example"])
    chosen = Dispatch.objects.filter(pk__in=sending.due())
    assert sorted(chosen.values_list("email", flat=True)) == ["", "", "rina@centre.example"]


def test_forgotten_after_a_month(account, endpoint):
    tell(account)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        tasks.prune()
    assert not Notice.objects.exists()


def test_one_receiver_a_dispatch(account, endpoint):
    notice = tell(account)
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispatch.objects.create(notice=notice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispatch.objects.create(notice=notice, endpoint=endpoint)


def test_a_mail(account, deliver):
    data = {"subject": "Two people wait", "text": "Look."}
    sending.notify(account, "recovery.mail", "m", data, emails=["rina@centre.example", "rina@centre.example"])
    (row,) = deliver()
    deliver()
    (letter,) = mail.outbox
    assert (row.state, letter.to, letter.subject, letter.body) == ("sent", ["rina@centre.example"], *data.values())


def test_a_name_with_a_line_end_in_it_stops_no_mail(account, deliver):
    data = {"subject": "Sales\r\nBcc: all@centre.example", "text": "Look."}
    sending.notify(account, "recovery.mail", "m", data, emails=["rina@centre.example"])
    assert deliver()[0].state == "sent"
    assert mail.outbox[0].subject == "Sales Bcc: all@centre.example"


# --- where a webhook may go -----------------------------------------------------------------------------------------

REFUSED = [
    "http://hooks.example.org/", "ftp://hooks.example.org/", "//hooks.example.org", "hooks.example.org", "",
    "https://", "https://user:pass@hooks.example.org/", "https://localhost/", "https://LOCALHOST./x",
    "https://printer.local/", "https://db.internal/", "https://127.0.0.1/", "https://127.0.0.1:8443/",
    "https://10.1.2.3/", "https://172.16.0.1/", "https://192.168.1.1/", "https://169.254.169.254/latest/",
    "https://100.64.0.1/", "https://0.0.0.0/", "https://255.255.255.255/", "https://224.0.0.1/", "https://[::1]/",
    "https://[::]/", "https://[fe80::1]/", "https://[fc00::1]/", "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:93.184.215.14]/", "https://[2002:7f00:1::]/", "https://[64:ff9b::7f00:1]/",
    "https://[ff02::1]/", "https://hooks.example.org:0/", "https://hooks.example.org:99999/", "https://a b/",
    "https://a\nb/", "https://hooks.example.org/\x00", "javascript:alert(1)", "file:///etc/passwd", "https://[::1",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_is_refused_by_its_text(url):
    with pytest.raises(addresses.Forbidden):
        addresses.checked(url)


@pytest.mark.parametrize(
    "found",
    [["127.0.0.1"], ["10.0.0.9"], [PUBLIC, "192.168.0.1"], ["::1"], ["fe80::1%eth0"], ["::ffff:10.0.0.1"],
     ["169.254.169.254"], ["64:ff9b::a00:1"], ["2002:a00:1::"], ["100.64.1.1"]],
)  # fmt: skip
def test_a_name_that_leads_inside_is_given_up(account, receiver, names, deliver, found):
    names["hooks.example.org"] = found
    tell(account)
    (row,) = deliver()
    assert (row.state, row.answer) == ("dead", "forbidden: private")
    assert receiver.taken == []


def test_a_resolver_that_answers_otherwise_the_second_time_is_asked_once(
    account, receiver, names, monkeypatch, deliver
):
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    monkeypatch.setattr(addresses, "resolve", lambda host, port: next(answers))
    tell(account)
    deliver()
    assert [host for host, *_ in receiver.reached] == [PUBLIC]


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "017700000001", "127.1"])
def test_numbers_that_a_resolver_takes_for_loopback(account, endpoint, deliver, host):
    """With the machine's own resolver, and somebody who would hear it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        endpoint.url = f"https://{host}:{listener.getsockname()[1]}/"
        endpoint.save()
        tell(account)
        (row,) = deliver()
        assert row.state == "dead" or row.answer.startswith("gaierror")
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_name_without_an_address_comes_again(account, receiver, names, deliver):
    names["hooks.example.org"] = []
    tell(account)
    (row,) = deliver()
    assert (row.state, row.answer) == ("waiting", "OSError: hooks.example.org has no address")
