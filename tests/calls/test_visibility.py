"""Who sees what: one fence for pages, API and raw views (ARCHITECTURE; roles.py)."""

import re
import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from calls.models import Call, Cdr
from tests.calls.telling import NOON, push, tell
from tests.fixtures.voicenter.spelling import pushed
from voicenter_console.organisation.models import ApiKey, Department
from voicenter_console.organisation.roles import Role

pytestmark = pytest.mark.django_db


def leg(uid: str, code: str, department: int | None = 555001, **more) -> tuple:
    said = {"call_id": uid, "type": "Queue", "status": "ANSWER", "duration": 5, "caller": "0545550118",
            "agent_code": code, "department_id": department or 0, **more}  # fmt: skip
    return push(pushed(NOON, **said))


@pytest.fixture
def centre(account, service, dana):
    """Dana's and Noa's calls in Service, one in Sales, one in Sales' night shift, one of no department, one that
    Dana picked up by her extension, one that went on to Dana, and another account's."""
    sales = Department.objects.create(account=account, provider_id=555002, name="Sales")
    Department.objects.create(account=account, provider_id=555003, name="Night", parent=sales)
    tell(
        account,
        leg("danas", "10007"), leg("noas", "10008"), leg("sales", "10009", 555002), leg("night", "10009", 555003),
        leg("nowhere", "10010", None), leg("by-phone", "", 555002, target_extension="Ab3dE6gH"),
        leg("passed-on", "10009", 555002), leg("second", "10007", 555002, type="XferCDR", parent="passed-on"),
    )  # fmt: skip
    other = type(account).objects.create(name="Other", code="another")
    tell(other, leg("elsewhere", "10007"))
    return sales


ALL = {"danas", "noas", "sales", "night", "nowhere", "by-phone", "passed-on", "elsewhere"}
OWN = {"danas", "by-phone", "passed-on"}
SERVICE = {"danas", "noas", "nowhere"}  # leading a department of the top, also what belongs to none
SALES = {"sales", "night", "by-phone", "passed-on", "nowhere"}


def roots(calls) -> set[str]:
    return {call.root for call in calls}


@pytest.fixture
def seen(request, centre):
    """(client, roots that its person may see)."""
    who, expected = request.param
    if who == "lead of sales":
        rina = request.getfixturevalue("rina")
        rina.departments.set([centre])
        return request.getfixturevalue("as_rina"), expected
    return request.getfixturevalue(who), expected


PEOPLE = pytest.mark.parametrize(
    "seen",
    [("as_dana", OWN), ("as_rina", SERVICE), ("lead of sales", SALES), ("as_gal", set()), ("as_owner", ALL)],
    indirect=True,
    ids=lambda pair: pair[0],
)


@PEOPLE
def test_the_log_shows_what_one_may_see(seen):
    client, expected = seen
    assert roots(client.get("/calls/").context["calls"]) == expected
    assert roots(client.get("/calls/?search=0545550118&direction=in").context["calls"]) == expected


@PEOPLE
def test_the_api_shows_the_same(seen):
    client, expected = seen
    calls, cdrs = (client.get(f"/api/v1/{name}/").json()["results"] for name in ("calls", "cdrs"))
    by_pk = dict(Call.objects.values_list("pk", "root"))
    assert {by_pk[call["id"]] for call in calls} == expected
    assert {by_pk[cdr["call"]] for cdr in cdrs} == expected


@PEOPLE
def test_anothers_call_is_not_there_at_all(seen):
    client, expected = seen
    for call in Call.objects.all():
        wanted = 200 if call.root in expected else 404
        leg = call.cdrs.first()
        assert client.get(call.get_absolute_url()).status_code == wanted
        assert client.get(f"/api/v1/calls/{call.pk}/").status_code == wanted
        assert client.get(f"/api/v1/cdrs/{leg.pk}/").status_code == wanted
        assert client.get(reverse("calls:raw", args=[leg.pk])).status_code in {wanted, 403}


