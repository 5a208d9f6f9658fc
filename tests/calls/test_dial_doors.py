"""The doors to click to call: buttons on the pages and POST /api/v1/click2call/."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import httpx
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from calls import dialling
from calls.models import Call, DialRequest, Extension
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account, ApiKey
from voicenter_console.organisation.roles import Role
from voicenter_console.sandbox.clock import Clock
from voicenter_console.sandbox.cloud import Cloud, Script
from voicenter_console.sandbox.http import application

pytestmark = pytest.mark.django_db

TARGET = "0545550118"
API = "/api/v1/click2call/"
State = DialRequest.State


@pytest.fixture
def cloud(account: Account, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    cloud = Cloud(code=account.code, clock=Clock(timezone.now(), 0.0))
    monkeypatch.setattr(gateway, "transport", httpx.WSGITransport(app=application(cloud)))
    return cloud


@pytest.fixture
def phone(cloud: Cloud, dana) -> str:
    sip = cloud.centre.agents[0].extension.sip
    Extension.objects.filter(user=dana).update(code=sip)
    return sip


@pytest.fixture
def dana_s_key(dana) -> Client:
    return Client(headers={"Authorization": f"Bearer {ApiKey.issue('desk', Role.AGENT, dana)}"})


def press(client: Client, target: str = TARGET, key: str = "", *, htmx: bool = True):
    data = {"target": target, "key": key or uuid.uuid4(), "shape": "row"}
    return client.post(reverse("calls:dial"), data, headers={"HX-Request": "true"} if htmx else {})


def send_all() -> None:
    for pk in DialRequest.objects.filter(state=State.QUEUED).values_list("pk", flat=True):
        dialling.send(pk)


def follow(client: Client, dial: DialRequest, **query: str):
    return client.get(reverse("calls:dial_progress", args=[dial.pk]), query, headers={"HX-Request": "true"})


def ask(client: Client, key: str = "", **body: object):
    return client.post(API, body, content_type="application/json", headers={"Idempotency-Key": key} if key else {})


# --- pages -------------------------------------------------------------------------------------------------


def test_a_number_in_the_log_can_be_called_by_who_may(as_dana, as_rina, push, a_push):
    push(a_push)

    button = 'action="/calls/dials/"'
    assert as_dana.get("/calls/").content.decode().count(button) == 1
    assert button in as_rina.get(Call.objects.get().get_absolute_url()).content.decode()


def test_a_withheld_number_has_no_button(as_rina, push, a_push):
    push({**a_push, "caller": "Anonymous"})

    assert "/calls/dials/" not in as_rina.get("/calls/").content.decode()


def test_buttons_cost_no_queries(as_rina, push, a_push, count_queries):
    def others(count: int) -> list[dict]:
        ids = (f"2026071514300801{number:02}b7c6d5e4f30211" for number in range(count))
        return [{**a_push, "ivruniqueid": call_id} for call_id in ids]

    push(a_push)
    as_rina.get("/calls/")
    one = count_queries(lambda: as_rina.get("/calls/"))
    push(*others(20))
    assert count_queries(lambda: as_rina.get("/calls/")) == one


def test_a_pressed_button_rings_and_shows_how_far_it_is(as_dana, phone, cloud, push):
    page = press(as_dana).content.decode()
    dial = DialRequest.objects.get()
    assert "your phone" in page
    assert f"/calls/dials/{dial.pk}/?seen=queued" in page

    send_all()
    page = follow(as_dana, dial, seen="queued---0").content.decode()
    assert "/hang-up/" in page
    (stamp,) = re.findall(r"seen=([^&\"]+)", page)
    assert follow(as_dana, dial, seen=stamp).status_code == 204

    (rung,) = cloud.dials
    cloud.advance(3 * 3600)
    push(*[cloud.notification(leg) for leg in cloud.ended_legs() if leg.call_id == rung.call_id])
    page = follow(as_dana, dial, seen=stamp).content.decode()
    assert Call.objects.get().get_absolute_url() in page
    assert "hx-trigger" not in page.split("<form")[0]


def test_a_double_click_is_one_call(as_dana, phone, cloud):
    key = str(uuid.uuid4())
    press(as_dana, key=key)
    press(as_dana, key=key)
    send_all()

    assert len(cloud.dials) == 1


def test_two_tabs_are_one_call(as_dana, phone, cloud):
    press(as_dana)
    page = press(as_dana).content.decode()
    send_all()

    assert "dialled a moment ago" in page
    assert len(cloud.dials) == 1


def test_without_a_script_the_button_leads_to_a_page_of_the_call(as_dana, phone):
    answer = press(as_dana, htmx=False)
    dial = DialRequest.objects.get()

    assert answer.status_code == 302
    assert answer["Location"] == reverse("calls:dial_progress", args=[dial.pk])
    page = as_dana.get(answer["Location"]).content.decode()
    assert '<noscript><meta http-equiv="refresh"' in page


def test_hanging_up_from_the_page(as_dana, phone, cloud):
    cloud.scripts.append(Script("ANSWER", "ANSWER", 600))
    press(as_dana)
    send_all()
    cloud.advance(30)
    dial = DialRequest.objects.get()
    url, key = reverse("calls:hang_up", args=[dial.pk]), str(uuid.uuid4())
    for _ in range(2):
        page = as_dana.post(url, {"key": key}, headers={"HX-Request": "true"}).content.decode()
        assert "Hanging up" in page
    send_all()

    ended = DialRequest.objects.get(action="terminate")
    assert (ended.state, ended.phone) == (State.ACCEPTED, phone)
    page = follow(as_dana, dial).content.decode()
    assert "Hung up." in page
    assert "data-dialling" not in page  # its record may take minutes: the next call does not wait for it
    assert "hx-get" in page


def test_an_offline_phone_is_said_in_words(as_dana, phone, cloud):
    cloud.centre.offline.add(phone)
    press(as_dana)
    send_all()

    page = follow(as_dana, DialRequest.objects.get()).content.decode()
    assert "Your phone is offline. Nobody was called." in page
    assert "(3)" in page


def test_without_an_own_phone_the_page_says_how_to_get_one(as_gal, account):
    page = press(as_gal).content.decode()

    assert "No phone is tied to you yet." in page
    assert not DialRequest.objects.exists()


@pytest.mark.parametrize(("minutes", "words"), [(1, "don&#x27;t dial again"), (11, "No trace of this call")])
def test_a_lost_answer_is_said_as_long_as_it_is_looked_for(as_dana, dana, phone, minutes, words):
    press(as_dana)
    created = timezone.now() - timedelta(minutes=minutes)
    DialRequest.objects.update(state=State.UNKNOWN, error="lost", created_at=created)

    assert words in follow(as_dana, DialRequest.objects.get()).content.decode()


def test_another_s_call_is_nobody_s_business(as_dana, as_rina, as_owner, phone):
    press(as_dana)
    dial = DialRequest.objects.get()

    for client in (as_rina, as_owner):
        assert follow(client, dial).status_code == 404
        assert client.post(reverse("calls:hang_up", args=[dial.pk]), {"key": uuid.uuid4()}).status_code == 404


def test_only_a_post_with_its_token_dials(dana, phone):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(dana)

    assert strict.get(reverse("calls:dial")).status_code == 405
    assert press(strict).status_code == 403
    assert not DialRequest.objects.exists()


# --- API ---------------------------------------------------------------------------------------------------


def test_the_api_takes_a_call_and_follows_it(dana_s_key, phone, cloud):
    answer = ask(dana_s_key, target=TARGET, vars={"lead": "L-17"})
    assert answer.status_code == 202
    said = answer.json()
    assert (said["state"], said["call_id"], said["error_code"], said["phone"]) == ("queued", "", None, phone)

    send_all()
    said = dana_s_key.get(f"{API}{said['id']}/").json()
    assert (said["state"], said["call_id"], said["error_code"]) == ("accepted", cloud.dials[0].call_id, 0)
    assert cloud.dials[0].variables == {"var_lead": "L-17", "var_request": said["id"]}


def test_a_repeat_with_its_key_is_the_same_request(dana_s_key, phone, cloud):
    first, second = ask(dana_s_key, "order-7", target=TARGET), ask(dana_s_key, "order-7", target=TARGET)

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert DialRequest.objects.count() == 1


def test_keys_of_two_programs_do_not_meet(dana_s_key, api, phone):
    one, other = ask(dana_s_key, "k", target=TARGET), ask(api, "k", target="0545550119", phone=phone)

    assert one.json()["id"] != other.json()["id"]
    assert api.get(f"{API}{one.json()['id']}/").status_code == 200
    assert dana_s_key.get(f"{API}{other.json()['id']}/").status_code == 404


def test_a_refusal_of_the_guard_is_a_refused_request(dana_s_key, phone, cloud):
    answer = ask(dana_s_key, target="1-900-555-011")

    assert answer.status_code == 202
    said = answer.json()
    assert (said["state"], said["rule"], said["error_code"]) == ("refused", "premium", None)
    assert said["message"] == "This is a premium number. The console never dials those. Nobody was called."


def test_a_program_names_the_phone(api, account, cloud):
    sip = cloud.centre.agents[1].extension.sip

    assert ask(api, target=TARGET).json() == {"phone": ["Name the extension that rings first."]}
    assert ask(api, target=TARGET, phone=sip).json()["state"] == "queued"
    assert ask(api, target="0545550119", phone="0545550120").json()["rule"] == "not_own_phone"


def test_a_program_with_two_accounts_names_a_known_phone(api, account, phone):
    other = Account.objects.create(name="Another")
    Extension.objects.create(account=other, code="Qq9dE6gH")

    assert ask(api, target=TARGET, phone="Zz9dE6gH").status_code == 400
    dial = ask(api, target=TARGET, phone="Qq9dE6gH").json()
    assert DialRequest.objects.get(pk=dial["id"]).account == other


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "target"), ({"target": "no number"}, "target"),
        ({"action": "terminate", "target": TARGET}, "target"),
        ({"target": TARGET, "phone": "sip:x@y"}, "phone"), ({"target": TARGET, "action": "shout"}, "action"),
        ({"target": TARGET, "vars": {"request": "x"}}, "vars"),
        ({"target": TARGET, "vars": {"a b": "x"}}, "vars"),
        ({"target": TARGET, "vars": {f"v{n}": "x" for n in range(10)}}, "vars"),
        ({"target": TARGET, "digits": "12"}, "digits"), ({"action": "message", "digits": "1;2"}, "digits"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said_in_words(dana_s_key, phone, body, field):
    answer = ask(dana_s_key, **body)

    assert answer.status_code == 400
    assert answer.json()[field][0]
    assert not DialRequest.objects.exists()


@pytest.mark.parametrize(
    ("action", "rest"),
    [("message", {"digits": "42"}), ("callference", {"entry_code": "7"}), ("terminate", {})],
)
def test_the_other_acts(dana_s_key, phone, cloud, action, rest):
    press_id = ask(dana_s_key, action=action, **rest).json()["id"]
    send_all()

    dial = DialRequest.objects.get(pk=press_id)
    assert dial.phone == phone
    if action == "terminate":
        assert cloud.requests["click2call"] == 1
    else:
        assert (dial.state, cloud.dials[0].action) == (State.ACCEPTED, action)


def test_a_wallboard_does_not_dial(account):
    wall = Client(headers={"Authorization": f"Bearer {ApiKey.issue('wall', Role.WALLBOARD)}"})

    assert ask(wall, target=TARGET, phone="Ab3dE6gH").status_code == 403
