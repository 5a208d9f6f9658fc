"""The connection assistant: eight steps, each interface asked one harmless question (PRODUCT 19)."""

from __future__ import annotations

import json
import re
from dataclasses import asdict

import pytest
from django.utils.translation import override

from calls.connect import senders, steps, words
from calls.models import ConnectionCheck, DialRequest
from tests.conftest import TOKEN
from tests.test_hebrew_pages import read
from voicenter_console.jobs import claims
from voicenter_console.jobs.models import Job
from voicenter_console.organisation.models import Account, AuditEntry, HookToken
from voicenter_console.voicenter.client import Hosts
from voicenter_console.webhooks import tokens

pytestmark = pytest.mark.django_db
State = ConnectionCheck.State


@pytest.fixture
def at(account: Account) -> str:
    return f"/settings/connect/{account.pk}/"


def states(account: Account) -> dict[str, str]:
    return dict(ConnectionCheck.objects.filter(account=account).values_list("interface", "state"))


def ask(client, at: str, **only: str) -> None:
    client.post(f"{at}check/", only)
    claims.work(Job.objects.latest("pk").pk)


def test_every_interface_answers_and_nothing_rings(as_rina, account, service, cloud, at, push, a_push):
    push(a_push)
    as_rina.post(f"{at}check/")
    page = as_rina.get(f"{at}connections/")
    assert b"every 1s" in page.content
    assert set(states(account).values()) == {State.TESTING}
    claims.work(Job.objects.get().pk)
    assert states(account) == {
        "call_log": "ok", "extensions": "ok", "active_calls": "ok", "queues": "ok", "statuses": "ok", "dialer": "ok",
        "hook": "ok", "click2call": "skipped",
    }  # fmt: skip
    assert not cloud.dials
    page = as_rina.get(f"{at}connections/").content.decode()
    assert b"every 1s" not in page.encode()
    assert re.search(r"\d+ extensions", page)
    assert account.code not in page


def test_a_refusal_brings_the_letter_and_blocks_nothing(as_rina, account, service, cloud, at):
    cloud.trusted = {"198.51.100.9"}
    ask(as_rina, at)
    check = ConnectionCheck.objects.get(interface="call_log")
    assert (check.state, check.code) == (State.REFUSED, 4)
    page = as_rina.get(f"{at}connections/").content.decode()
    assert f"please add {check.address} to the trusted addresses of account {account.name}" in page
    assert len(states(account)) == 8
    cloud.trusted = None
    ask(as_rina, at, interface="call_log")
    assert states(account)["call_log"] == "ok"


def test_a_wrong_code_is_said_in_words_and_never_shown(as_rina, account, service, cloud, at):
    account.code = "wrong-code-5550199"
    account.save()
    ask(as_rina, at)
    found = states(account)
    assert found["call_log"] == State.REFUSED
    assert found["active_calls"] in (State.REFUSED, State.SILENT)
    page = as_rina.get(f"{at}connections/").content.decode()
    assert "does not accept the account&#x27;s code" in page
    assert "wrong-code" not in page


@pytest.mark.parametrize("fault", [{"down": True}, {"html": True}, {"cut": 30}])
def test_a_broken_interface_is_silent_and_the_hook_too_until_something_came(
    as_rina, account, service, cloud, at, fault
):
    cloud.faults.change(**fault)
    ask(as_rina, at)
    found = states(account)
    assert {found[name] for name in ("call_log", "extensions", "active_calls", "dialer")} == {State.SILENT}
    assert found["hook"] == State.SILENT
    page = as_rina.get(f"{at}connections/").content.decode()
    assert "send the CDR notifications" in page
    assert account.code not in page


def test_what_is_skipped_is_not_asked_again(as_rina, account, service, cloud, at):
    as_rina.post(f"{at}skip/", {"interface": "dialer"})
    ask(as_rina, at)
    assert states(account)["dialer"] == State.SKIPPED
    assert AuditEntry.objects.filter(verb="account.skipped").count() == 1
    assert as_rina.post(f"{at}skip/", {"interface": "nonsense"}).status_code == 400
    assert as_rina.post(f"{at}check/", {"interface": "nonsense"}).status_code == 400


