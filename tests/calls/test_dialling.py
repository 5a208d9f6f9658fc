"""Click to call, against the simulated cloud: what is sent, what is never sent twice, what is found again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from django.db import connection
from django.utils import timezone

from calls import dialling, guard, resolver
from calls.board.state import Board
from calls.models import Cdr, DialRequest, Extension, LiveBoard
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account, AuditEntry
from voicenter_console.sandbox import monitor
from voicenter_console.sandbox.clock import Clock
from voicenter_console.sandbox.cloud import Cloud, Script
from voicenter_console.sandbox.http import application
from voicenter_console.voicenter import listening
from voicenter_console.voicenter import monitor as voicenter_monitor
from voicenter_console.voicenter.live import AllExtensions
from voicenter_console.voicenter.wire import Format

pytestmark = pytest.mark.django_db

TARGET = "054-555-0118"
State = DialRequest.State


@pytest.fixture
def cloud(account: Account, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """The account's own cloud, in this process."""
    cloud = Cloud(code=account.code, clock=Clock(timezone.now(), 0.0))
    monkeypatch.setattr(gateway, "transport", httpx.WSGITransport(app=application(cloud)))
    return cloud


@pytest.fixture
def phone(cloud: Cloud, account: Account, dana) -> str:
    """Dana's extension, as the cloud knows it."""
    agent = cloud.centre.agents[0]
    Extension.objects.filter(user=dana).update(code=agent.extension.sip)
    return agent.extension.sip


def dial(actor, target: str = TARGET, **options) -> DialRequest:
    """Ask and send, as the worker would."""
    asked = dialling.dial(actor, target, **options)
    dialling.send(asked.pk)
    asked.refresh_from_db()
    return asked


def aged(asked: DialRequest, **age: float) -> None:
    DialRequest.objects.filter(pk=asked.pk).update(created_at=timezone.now() - timedelta(**age))


def test_a_call_rings_the_own_phone_and_then_the_number(dana, phone, cloud):
    asked = dial(dana, variables={"var_lead": "L-17"})

    assert (asked.state, asked.error_code) == (State.ACCEPTED, 0)
    (rung,) = cloud.dials
    assert (rung.action, rung.phone, rung.target) == ("call", phone, "972545550118")
    assert rung.variables == {"var_lead": "L-17", "var_request": str(asked.pk)}
    assert asked.call_uid == rung.call_id
    entry = AuditEntry.objects.get(verb="dial")
    assert (entry.actor, entry.subject) == (dana, f"{phone} 972545550118")


def test_the_same_key_is_the_same_request(dana, phone, cloud):
    first, second = dial(dana, key="k"), dial(dana, key="k")

    assert first == second
    assert len(cloud.dials) == 1


def test_a_request_is_sent_once_however_often_it_is_hinted(dana, phone, cloud):
    asked = dial(dana)
    for _ in range(3):
        dialling.send(asked.pk)
        dialling.sweep()

    assert len(cloud.dials) == 1


@pytest.mark.parametrize(("state_of_phone", "rule", "code"), [("offline", "offline", 3), ("blocked", "blocked", 4)])
def test_a_refusal_says_which(dana, phone, cloud, state_of_phone, rule, code):
    getattr(cloud.centre, state_of_phone).add(phone)
    asked = dial(dana)

    assert (asked.state, asked.error, asked.error_code) == (State.REFUSED, rule, code)
    assert asked.message
    assert not cloud.dials


def test_hanging_up_ends_what_is_on_the_phone(dana, phone, cloud):
    cloud.scripts.append(Script("ANSWER", "ANSWER", 600))
    asked = dial(dana)
    cloud.advance(30)
    ended = dial(dana, "", action="terminate", ends=asked)
    assert (ended.state, ended.call_uid) == (State.ACCEPTED, "")

    again = dial(dana, "", action="terminate")
    assert (again.state, again.error) == (State.REFUSED, "application")


def test_message_and_conference_ring_one_phone(dana, phone, cloud):
    dial(dana, "", action="message", phone="0545550118", options={"before": "hello", "digits": "42"})
    dial(dana, "", action="callference", options={"entry_code": "77"})

    assert [(one.action, one.phone) for one in cloud.dials] == [
        ("message", "972545550118"),
        ("callference", phone),
    ]


def test_what_waited_too_long_is_not_sent(dana, phone, cloud):
    asked = dialling.dial(dana, TARGET)
    aged(asked, seconds=25)
    dialling.send(asked.pk)
    dialling.sweep()
    asked.refresh_from_db()

    assert (asked.state, asked.error) == (State.REFUSED, "too_late")
    assert not cloud.dials


def test_the_sweep_sends_what_a_lost_hint_left(dana, phone, cloud):
    asked = dialling.dial(dana, TARGET)
    dialling.sweep()
    asked.refresh_from_db()

    assert asked.state == State.ACCEPTED


