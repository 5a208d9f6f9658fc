"""The pop-up hook: whose number it is, whom it is told to, and how little it gives away (PROTOCOL S2, FAULTS F-46)."""

import json
import math
import re
import statistics
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.test import RequestFactory
from django.utils import timezone

from calls.models import Call, Contact, ContactNumber, Extension, LiveBoard, PopUpHour
from calls.popup import cards, hook, misses, tally
from tests.voicenter.test_popup import TOLD
from voicenter_console.live import audience
from voicenter_console.live.models import Event
from voicenter_console.notifications.models import Endpoint, Notice
from voicenter_console.organisation.models import Account, HookToken
from voicenter_console.webhooks.models import Delivery

pytestmark = pytest.mark.django_db
POPUP = "a-popup-token-of-the-tests"
EXTENSION = "chrome-extension://ifiaikfdhcagbagdeflffjdammidpbio"
BEAT_SECONDS = hook.BEAT_SECONDS
KEYS = {"STATUS", "URL", "CLIENTNAME", "TOTAL", "COMPANY"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    minute, hour = misses._minute(), tally._hour()
    monkeypatch.setattr(hook, "BEAT_SECONDS", 1e-6)
    monkeypatch.setattr(misses, "_minute", lambda: minute)
    monkeypatch.setattr(tally, "_hour", lambda: hour)
    misses.forget()
    tally.forget()
    cache.clear()


@pytest.fixture
def pops(account):
    HookToken.issue(account, ["popup"], POPUP)


@pytest.fixture
def israel(account):
    contact = Contact.objects.create(account=account, name="ישראל ישראלי", company="Carmel Foods")
    ContactNumber.of(contact, "+972545550118").save()
    return contact


@pytest.fixture
def ask(client, pops):
    def ask(number, token=POPUP, **headers):
        return client.get(f"/hooks/{token}/popup/", {"phone": number}, headers=headers)

    return ask


@pytest.mark.parametrize("number", ["0545550118", "972545550118", "+972545550118", "054-555-0118"])
def test_a_known_number_in_any_form_is_its_contact(ask, israel, number):
    answer = ask(number)

    assert answer.status_code == 200
    assert answer.json() == {
        "STATUS": "OK", "URL": f"http://testserver{israel.get_absolute_url()}", "CLIENTNAME": "ישראל ישראלי",
        "TOTAL": "1", "COMPANY": "Carmel Foods",
    }  # fmt: skip


def test_an_unknown_number_leads_to_a_new_contact_with_the_number_filled_in(ask, as_rina, account):
    said = ask("0545550199").json()

    assert (said["STATUS"], said["TOTAL"], said["CLIENTNAME"], said["COMPANY"]) == ("OK", "0", "", "")
    url = urlsplit(said["URL"])
    assert parse_qs(url.query)["phone"] == ["+972545550199"]
    page = as_rina.get(f"{url.path}?{url.query}")
    assert page.status_code == 200
    assert "545550199" in page.content.decode().replace("-", "")
    assert not Contact.objects.exists()


def test_several_matches_lead_to_the_chooser(ask, israel, account, as_rina):
    ContactNumber.of(Contact.objects.create(account=account, name="Carmel Foods"), "+972545550118").save()
    said = ask("0545550118").json()

    assert said["TOTAL"] == "2"
    url = urlsplit(said["URL"])
    assert as_rina.get(f"{url.path}?{url.query}").status_code == 200


def test_the_page_behind_it_needs_a_sign_in(ask, israel, client):
    for number in ("0545550118", "0545550199"):
        url = urlsplit(ask(number).json()["URL"])
        assert client.get(f"{url.path}?{url.query}")["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("form", ["query", "form", "parts", "json"])
def test_all_its_forms_are_answered_with_json(client, pops, israel, form):
    told = {name: value for name, value in TOLD.items() if name != "currentCall"}
    url = f"/hooks/{POPUP}/popup/"
    answer = {
        "query": lambda: client.get(url, told),
        "form": lambda: client.post(url, urlencode(told), content_type="application/x-www-form-urlencoded"),
        "parts": lambda: client.post(url, told),
        "json": lambda: client.post(url, json.dumps(TOLD), content_type="application/json"),
    }[form]()

    assert answer["Content-Type"].startswith("application/json")
    assert answer.json()["CLIENTNAME"] == israel.name


@pytest.mark.parametrize("phase", ["Ringing", "Talking", "Hangup"])
def test_each_phase_is_news_for_the_agent_alone(client, pops, israel, dana, rina, owner, phase, monkeypatch):
    """Nothing else is made: one call rings several phones."""
    monkeypatch.setattr(audience, "close_old_connections", lambda: None)
    answer = client.post(
        f"/hooks/{POPUP}/popup/", json.dumps({**TOLD, "status": phase}), content_type="application/json"
    )

    assert answer.status_code == 200
    event = Event.objects.get()
    assert (event.kind, event.people, event.private) == ("popup", [dana.pk], True)
    assert event.data == {
        "phase": phase.lower(), "call": TOLD["ivrid"], "did": "035550142", "custom": {"var_lead": "L-17"},
        "contacts": [israel.pk], "account": israel.account_id, "phone": "+972545550118",
        "path": israel.get_absolute_url(),
    }  # fmt: skip
    (news,) = audience.since(0)

    def hearer(user, hears_all=False):
        return audience.Hearer("s", user.pk, hears_all, frozenset(), frozenset({israel.account_id}))

    assert hearer(dana).may_hear(news)
    assert not hearer(rina).may_hear(news)
    assert not hearer(owner, hears_all=True).may_hear(news)
    assert not Call.objects.exists()
    assert not Delivery.objects.exists()


def test_a_person_who_may_not_see_numbers_is_told_without_one(client, pops, dana):
    dana.separate_rights = {"see_numbers": False}
    dana.save()
    client.post(f"/hooks/{POPUP}/popup/", json.dumps(TOLD), content_type="application/json")

    assert not {"phone", "path"} & Event.objects.get().data.keys()


def test_a_phone_that_is_nobodys_is_no_news(client, pops, account):
    Extension.objects.create(account=account, code="Ab3dE6gH")
    client.post(f"/hooks/{POPUP}/popup/", json.dumps(TOLD), content_type="application/json")
    assert not Event.objects.exists()


def test_one_look_up_whether_the_number_is_known_or_not(ask, israel, count_queries):
    ask("0545550118")  # the snapshot of tokens
    assert count_queries(lambda: cards.of(israel.account, "0545550118")) == 1
    assert count_queries(lambda: cards.of(israel.account, "0545550199")) == 1
    assert ask("0545550118").json().keys() == ask("0545550199").json().keys() == KEYS


@pytest.mark.fault("F-46")
def test_ten_thousand_numbers_are_stopped_after_sixty(ask, israel):
    """Distinct ones are counted: a call that rings at four phones, three times each, is one."""
    for _ in range(200):
        assert ask("0545550190").status_code == 200
    view, make = hook.PopUpHook.as_view(), RequestFactory()

    def answer(number):
        request = make.get(f"/hooks/{POPUP}/popup/", {"phone": f"05455{number:05}"})
        request.client_address = "127.0.0.1"
        return view(request, token=POPUP).status_code

    answered = [answer(number) for number in range(10_000)]

    assert answered.count(200) <= 100
    assert set(answered) == {200, 429}
    assert answered.index(429) >= 50
    assert ask("0545550118").status_code == 429  # known ones tell nothing either, for a while


@pytest.mark.slow
@pytest.mark.fault("F-46")
def test_a_thousand_times_each_known_and_unknown_take_as_long(ask, israel, monkeypatch):
    """Each time in another order; one unknown number, as many different ones would be stopped."""
    monkeypatch.setattr(hook, "BEAT_SECONDS", BEAT_SECONDS)
    numbers = ["0545550118", "0545550199"]
    spent: dict[str, list[float]] = {number: [] for number in numbers}
    for turn in range(1000):
        for number in sorted(numbers, reverse=bool(turn % 2)):
            began = time.perf_counter()
            assert ask(number).status_code == 200
            spent[number].append(time.perf_counter() - began)
    known, unknown = (statistics.median(spent[number]) for number in numbers)
    print(f"known {known * 1000:.2f} ms, unknown {unknown * 1000:.2f} ms, p = {rank_test(*spent.values()):.2f}")
    assert abs(known - unknown) < 0.005


def rank_test(one: list[float], other: list[float]) -> float:
    """The p of Mann and Whitney, by the normal curve."""
    ranks = {value: rank for rank, value in enumerate(sorted([*one, *other]), start=1)}
    u = sum(ranks[value] for value in one) - len(one) * (len(one) + 1) / 2
    mean = len(one) * len(other) / 2
    spread = math.sqrt(mean * (len(one) + len(other) + 1) / 6)
    return math.erfc(abs(u - mean) / spread / math.sqrt(2))


@pytest.mark.fault("F-46")
def test_another_process_knows_it_too(ask, israel):
    for number in range(60):
        ask(f"05455{number:05}")
    misses.forget()  # a process that has counted nothing itself
    assert ask("0545550118").status_code == 429


@pytest.mark.fault("F-46")
def test_another_source_is_counted_apart(client, pops, settings):
    settings.TRUSTED_PROXIES = 1

    def ask(number, address):
        return client.get(f"/hooks/{POPUP}/popup/", {"phone": number}, headers={"X-Forwarded-For": address}).status_code

    for number in range(100):
        ask(f"05455{number:05}", "203.0.113.9")
    assert ask("0545550199", "203.0.113.9") == 429
    assert ask("0545550199", "203.0.113.10") == 200


@pytest.mark.fault("F-46")
@pytest.mark.parametrize(
    ("calls_a_minute", "seconds_old", "most"), [(10, 5, 30), (2, 5, 20), (900, 5, 60), (10, 300, 60)]
)
def test_no_more_than_three_times_as_many_as_calls_begin(ask, account, calls_a_minute, seconds_old, most):
    """Where the live board knows how many do, now; with room for a quiet hour."""
    as_of = timezone.now() - timedelta(seconds=seconds_old)
    LiveBoard.objects.create(account=account, as_of=as_of, calls_a_minute=calls_a_minute)
    answered = [ask(f"05455{number:05}").status_code for number in range(70)]
    assert answered == [200] * most + [429] * (70 - most)


@pytest.mark.fault("F-46")
def test_numbers_tried_one_after_the_other_are_an_alarm(ask, israel, as_rina, as_owner, service):
    """Above four in five unknown: on the page of deliveries, and told once a day to whoever asked to be told."""
    Endpoint.objects.create(account=israel.account, name="desk", url="https://hooks.example/", kinds=[tally.KIND])
    for number in range(49):
        ask(f"05455{number:05}")
    assert not PopUpHour.objects.suspicious().exists()
    assert "asked pop-ups" not in as_rina.get("/deliveries/").content.decode()

    for number in range(49, 120):
        ask(f"05455{number:05}")

    hour = PopUpHour.objects.suspicious().get()
    assert (hour.asked, hour.unknown, hour.address) == (60, 60, "127.0.0.1")
    notice = Notice.objects.get()
    assert (notice.kind, notice.data["unknown"], notice.data["address"]) == ("popup.enumeration", 50, "127.0.0.1")
    for reader in (as_rina, as_owner):
        said = re.sub(r"<[^>]+>", "", reader.get("/deliveries/").content.decode())
        assert "asked pop-ups for 60 numbers in an hour; 60 of them are nobody's" in said
    assert "127.0.0.1" in as_owner.get("/deliveries/").content.decode()


@pytest.mark.fault("F-46")
def test_a_centre_that_knows_its_callers_raises_no_alarm(ask, account):
    for number in range(20):
        contact = Contact.objects.create(account=account, name=f"Caller {number}")
        ContactNumber.of(contact, f"+9725455{number:05}").save()
    for _ in range(3):
        misses.forget()  # a minute later
        for number in range(55):
            ask(f"05455{number % 20 if number % 3 == 0 else number + 100:05}")
    hour = PopUpHour.objects.get()
    assert hour.asked > 100
    assert hour.unknown < 0.8 * hour.asked
    assert not PopUpHour.objects.suspicious().exists()


def test_refusals_are_counted_by_the_fifty_and_old_hours_are_forgotten(ask, account):
    for number in range(60 + 50):
        ask(f"05455{number:05}")
    assert PopUpHour.objects.get().refused == 50
    PopUpHour.objects.update(hour=timezone.now() - timedelta(days=36))
    tally.tidy()
    assert not PopUpHour.objects.exists()


def test_browsers_are_let_in_by_their_origin(client, pops, israel):
    url = f"/hooks/{POPUP}/popup/"
    asked = client.options(url, headers={"Origin": EXTENSION, "Access-Control-Request-Method": "POST"})
    assert asked.status_code == 204
    assert asked["Access-Control-Allow-Origin"] == EXTENSION
    assert "Content-Type" in asked["Access-Control-Allow-Headers"]
    answer = client.post(url, json.dumps(TOLD), content_type="application/json", headers={"Origin": EXTENSION})
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (200, EXTENSION)

    for origin in ("https://evil.example", "null"):
        refused = client.post(url, json.dumps(TOLD), content_type="application/json", headers={"Origin": origin})
        assert refused.status_code == 403
        assert "Access-Control-Allow-Origin" not in refused


def test_the_enforced_address_list_does_not_hold_here(ask, israel, account):
    account.addresses, account.enforce_addresses = ["192.0.2.0/24"], True
    account.save()
    assert ask("0545550118").status_code == 200


@pytest.mark.fault("F-31")
def test_tokens_open_their_own_account_and_channel_only(ask, israel):
    other = Account.objects.create(name="Another centre")
    HookToken.issue(other, ["popup"], "the-other-token")
    HookToken.issue(other, ["cdr", "ivr", "layer"], "a-cdr-token")

    assert ask("0545550118", token="the-other-token").json()["TOTAL"] == "0"
    assert ask("0545550118", token="a-cdr-token").status_code == 404
    assert ask("0545550118", token="no-token").status_code == 404


@pytest.mark.parametrize("query", ["", "phone=", "ivrid=20260715143008", "phone=%00", "x" * 2000])
def test_what_names_no_number_is_an_error_of_the_same_shape(client, pops, query):
    answer = client.get(f"/hooks/{POPUP}/popup/?{query}")
    assert answer.status_code == 200
    assert answer.json().keys() == KEYS
    assert answer.json()["STATUS"] in {"ERROR", "OK"}


def test_without_a_database_the_page_is_named_all_the_same(ask, israel, monkeypatch):
    def away(*_):
        raise DatabaseError("no database")

    ask("0545550118")
    monkeypatch.setattr(cards, "who_is", away)
    said = ask("0545550118").json()
    assert (said["STATUS"], said["TOTAL"]) == ("OK", "0")
    assert "phone=%2B972545550118" in said["URL"]