@pytest.mark.parametrize(("dial", "expected"), [
    ({"state": "accepted"}, State.OK), ({"state": "refused", "error_code": 3}, State.OK),
    ({"state": "refused", "error_code": 1}, State.REFUSED), ({"state": "unknown"}, State.SILENT),
    ({"state": "refused"}, State.SKIPPED),
])  # fmt: skip
def test_click_to_call_is_known_by_the_last_real_call(as_rina, rina, account, service, cloud, at, dial, expected):
    DialRequest.objects.create(account=account, user=rina, phone="100", target="0545550118", **dial)
    ask(as_rina, at, interface="click2call")
    assert states(account)["click2call"] == expected


def test_hook_addresses_are_made_shown_once_and_closed(as_rina, account, service, at, client, a_push):
    page = as_rina.post(f"{at}tokens/")
    urls = re.findall(r"http://testserver/hooks/[\w-]+/(\w+)/", page.content.decode())
    assert urls == ["cdr", "ivr", "layer"]
    assert page.headers["Cache-Control"] == "no-store"
    token = re.search(r"/hooks/([\w-]+)/cdr/", page.content.decode())[1]
    again = as_rina.get(f"{at}hooks/").content.decode()
    assert token not in again

    def push(by: str) -> int:
        tokens.forget()
        return client.post(f"/hooks/{by}/cdr/", json.dumps(a_push), content_type="application/json").status_code

    assert push(token) == push(TOKEN) == 200
    old = HookToken.objects.order_by("pk").first()
    as_rina.post(f"{at}tokens/{old.pk}/revoke/")
    assert (push(TOKEN), push(token)) == (404, 200)
    popup = as_rina.post(f"{at}tokens/", {"kind": "popup"}).content.decode()
    assert re.findall(r"/hooks/[\w-]+/(\w+)/", popup) == ["popup"]
    assert token not in json.dumps(list(AuditEntry.objects.values_list("subject", "after")))


def test_senders_are_learned_then_enforced(as_rina, account, service, at, push, a_push, post_hook):
    push(a_push)
    assert [one.address for one in senders.learned(account)] == ["127.0.0.1"]
    assert as_rina.post(f"{at}enforce/", {"on": "1"}).status_code == 422
    as_rina.post(f"{at}trust/", {"address": [], "more": "203.0.113.0/24\n198.51.100.7"})
    account.refresh_from_db()
    assert account.addresses == ["203.0.113.0/24", "198.51.100.7"]
    assert as_rina.post(f"{at}enforce/", {"on": "1"}).status_code == 422  # it would shut Voicenter out
    as_rina.post(f"{at}trust/", {"address": ["127.0.0.1"], "more": ""})
    assert as_rina.get(f"{at}senders/").context["others"] == []  # it is ticked above, and unticked there
    assert as_rina.post(f"{at}enforce/", {"on": "1"}).status_code == 302
    tokens.forget()
    assert post_hook(a_push | {"ivruniqueid": "x1"}).status_code == 200
    as_rina.post(f"{at}trust/", {"more": "198.51.100.7"})
    tokens.forget()
    assert post_hook(a_push | {"ivruniqueid": "x2"}).status_code == 403
    assert b"127.0.0.1" in as_rina.get(f"{at}senders/").content
    as_rina.post(f"{at}enforce/", {"on": "0"})
    tokens.forget()
    assert post_hook(a_push | {"ivruniqueid": "x2"}).status_code == 200


@pytest.mark.parametrize("text", ["nonsense", "0.0.0.0/0", "::/0", "300.1.1.1", "1.2.3.4/99"])
def test_a_list_that_trusts_nobody_or_everybody_is_refused(as_rina, account, service, at, text):
    assert as_rina.post(f"{at}trust/", {"more": text}).status_code == 422
    account.refresh_from_db()
    assert account.addresses == []