@PEOPLE
def test_raw_words_are_for_those_who_may_read_them(seen, request):
    client, expected = seen
    may = client.get("/deliveries/").status_code == 200
    leg = Cdr.objects.get(call_uid="danas")
    answer = client.get(reverse("calls:raw", args=[leg.pk]))
    assert answer.status_code == (403 if not may else 200 if "danas" in expected else 404)
    for cdr in client.get("/api/v1/cdrs/").json()["results"]:
        assert bool(cdr["raw"]) == may


@pytest.mark.parametrize(("role", "expected"), [(Role.ADMIN, ALL), (Role.MANAGER, SERVICE), (Role.AGENT, OWN)])
def test_a_key_sees_what_its_role_sees(centre, dana, service, role, expected):
    key = ApiKey.issue("a program", role, dana if role == Role.AGENT else None)
    if role == Role.MANAGER:
        ApiKey.objects.get().departments.add(service)
    client = Client(headers={"Authorization": f"Bearer {key}"})
    by_pk = dict(Call.objects.values_list("pk", "root"))
    assert {by_pk[call["id"]] for call in client.get("/api/v1/calls/").json()["results"]} == expected


def test_a_key_that_acts_for_nobody_has_no_own_calls(centre):
    client = Client(headers={"Authorization": f"Bearer {ApiKey.issue('nobody', Role.AGENT)}"})
    assert client.get("/api/v1/calls/").json()["results"] == []


@pytest.mark.parametrize("key", ["", "wrong", "\x00", "é" * 40])
def test_a_wrong_key_opens_nothing(client, centre, key):
    assert client.get("/api/v1/calls/", headers={"Authorization": f"Bearer {key}"}).status_code == 401


# What a visitor who is not signed in may open: the way in, and what machines ask.
OPEN = {"sign_in", "set_language", "javascript-catalog", "healthz", "readyz", "metrics"}
SAMPLES = {"uuid": str(uuid.UUID(int=1)), "path": "a/b", "str": "x", "slug": "x", "int": "1"}


def urls(resolver: URLResolver, prefix: str = "/", name: str = "") -> Iterator[tuple[str, str]]:
    """(name, an address) of every door in the house."""
    for pattern in resolver.url_patterns:
        address = prefix + _sample(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from urls(pattern, address, f"{name}{pattern.namespace}:" if pattern.namespace else name)
        elif isinstance(pattern, URLPattern):
            yield f"{name}{pattern.name or pattern.pattern}", address


def _sample(route: str) -> str:
    route = re.sub(
        r"<(?:(\w+):)?\w+>", lambda found: SAMPLES[found[1] or "str"], re.sub(r"\(\?P<\w+>[^)]*\)", "1", route)
    )
    return re.sub(r"\\(.)", r"\1", route).replace("^", "").replace("$", "").replace("/?", "/").replace("//", "/")


DOORS = sorted(set(urls(get_resolver())))


def test_the_list_of_doors_is_whole():
    names = {name for name, _ in DOORS}
    assert {"home", "calls:log", "calls:call", "deliveries:list", "hooks:cdr", "api:call-list", "admin:index"} <= names
    assert len(DOORS) > 60


@pytest.mark.parametrize(("name", "address"), DOORS, ids=[name for name, _ in DOORS])
def test_every_door_is_closed_to_a_visitor(client, name, address):
    answer = client.get(address)

    if name in OPEN:
        assert answer.status_code in {200, 302, 405, 503}
    elif name.startswith("hooks:"):
        assert answer.status_code == (404 if name == "hooks:popup" else 405)  # the one that may be asked by GET
        assert len(answer.content) < 60
    elif answer.status_code == 302:
        way = client.get(address, follow=True).redirect_chain
        assert way[-1][0].startswith(reverse("sign_in")), way
    else:
        assert answer.status_code in {401, 403, 404, 405}, address
        assert b"<table" not in answer.content


@pytest.mark.parametrize(("name", "address"), DOORS, ids=[name for name, _ in DOORS])
def test_no_door_falls_apart_before_a_stranger(as_gal, name, address):
    answer = as_gal.get(address)
    assert answer.status_code < 500 or name == "readyz", answer.content[:300]
    assert answer.status_code != 200 or b"0545550118" not in answer.content
