"""The simulated cloud speaks to the console's own hooks: callers, pop-ups, records (PROTOCOL S2, S6, S13)."""

import httpx
import pytest
from django.test import Client

from calls.models import Cdr, Contact, ContactNumber, Extension
from calls.popup import hook, misses
from tests.conftest import TOKEN
from tests.sandbox.conftest import still
from voicenter_console.live.models import Event
from voicenter_console.organisation.models import HookToken
from voicenter_console.sandbox.callers import Callers
from voicenter_console.sandbox.popups import PopUps
from voicenter_console.sandbox.pusher import Pusher
from voicenter_console.webhooks import ingest, tokens
from voicenter_console.webhooks.models import Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def through(account):
    """An httpx client whose requests go to the console in this process."""

    def answer(request):
        said = Client().generic(
            request.method, request.url.raw_path.decode(), request.content,
            content_type=request.headers.get("content-type", ""),
            headers={name: value for name, value in request.headers.items() if name == "origin"},
        )  # fmt: skip
        return httpx.Response(said.status_code, content=said.content, headers=dict(said.headers))

    account.ivr_answer = {"do": "go_to_layer", "layer": 20}
    account.layer_answer = {"do": "go_to_layer", "layer": 21, "custom": {"crm_id": "7"}}
    account.save()
    HookToken.issue(account, ["popup"], "a-popup-token")
    tokens.forget()
    return httpx.Client(transport=httpx.MockTransport(answer), base_url="http://testserver")


def test_callers_of_both_dialects_and_encodings_end_in_records_with_their_path(through, account):
    cloud = still()
    urls = {
        name: f"http://testserver/hooks/{TOKEN}/{path}/" for name, path in (("external", "ivr"), ("layer", "layer"))
    }
    callers = Callers(cloud, urls, client=through)
    walks = [callers.walk(dialect, ["2"], form) for dialect in urls for form in ("json", "xml") for _ in range(3)]
    assert [walk.silent for walk in walks] == [""] * 12
    cloud.advance(900)
    assert callers.hang_up_due() == 12

    pusher = Pusher(cloud, f"http://testserver/hooks/{TOKEN}/cdr/", client=through)
    pusher.collect()
    while pusher.push_due():
        pass
    ingest.drain(account)
    for walk in walks:
        leg = Cdr.objects.get(call_uid=walk.call_id)
        assert leg.ivr_path[-1]["layer_number"] == (20 if walk.dialect == "external" else 21)
        assert leg.queue_name == ("Service" if walk.dialect == "external" else "Sales")
    assert Delivery.objects.filter(channel__in=["ivr", "layer"]).count() == 24
    assert not Delivery.objects.dead().exists()


def test_each_phase_of_a_ringing_call_is_told_and_answered(through, account, dana, monkeypatch):
    monkeypatch.setattr(hook, "BEAT_SECONDS", 1e-6)
    monkeypatch.setattr(misses, "MOST_A_MINUTE", 10_000)  # five minutes of calls pass in seconds here
    misses.forget()
    cloud = still()
    for agent in cloud.centre.agents:
        Extension.objects.update_or_create(account=account, code=agent.extension.sip, defaults={"user": dana})
    known = cloud.centre.customers[0]
    contact = Contact.objects.create(account=account, name="Carmel Foods")
    ContactNumber.of(contact, f"+{known.international}").save()
    cloud.place_call(cloud.centre.agents[0].extension.sip, known.international)
    popups = PopUps(cloud, "http://testserver/hooks/a-popup-token/popup/", client=through)
    for _ in range(300):
        popups.look()
        cloud.advance(1)

    assert {one.status for one in popups.told} == {200}
    assert {one.phase for one in popups.told} >= {"Ringing", "Talking", "Hangup"}
    assert {one.form for one in popups.told} == {"json", "query", "form"}
    assert all(one.card["STATUS"] == "OK" for one in popups.told)
    of_known = [one for one in popups.told if one.card["CLIENTNAME"] == "Carmel Foods"]
    assert of_known
    assert Event.objects.filter(kind="popup", people=[dana.pk]).count() == len(popups.told)
    at_a_phone: dict[tuple[str, str], list[str]] = {}
    for one in popups.told:
        at_a_phone.setdefault((one.call_id, one.extension), []).append(one.phase)
    assert list(at_a_phone.values()).count(["Ringing", "Talking", "Hangup"]) > 3
