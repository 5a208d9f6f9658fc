"""The surface that stays stable (ARCHITECTURE): what programs and commands of others rely on."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from calls.models import Call
from voicenter_console.organisation.models import Account, ApiKey, Department, HookToken
from voicenter_console.organisation.roles import Role
from voicenter_console.webhooks import tokens
from voicenter_console.webhooks.models import Delivery

pytestmark = pytest.mark.django_db

CDR = {
    "call_id", "type", "type_id", "status", "leg1_status", "direction", "started_at", "time_uncertain", "talk_seconds",
    "ring_seconds", "wait_seconds", "caller", "target", "did", "extension", "agent_name", "agent_code", "queue_id",
    "queue_name", "price", "has_recording", "department", "ivr_path", "custom_data", "original_call_id", "sources",
    "raw",
}  # fmt: skip
CALL = {
    "id", "call_ids", "started_at", "direction", "customer", "did", "queue_id", "queue_name", "agent_name", "outcome",
    "answered", "wait_seconds", "ring_seconds", "talk_seconds", "price", "has_recording", "department", "cdrs",
}  # fmt: skip
CHANNELS = ("cdr", "ivr", "layer", "popup")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def many(a_push: dict, number: int) -> list[dict]:
    """As many calls, two of them always in one second: a page may end between those."""
    return [
        {**a_push, "ivruniqueid": f"20260715143{n // 2:03}{n:018}", "time": a_push["time"] + n // 2}
        for n in range(number)
    ]


# --- the API -------------------------------------------------------------------------------------------------


def test_a_leg_and_a_call_have_their_fields_and_kinds(api, push, a_push):
    push(a_push)
    (leg,), (call,) = (api.get(f"/api/v1/{name}/").json()["results"] for name in ("cdrs", "calls"))

    assert leg.keys() >= CDR
    assert call.keys() >= CALL
    assert call["cdrs"] == [leg]
    assert call["call_ids"] == [leg["call_id"]] == [a_push["ivruniqueid"]]
    assert leg["started_at"] == call["started_at"] == "2026-07-15T11:30:10Z"
    assert leg["department"] == {"id": 555001, "name": "Service"}
    assert leg["ivr_path"][0].keys() == {"order", "layer_id", "layer_number", "layer_name", "dtmf"}
    assert (leg["sources"], leg["original_call_id"], leg["time_uncertain"]) == (["push"], "", False)
    assert (leg["type"], leg["type_id"], leg["direction"], leg["has_recording"]) == ("queue", 8, "in", True)
    assert leg["raw"]["push"] == a_push


@pytest.mark.parametrize("name", ["calls", "cdrs", "deliveries"])
def test_following_next_tells_every_row_once(api, push, a_push, name):
    push(*many(a_push, 23))
    rows, pages, address = [], 0, f"/api/v1/{name}/?page_size=4"
    while address:
        page = api.get(address).json()
        rows += page["results"]
        pages += 1
        address = page["next"]
        assert address is None or address.startswith("http://testserver/api/v1/")

    ids = [row["call_id"] if name == "cdrs" else row["id"] for row in rows]
    assert (pages, len(ids), len(set(ids))) == (6, 23, 23)
    started = [row["received_at" if name == "deliveries" else "started_at"] for row in rows]
    assert started == sorted(started, reverse=True)


def test_any_member_s_id_finds_the_whole_call(api, push, a_push):
    child = {**a_push, "ivruniqueid": "the-child", "OriginalIvrUniqueID": a_push["ivruniqueid"], "type": "XferCDR"}
    push(child, a_push)
    for call_id in (a_push["ivruniqueid"], "the-child"):
        (call,) = api.get("/api/v1/calls/", {"call_id": call_id}).json()["results"]
        assert call["call_ids"] == sorted([a_push["ivruniqueid"], "the-child"])
        legs = api.get("/api/v1/cdrs/", {"call_id": call_id}).json()["results"]
        assert {leg["call_id"] for leg in legs} == set(call["call_ids"])


@pytest.mark.parametrize("state", Delivery.State.values)
def test_deliveries_are_found_by_their_state(api, account, state):
    for number, one in enumerate(Delivery.State.values):
        Delivery.objects.create(account=account, channel="cdr", digest=str(number), body=b"", state=one)

    assert [row["state"] for row in api.get("/api/v1/deliveries/", {"state": state}).json()["results"]] == [state]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("search=054555", 1), ("search=0545550118", 1), ("search=972545550118", 1), ("search=%2B972-54-5550118", 1),
        ("search=5501", 1), ("search=555999", 0), ("direction=in", 1), ("direction=out", 0), ("outcome=answered", 1),
        ("outcome=answered&outcome=missed", 1), ("outcome=missed", 0), ("answered=true", 1), ("lost=true", 0),
        ("queue=מכירות", 1), ("queue=no", 0), ("did=0722776772", 1), ("wait=18", 1), ("wait=19", 0),
        ("recorded=true", 1), ("recorded=false", 0), ("period=today", 0),
        ("after=2026-07-15T11:30:10Z", 1), ("before=2026-07-15T11:30:10Z", 0),
        ("after=2026-07-15T14:30:10%2B03:00&before=2026-07-15T11:30:11Z", 1),
    ],
)  # fmt: skip
def test_calls_are_filtered_by_the_names_of_the_page(api, as_owner, push, a_push, asked, found):
    push({**a_push, "caller": "0545550118", "did": "0722776772"})

    assert len(api.get(f"/api/v1/calls/?{asked}").json()["results"]) == found
    assert len(as_owner.get(f"/calls/?{asked}").context["calls"]) == found


def test_without_a_valid_key_there_is_nothing(client, db):
    for name in ("calls", "cdrs", "deliveries", "sync", "click2call"):
        assert client.get(f"/api/v1/{name}/").status_code == 401
        assert client.get(f"/api/v1/{name}/", headers={"Authorization": "Bearer guessed"}).status_code == 401


def test_the_api_is_described_and_its_pages_open_to_programs_and_people(api, as_rina, client):
    for reader in (api, as_rina):
        described = reader.get("/api/schema/").content.decode()
        for name in ("calls", "cdrs", "deliveries", "sync", "click2call"):
            assert f"/api/v1/{name}/:" in described
        assert reader.get("/api/docs/").status_code == 200
    assert client.get("/api/schema/").status_code in (302, 401)


# --- hooks and commands ------------------------------------------------------------------------------------------


def test_a_token_is_of_one_account_and_of_its_channels(client, account, a_push):
    """Whatever else is tried: 404, nothing said, nothing kept."""
    said = run("account", "add", "Galil Travel", "--code", "another-code")
    addresses = dict(re.findall(r"(\w+)\s+http://127.0.0.1:\d+(/hooks/\S+)", said))
    assert set(addresses) == set(CHANNELS)
    assert addresses["cdr"].split("/")[2] == addresses["ivr"].split("/")[2] == addresses["layer"].split("/")[2]
    assert len({path.split("/")[2] for path in addresses.values()}) == 2

    tokens.forget()
    for channel, path in addresses.items():
        answer = client.post(path.replace(f"/{channel}/", "/cdr/"), a_push, content_type="application/json")
        if channel in ("cdr", "ivr", "layer"):
            assert answer.status_code == 200
        else:
            assert (answer.status_code, answer.content) == (404, b"")
    assert Delivery.objects.get().account.name == "Galil Travel"


def test_account_add_takes_every_option(client, a_push):
    said = run(
        "account", "add", "One", "--code", "the-code", "--hook-token", "given", "--base-url", "http://127.0.0.1:1"
    )
    assert "/hooks/given/cdr/" in said
    one = Account.objects.get(name="One")
    assert (one.code, one.hosts, one.provider) == ("the-code", {"base": "http://127.0.0.1:1"}, "voicenter")
    tokens.forget()
    assert client.post("/hooks/given/cdr/", a_push, content_type="application/json").json()["err"] == 0

    run("account", "add", "Two", "--provider", "vcc", "--customer", "kinneret")
    two = Account.objects.get(name="Two")
    assert (two.provider, two.customer, two.pulls) == ("vcc", "kinneret", False)
    with pytest.raises(CommandError, match="already"):
        run("account", "add", "One", "--code", "x")


@pytest.mark.parametrize(
    ("token", "word"), [("given", "in use already"), ("a/b", "as it stands in an address"), ("x" * 201, "up to 200")]
)
def test_a_token_that_cannot_be_one_is_refused_in_words(account, token, word):
    HookToken.issue(account, ["cdr"], "given")
    with pytest.raises(CommandError, match=word):
        run("account", "add", "One", "--hook-token", token)
    assert not Account.objects.filter(name="One").exists()


def test_a_key_stands_alone_on_the_last_line_and_is_kept_as_a_hash(service, dana):
    lines = run("apikey", "add", "reports", "--role", "manager", "--department", "555001").splitlines()
    key = lines[-1]
    assert re.fullmatch(r"[A-Za-z0-9_.-]{32,}", key)
    stored = ApiKey.objects.get(name="reports")
    assert key not in str(ApiKey.objects.values())
    assert list(stored.departments.all()) == [Department.objects.get(provider_id=555001)]
    run("apikey", "add", "desk", "--role", "agent", "--user", dana.email)
    assert ApiKey.objects.get(name="desk").user == dana
    with pytest.raises(CommandError):
        run("apikey", "add", "reports", "--role", "admin")
    with pytest.raises(CommandError):
        run("apikey", "add", "nobody's", "--role", "agent", "--user", "nobody@centre.example")


@pytest.mark.parametrize("role", Role.values)
def test_every_role_can_have_a_key_and_sees_no_more_than_it_may(push, a_push, role):
    push(a_push)
    key = run("apikey", "add", "a program", "--role", role).splitlines()[-1]
    answer = Client(headers={"Authorization": f"Bearer {key}"}).get("/api/v1/calls/")
    seen = {"admin": 1, "manager": 0, "agent": 0}
    assert answer.status_code == (200 if role in seen else 403)
    if role in seen:
        assert len(answer.json()["results"]) == seen[role]
    assert Call.objects.count() == 1


def test_alive_ready_and_figures_need_no_key(client, db):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code in (200, 503)
    assert "python_info" in client.get("/metrics").content.decode()
