"""The second provider from its notification to the call log, against the simulated VCC Live (PROTOCOL S14)."""

import re
from datetime import timedelta
from io import StringIO
from urllib.parse import urlencode

import httpx
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from calls.models import AwaitedCall, Call, Cdr
from calls.vcc import fetching
from tests.sandbox.conftest import MORNING, still
from voicenter_console.jobs import claims, tasks
from voicenter_console.jobs.models import Job
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account, AuditEntry, HookToken
from voicenter_console.sandbox.http import application
from voicenter_console.sandbox.vcc import CENTRE_ZONE, VccLive
from voicenter_console.webhooks import ingest
from voicenter_console.webhooks.models import Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud(monkeypatch):
    cloud = still()
    monkeypatch.setattr(gateway, "transport", httpx.WSGITransport(app=application(cloud)))
    return cloud


@pytest.fixture
def centre(db, cloud, monkeypatch):
    """An account as the command makes it, whose notifications come through the console's own hook."""
    monkeypatch.setattr(tasks.run, "apply_async", lambda *args, **options: None)  # the sweep finds it
    out = StringIO()
    call_command("account", "add", "Second centre", "--provider", "vcc", "--customer", "kinneret", "--code",
                 cloud.code, "--base-url", "http://127.0.0.1:9", stdout=out)  # fmt: skip
    (path,) = re.findall(r"(/hooks/\S+/vcc/)$", out.getvalue(), re.MULTILINE)
    account = Account.objects.get(name="Second centre")
    account.path = path
    return account


@pytest.fixture
def at(cloud, centre, monkeypatch):
    """`at(minutes)`: it is that many minutes after the beginning, for the jobs too; what is due is done."""
    travel = []
    monkeypatch.setattr(claims, "Now", timezone.now)  # the database's clock travels with ours

    def at(minutes):
        now = MORNING + timedelta(minutes=minutes)
        for one in travel:
            one.stop()
        travel[:] = [time_machine.travel(now, tick=False)]
        travel[0].start()
        cloud.clock.advance((now - cloud.now()).total_seconds())
        for job in claims.due():
            claims.work(job)
        ingest.drain(centre)

    yield at
    for one in travel:
        one.stop()


@pytest.fixture
def tell(client, centre, at):
    """VCC Live tells of a call: as JSON, or as a form."""

    def tell(call, form=False, **more):
        said = {"uuid": call.uuid, **more}
        if form:
            answer = client.post(centre.path, urlencode(said), content_type="application/x-www-form-urlencoded")
        else:
            answer = client.post(centre.path, said, content_type="application/json")
        assert answer.status_code == 200
        ingest.drain(centre)
        return answer

    return tell


def asked(cloud):
    return cloud.requests["vcc"]


def test_the_command_prints_the_one_address_and_wants_a_customer(centre):
    assert (centre.customer, centre.pulls, centre.hook_tokens.get().channels) == ("kinneret", False, ["vcc"])
    with pytest.raises(CommandError, match="--customer"):
        call_command("account", "add", "Third", "--provider", "vcc")


@pytest.mark.parametrize("form", [False, True])
def test_a_call_is_there_at_once_and_whole_some_minutes_later(cloud, centre, at, tell, form):
    at(0)
    made = cloud.vcc.call(direction="outbound", late_minutes=7, talk=42)
    tell(made, form)
    call = Call.objects.get()
    assert (call.outcome, call.time_uncertain) == ("unknown", True)

    at(4.9)
    assert asked(cloud) == 0
    at(5)
    assert asked(cloud) == 1
    assert AwaitedCall.objects.get().error == "NotYet"
    at(9.9)
    assert asked(cloud) == 1
    at(10)
    assert asked(cloud) == 2

    leg = Cdr.objects.get()
    assert (leg.call_uid, leg.type, leg.status, leg.direction) == (made.uuid, "vcc-outbound", "ANSWER", "out")
    assert (leg.talk_seconds, leg.ring_seconds, leg.caller, leg.target) == (
        42,
        made.ring,
        made.source,
        made.destination,
    )
    assert leg.started_at == made.started
    assert leg.custom_data == made.custom
    assert leg.raw["pull"]["projectid"] == 1  # its own fields are kept
    assert leg.sources == ["pull", "push"]
    call.refresh_from_db()
    assert (call.outcome, call.talk_seconds, call.time_uncertain) == ("answered", 42, False)
    assert AwaitedCall.objects.get().state == "found"
    assert Job.objects.get().state == "done"
    at(60)
    assert asked(cloud) == 2


def test_a_call_told_of_twice_is_asked_for_once(cloud, centre, at, tell):
    at(0)
    made = cloud.vcc.call(late_minutes=1)
    tell(made)
    tell(made, start_ts="2026-07-15 10:59:00")
    tell(made, form=True)
    at(5)
    assert (asked(cloud), Call.objects.count(), AwaitedCall.objects.count()) == (1, 1, 1)


def test_after_twenty_times_it_is_incomplete_until_somebody_asks_again(cloud, centre, at, tell, as_owner):
    at(0)
    made = cloud.vcc.call(late_minutes=10_000)
    tell(made)
    for minutes in range(5, 130, 5):
        at(minutes)
    assert asked(cloud) == 20
    awaited = AwaitedCall.objects.get()
    assert (awaited.state, awaited.tries) == ("incomplete", 20)

    page = as_owner.get(f"/calls/{Call.objects.get().pk}/").content.decode()
    assert "Incomplete" in page
    assert "Ask again" in page
    assert "Incomplete" in as_owner.get("/calls/").content.decode()

    made.registered_at = cloud.now()
    answer = as_owner.post(f"/calls/awaited/{awaited.pk}/ask/")
    assert answer["Location"] == f"/calls/{Call.objects.get().pk}/"
    at(131)
    assert asked(cloud) == 21
    assert Cdr.objects.get().type.startswith("vcc-")
    assert "Incomplete" not in as_owner.get("/calls/").content.decode()
    assert AuditEntry.objects.filter(verb="vcc.asked_again").count() == 1