def test_a_sender_that_died_leaves_an_unknown_request_that_is_never_sent(dana, phone, cloud):
    asked = dialling.dial(dana, TARGET)
    long_ago = timezone.now() - timedelta(minutes=3)
    DialRequest.objects.filter(pk=asked.pk).update(state=State.SENT, sent_at=long_ago)
    dialling.sweep()
    dialling.send(asked.pk)
    asked.refresh_from_db()

    assert (asked.state, asked.error) == (State.UNKNOWN, "lost")
    assert not cloud.dials


# --- a lost answer (F-43) ----------------------------------------------------------------------------------


class Deaf:
    """Reads requests whole, counts them as dials, and closes without a word."""

    def __init__(self) -> None:
        self.dials = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            with peer:
                said = b""
                while b"var_request" not in said and (part := peer.recv(65536)):
                    said += part
                self.dials += 1

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def deaf(account: Account) -> Iterator[Deaf]:
    server = Deaf()
    account.hosts = {"base": server.url}
    account.save()
    yield server
    server.close()


@pytest.mark.fault("F-43")
def test_a_call_whose_answer_is_lost_is_dialled_once(dana, deaf):
    asked = dial(dana)
    for _ in range(3):
        dialling.send(asked.pk)
        dialling.sweep()
    asked.refresh_from_db()

    assert (asked.state, asked.error, asked.settled_at) == (State.UNKNOWN, "lost", None)
    assert deaf.dials == 1
    assert dialling.dial(dana, TARGET).error == "answer_lost"


def test_where_nobody_listens_nobody_was_called(dana, account):
    with socket.create_server(("127.0.0.1", 0)) as server:
        account.hosts = {"base": f"http://127.0.0.1:{server.getsockname()[1]}"}
    account.save()
    asked = dial(dana)

    assert (asked.state, asked.error) == (State.REFUSED, "unreachable")


@pytest.mark.fault("F-43")
@pytest.mark.parametrize("form", Format)
def test_a_lost_answer_is_found_in_the_calls_records(dana, phone, cloud, push, form):
    cloud.faults.change(cut=5)
    asked = dial(dana)
    assert asked.state == State.UNKNOWN
    (rung,) = cloud.dials

    cloud.advance(3 * 3600)
    records = [cloud.notification(leg) for leg in cloud.ended_legs() if leg.call_id == rung.call_id]
    push(*records, form=form)
    asked.refresh_from_db()

    assert (asked.state, asked.call_uid) == (State.RESOLVED, rung.call_id)


@pytest.mark.fault("F-43")
def test_a_record_that_came_before_the_answer_was_given_up_is_found_too(dana, phone, cloud, push):
    asked = dial(dana)
    (rung,) = cloud.dials
    cloud.advance(3 * 3600)
    push(*[cloud.notification(leg) for leg in cloud.ended_legs() if leg.call_id == rung.call_id])
    DialRequest.objects.update(state=State.SENT, call_uid="", sent_at=timezone.now() - timedelta(minutes=5))
    dialling.sweep()
    asked.refresh_from_db()

    assert (asked.state, asked.call_uid) == (State.RESOLVED, rung.call_id)


def test_the_resolver_costs_one_query_while_nothing_is_missing(dana, account, a_push, push, count_queries):
    from calls.models import Call

    push(a_push)
    calls = list(Call.objects.all())
    assert count_queries(lambda: resolver.heard(None, account=account, calls=calls)) == 1


@pytest.mark.parametrize("broken", [{"html": True}, {"down": True}])
def test_an_answer_that_says_nothing_is_unknown(dana, phone, cloud, broken):
    cloud.faults.change(**broken)

    assert dial(dana).state == State.UNKNOWN


# --- found while the call runs -------------------------------------------------------------------------------


@pytest.fixture
def lost(dana, phone, cloud) -> DialRequest:
    """A click whose answer was cut after its bytes had left; both talk for ten minutes."""
    cloud.scripts.append(Script("ANSWER", "ANSWER", 600))
    cloud.faults.change(cut=5)
    asked = dial(dana)
    cloud.faults.clear()
    assert asked.state == State.UNKNOWN
    cloud.advance(30)
    return asked


def looked_at(asked: DialRequest) -> DialRequest:
    resolver.look_at_phones()
    asked.refresh_from_db()
    return asked