def test_an_administrator_makes_an_account_and_keeps_its_code(as_owner, cloud):
    assert as_owner.post("/settings/connect/new/", {"name": "", "zone": "Nowhere"}).status_code == 422
    made = as_owner.post("/settings/connect/new/", {"name": "Branch", "zone": "Asia/Jerusalem"})
    account = Account.objects.get(name="Branch")
    assert made.headers["Location"] == f"/settings/connect/{account.pk}/code/"
    at = f"/settings/connect/{account.pk}/"
    assert as_owner.post(f"{at}code/", {"code": "קוד"}).status_code == 422
    kept = as_owner.post(f"{at}code/", {"code": "branch-code-5550101", "code_as_bearer": "on"})
    assert kept.headers["Location"] == f"{at}hosts/"
    account.refresh_from_db()
    assert (account.code, account.code_as_bearer) == ("branch-code-5550101", True)
    assert "branch-code" not in as_owner.get(f"{at}code/").content.decode()
    as_owner.post(f"{at}code/", {"code": "", "code_as_bearer": "on"})
    account.refresh_from_db()
    assert account.code == "branch-code-5550101"
    assert as_owner.post(f"{at}hosts/", {"base": "http://api.example"}).status_code == 422
    as_owner.post(f"{at}hosts/", {"dialer": "https://relay.example/"})
    account.refresh_from_db()
    assert account.hosts == {"dialer": "https://relay.example"}
    assert "branch-code" not in json.dumps(list(AuditEntry.objects.values_list("subject", "before", "after")))


def test_the_steps_say_how_far_it_is(account, service, cloud, pull, push, count_queries):
    assert steps.next_of(steps.of(account)) == "connections"
    before = count_queries(lambda: steps.of(account))
    pull()
    now = {step.name: step for step in steps.of(account)}
    assert now["figures"].done
    assert count_queries(lambda: steps.of(account)) == before


def test_who_may_connect(as_dana, as_gal, as_rina, rina, account, service, at):
    for client in (as_dana, as_gal):
        assert client.get("/settings/connect/").status_code == 403
        for act in ("check", "skip", "tokens", "trust", "enforce"):
            assert client.post(f"{at}{act}/").status_code == 403
    assert as_rina.get("/settings/connect/new/").status_code == 403
    assert as_rina.get("/settings/connect/").headers["Location"].startswith(at)
    as_rina.post(f"{at}code/", {"code": "stolen"})  # a manager reads these steps
    account.refresh_from_db()
    assert account.code != "stolen"
    other = Account.objects.create(name="Other", code="another")
    for act in ("connections/", "hooks/"):
        assert as_rina.get(f"/settings/connect/{other.pk}/{act}").status_code == 404
    assert as_rina.post(f"/settings/connect/{other.pk}/tokens/").status_code == 404
    assert as_rina.get(f"{at}nonsense/").status_code == 404


def test_all_steps_in_hebrew(as_owner, account, service, cloud, at, push, a_push):
    push(a_push)
    cloud.trusted = {"198.51.100.9"}
    ask(as_owner, at)
    said = {"Asia", "Jerusalem", "click", "call", "log", "CDR", "ms", "bearer", "token"}
    said |= {word for text in (*asdict(Hosts()), *asdict(Hosts()).values()) for word in re.findall("[A-Za-z]+", text)}
    for name in steps.NAMES:
        page = read(as_owner, f"{at}{name}/")
        assert page.english - said == set()
        assert page.loose == [], name
    for path in ("/settings/connect/", "/settings/connect/new/"):
        assert read(as_owner, path).english - {"Asia", "Jerusalem"} == set()


def test_each_interface_s_number_means_what_its_own_list_says(account):
    def said(interface: str, code: int) -> str:
        check = ConnectionCheck(account=account, interface=interface, state=State.REFUSED, code=code)
        with override("en"):
            return words.line(check).text

    assert "the number to be dialled" in said("dialer", 2)
    assert "account's code" in said("call_log", 2)
    assert "account's code" in said("queues", 1)
    assert said("dialer", 401) == said("call_log", 2).replace("(2)", "(401)")