def test_only_who_may_read_the_call_log_again_may_ask(cloud, centre, at, tell, as_dana, as_rina):
    at(0)
    tell(cloud.vcc.call())
    pk = AwaitedCall.objects.get().pk
    assert as_dana.post(f"/calls/awaited/{pk}/ask/").status_code == 403
    assert as_rina.post(f"/calls/awaited/{pk}/ask/").status_code == 404
    assert as_rina.get(f"/calls/awaited/{pk}/ask/").status_code == 405


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        ({"wrong_uuid": True}, "WrongCall"),
        ({"cut": 40}, "Garbled"),
        ({"html": True}, "Garbled"),
        ({"down": True}, "Refused"),
        ({"wrong_code": True}, "NotAuthorised"),
    ],
)
def test_each_fault_of_the_server_costs_a_try_and_no_call(cloud, centre, at, tell, faults, error):
    at(0)
    made = cloud.vcc.call(late_minutes=1)
    tell(made)
    cloud.faults.change(doors=["vcc"], **faults)
    at(5)
    awaited = AwaitedCall.objects.get()
    assert (awaited.error, awaited.state) == (error, "waiting")
    assert str(fetching.words(awaited))
    assert not Cdr.objects.exclude(type="").exists()

    cloud.faults.clear()
    at(10)
    assert Cdr.objects.get().call_uid == made.uuid


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"customer": "a/b"}, "The account's customer name or address cannot be used."),
        ({"hosts": {"base": "http://vcc.example"}}, "The account's customer name or address cannot be used."),
        ({"code": None}, "VCC Live refuses the customer's name, the token or our address."),
    ],
)
def test_settings_that_cannot_be_used_cost_a_try_and_say_so(cloud, centre, at, tell, settings, words):
    at(0)
    tell(cloud.vcc.call(late_minutes=1))
    Account.objects.filter(pk=centre.pk).update(**settings)
    at(5)
    awaited = AwaitedCall.objects.get()
    assert (awaited.state, awaited.tries, fetching.words(awaited)) == ("waiting", 1, words)


def test_a_mistake_of_ours_is_not_the_provider_s(cloud, centre, at, tell, monkeypatch, caplog, as_owner):
    """A ValueError in our reading fails the job, loudly; the call shows as incomplete, with its button."""
    at(0)
    made = cloud.vcc.call(late_minutes=1)
    tell(made)
    with monkeypatch.context() as broken:
        broken.setattr(fetching.cdr, "by_uuid", lambda *_: int("no number"))
        at(5)
    awaited, job = AwaitedCall.objects.get(), Job.objects.get()
    assert (awaited.state, awaited.tries, job.state) == ("incomplete", 1, "failed")
    assert fetching.words(awaited) == "Something in the console went wrong."
    assert "no number" in caplog.text
    as_owner.post(f"/calls/awaited/{awaited.pk}/ask/")
    at(10)
    assert Cdr.objects.get().call_uid == made.uuid


def test_a_call_around_midnight_of_the_months_end_is_found_in_the_other_month(cloud, centre, at, tell):
    """Told without a start: the month of receipt is asked, and on the first day the one before it."""
    at(0)
    to_august = 16 * 24 * 60 + 13 * 60 + 2  # 1 August, 00:02 in Israel
    at(to_august)
    made = cloud.vcc.call(talk=400, late_minutes=1)
    assert made.started.astimezone(CENTRE_ZONE).month == 7
    tell(made)
    at(to_august + 5)
    assert Cdr.objects.get().type.startswith("vcc-")


@pytest.mark.parametrize("body", [b"{}", b'{"uuid": ""}', b"uuid=", b'{"start_ts": "2026-07-15 10:00:00"}', b"[1, 2]"])
def test_what_names_no_call_is_kept_and_answered_err_1(client, centre, body):
    answer = client.post(centre.path, body, content_type="application/json")
    assert (answer.status_code, b"1" in answer.content) == (200, True)
    assert Delivery.objects.get().state == "dead"


@pytest.mark.fault("F-31")
def test_a_notification_to_an_account_elsewhere_makes_no_call(client, account):
    HookToken.issue(account, ["vcc"], "a-vcc-token")
    client.post("/hooks/a-vcc-token/vcc/", {"uuid": "x-1"}, content_type="application/json")
    ingest.drain(account)
    assert (Delivery.objects.get().state, Call.objects.exists()) == ("dead", False)


def test_the_simulated_server_tells_until_it_is_heard(cloud, centre, at, client):
    """As `manage.py sandbox --vcc-url` does, through the console's own hook."""
    at(0)
    answers = [503, 200]

    def hook(request):
        status = answers.pop(0)
        if status == 200:
            assert client.post(centre.path, request.content, content_type="application/json").status_code == 200
        return httpx.Response(status)

    vcc = VccLive(cloud, hook_url="http://console/", client=httpx.Client(transport=httpx.MockTransport(hook)))
    cloud.vcc = vcc
    made = vcc.call(late_minutes=1)
    assert (vcc.tell_due(), vcc.tell_due(), vcc.tell_due()) == (0, 1, 0)
    ingest.drain(centre)
    assert Call.objects.get().started_at == made.started
    assert not Call.objects.get().time_uncertain