def without_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cloud as it is where guess 47 is wrong: active calls tell no variables."""
    told = monitor._call
    monkeypatch.setattr(monitor, "_call", lambda *about: told(*about) | {"customdata": {}})


@pytest.mark.fault("F-43")
def test_a_lost_answer_is_found_while_the_call_runs(lost, cloud, dana):
    (rung,) = cloud.dials
    found = looked_at(lost)

    assert (found.state, found.call_uid) == (State.RESOLVED, rung.call_id)
    assert found.settled_at
    assert not Cdr.objects.exists()
    for _ in range(3):
        dialling.send(lost.pk)
        dialling.sweep()
        resolver.look_at_phones()
    assert len(cloud.dials) == 1
    assert cloud.requests["monitor"] == 1, "what is known is not asked for again"


@pytest.mark.fault("F-43")
def test_a_fresh_snapshot_is_read_and_nobody_asked(lost, cloud, account):
    (rung,) = cloud.dials
    board = Board()
    with gateway.client(account) as client:
        told = listening.phones(voicenter_monitor.extensions_calls(client))
    board.apply(AllExtensions(at=timezone.now(), extensions=told))
    asked_before = cloud.requests["monitor"]
    snapshot = LiveBoard.objects.create(account=account, state=board.data(), as_of=timezone.now())
    cloud.faults.change(down=True)

    assert looked_at(lost).call_uid == rung.call_id
    assert cloud.requests["monitor"] == asked_before
    DialRequest.objects.update(state=State.UNKNOWN, call_uid="")
    LiveBoard.objects.filter(pk=snapshot.pk).update(as_of=timezone.now() - timedelta(minutes=1))
    assert looked_at(lost).state == State.UNKNOWN, "an old snapshot tells nothing of now"
    assert cloud.requests["monitor"] > asked_before


@pytest.mark.fault("F-43")
def test_where_calls_tell_no_variables_phone_and_number_find_it(lost, cloud, monkeypatch):
    without_names(monkeypatch)

    assert looked_at(lost).call_uid == cloud.dials[0].call_id


@pytest.mark.fault("F-43")
@pytest.mark.parametrize("change", [
    {"target": "972545550119"}, {"phone": "Zz9dE6gH"},
    {"sent_at": timedelta(minutes=-3)}, {"sent_at": timedelta(minutes=2)},
])  # fmt: skip
def test_a_call_of_another_number_phone_or_minute_is_not_taken_for_it(lost, cloud, monkeypatch, change):
    without_names(monkeypatch)
    moved = {name: lost.sent_at + by if isinstance(by, timedelta) else by for name, by in change.items()}
    DialRequest.objects.filter(pk=lost.pk).update(**moved)

    assert looked_at(lost).state == State.UNKNOWN


@pytest.mark.fault("F-43")
def test_a_call_that_is_somebody_s_already_or_may_be_two_s_is_nobody_s(lost, cloud, monkeypatch, account, rina):
    without_names(monkeypatch)
    same = {"account": account, "user": rina, "phone": lost.phone, "target": lost.target, "sent_at": lost.sent_at}
    other = DialRequest.objects.create(state=State.UNKNOWN, **same)
    assert looked_at(lost).state == State.UNKNOWN
    DialRequest.objects.filter(pk=other.pk).update(state=State.ACCEPTED, call_uid=cloud.dials[0].call_id)
    assert looked_at(lost).state == State.UNKNOWN


@pytest.mark.fault("F-43")
def test_after_ten_minutes_nobody_looks(lost, cloud, count_queries):
    aged(lost, minutes=11)

    assert count_queries(resolver.look_at_phones) == 1
    assert cloud.requests["monitor"] == 0


def test_a_cloud_that_does_not_answer_is_looked_at_again(lost, cloud):
    cloud.faults.change(down=True)
    assert looked_at(lost).state == State.UNKNOWN
    cloud.faults.clear()
    assert looked_at(lost).state == State.RESOLVED


# --- the guard (F-61, its first form) ----------------------------------------------------------------------


@pytest.mark.fault("F-61")
@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        ("1-900-555-011", "premium"), ("+972 1 901 555 011", "premium"), ("009721919555011", "premium"),
        ("1956555011", "special"), ("1-700-555-011", "shared_cost"), ("+808 1234 5678", "shared_cost"),
        ("+8816123456789", "satellite"), ("+870773111632", "satellite"), ("+882161234567", "satellite"),
        ("+44 20 7946 0018", "international"), ("0044 20 7946 0018", "international"),
        ("+970599123456", "international"), ("0153545550118", "international"),
        ("972153545550118", "special"), ("*2700", "short"), ("100", "short"),
        ("0901234567", "not_in_use"), ("0130442079460018", "not_in_use"), ("911", "not_an_extension"),
        ("0545550118p1", "not_an_extension"), ("+1 900 555 0123", "premium"),
    ],
)  # fmt: skip
def test_what_is_dear_or_far_is_refused(raw, rule):
    assert guard.judge(raw).refused == rule


@pytest.mark.parametrize(
    "raw", ["sip:evil@example.com", "", "  ", "٠٥٤٥٥٥٠١١٨", "0545550118;ext=5", "0545550118,,1", "Anonymous"]
)
def test_what_is_no_telephone_is_no_request(raw):
    with pytest.raises(guard.Unaskable, match="not_a_number"):
        guard.judge(raw)


@pytest.mark.parametrize("raw", ["0545550118", "972545550118", "+972 (54) 555-0118", "00972545550118", "9720545550118"])
def test_every_spelling_of_a_number_is_sent_as_one(raw):
    assert guard.judge(raw) == guard.Verdict("972545550118")


def test_calls_abroad_can_be_switched_on_but_not_dear_ones(settings):
    settings.DIAL_INTERNATIONAL = True

    assert guard.judge("+44 20 7946 0018") == guard.Verdict("442079460018")
    assert guard.judge("+44 909 879 0018").refused == "premium"
    assert guard.judge("+8816123456789").refused == "satellite"


@pytest.mark.fault("F-61")
def test_the_library_s_examples_of_dear_numbers_are_refused_in_every_country(settings):
    import phonenumbers
    from phonenumbers import PhoneNumberType

    settings.DIAL_INTERNATIONAL = True
    dear = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST)
    examples = [
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        for region in phonenumbers.SUPPORTED_REGIONS for kind in dear
        if (number := phonenumbers.example_number_for_type(region, kind))
    ]  # fmt: skip
    assert len(examples) > 200
    assert [raw for raw in examples if not guard.judge(raw).refused] == []


def test_nobody_is_rung_twice_within_ten_seconds_by_whoever(dana, rina, phone, account, cloud):
    Extension.objects.create(account=account, code="Zz9dE6gH", user=rina)
    first = dial(dana)
    second = dialling.dial(rina, "+972 54 555 0118")
    assert (second.state, second.error) == (State.REFUSED, "too_soon")

    aged(first, seconds=11)
    assert dialling.dial(rina, TARGET).state == State.QUEUED


def test_only_the_own_phone_rings_first(dana, rina, phone, account, cloud):
    Extension.objects.create(account=account, code="Zz9dE6gH", user=rina)

    for other in ("Zz9dE6gH", "0545550199", "+19005550123"):
        asked = dialling.dial(dana, TARGET, phone=other)
        assert (asked.state, asked.error) == (State.REFUSED, "not_own_phone")
    assert not cloud.dials


def test_a_colleague_s_extension_can_be_called(dana, account, phone, cloud):
    colleague = cloud.centre.agents[1].extension.sip
    Extension.objects.create(account=account, code=colleague)

    assert dial(dana, colleague).state == State.ACCEPTED


def test_without_a_phone_nothing_is_asked(gal, cloud):
    with pytest.raises(guard.Unaskable, match="no_phone"):
        dialling.dial(gal, TARGET)


def test_a_refused_dial_is_kept_and_audited(dana, phone, cloud):
    asked = dialling.dial(dana, "1-900-555-011", address="192.0.2.7")

    assert (asked.state, asked.error) == (State.REFUSED, "premium")
    entry = AuditEntry.objects.get(verb="dial")
    assert (entry.after["rule"], entry.address) == ("premium", "192.0.2.7")


def test_a_rule_of_the_floors_above_is_asked(dana, phone, cloud, monkeypatch):
    monkeypatch.setattr(guard, "_rules", [])
    guard.register(lambda wanted: "do_not_call" if wanted.target == "972545550118" else "")

    assert dialling.dial(dana, TARGET).error == "do_not_call"
    assert dialling.dial(dana, "0545550119").state == State.QUEUED


def _at_once(ask, times: int = 8) -> list[DialRequest]:
    with ThreadPoolExecutor(times) as pool:

        def one(number: int) -> DialRequest:
            try:
                return ask(number)
            finally:
                connection.close()

        return list(pool.map(one, range(times)))


@pytest.mark.fault("F-61")
@pytest.mark.django_db(transaction=True)
def test_of_many_presses_at_once_one_gets_through(dana, cloud, phone):
    asked = _at_once(lambda number: dialling.dial(dana, TARGET, key=f"tab {number}"))

    assert sorted(one.error for one in asked) == ["", *["too_soon"] * 7]


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_once_is_one_request(dana, cloud, phone):
    asked = _at_once(lambda number: dialling.dial(dana, TARGET, key="k"))

    assert len({one.pk for one in asked}) == DialRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_senders_at_once_one_sends(dana, cloud, phone):
    asked = dialling.dial(dana, TARGET)
    _at_once(lambda number: dialling.send(asked.pk))

    assert len(cloud.dials) == 1


def test_a_hint_of_any_thread_goes_to_the_console_s_broker(settings):
    from calls.tasks import send_dial

    with ThreadPoolExecutor(1) as pool:
        broker = pool.submit(lambda: send_dial.app.conf.broker_url).result()
    assert broker == settings.CELERY_BROKER_URL
