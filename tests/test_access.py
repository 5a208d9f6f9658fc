"""Every URL for every role, with one's own object and another's: 403 without the right, 404 for another's (F-63).

Generated from the URL table and `tests/access_rules.py` (TARGETS T7).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access_rules import FAMILIES, OBJECTS, RULES, UNTRIED, Rule, World, rule_of
from voicenter_console.organisation.models import User
from voicenter_console.organisation.roles import Right, Role

pytestmark = [pytest.mark.django_db, pytest.mark.fault("F-63")]
ABSENT = {"uuid": "00000000-0000-0000-0000-000000000001", "path": "a/b", "str": "x", "slug": "x", "int": "987654321"}
CLOSED = {401, 403, 404}


def doors(resolver: URLResolver, prefix: str = "", name: str = "") -> Iterator[tuple[str, list[str]]]:
    """(name, the kinds of what it names) of every address of the house."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from doors(pattern, route, f"{name}{pattern.namespace}:" if pattern.namespace else name)
        elif isinstance(pattern, URLPattern):
            kinds = [kind or "str" for kind in re.findall(r"<(?:(\w+):)?\w+>", re.sub(r"\(\?P<\w+>", "<pk>(", route))]
            yield f"{name}{pattern.name or pattern.pattern}", kinds


DOORS = dict(sorted(doors(get_resolver())))
TRIED = [name for name in DOORS if not name.startswith(tuple(FAMILIES))]


@pytest.fixture
def people(rina, dana, owner, gal) -> dict[str, User]:
    wall = User.objects.create_user("wall@centre.example", "a password for tests", name="Wall", role=Role.WALLBOARD)
    return {"administrator": owner, "manager": rina, "agent": dana, "stranger": gal, "wallboard": wall}


@pytest.fixture
def world(account, service, dana) -> World:
    return World(account, service, dana)


def test_every_url_has_a_rule():
    assert [name for name in DOORS if rule_of(name) is None] == []


def test_every_rule_has_a_url():
    assert sorted(RULES.keys() - DOORS.keys()) == []


def test_every_rule_names_what_its_url_names():
    for name, rule in RULES.items():
        assert bool(DOORS[name]) == bool(rule.kind) or rule.own_word, name
        assert rule.kind in {"", UNTRIED, *OBJECTS}, name


def address(name: str, pk: object = None) -> str:
    kinds = DOORS[name]
    values = [ABSENT[kind] for kind in kinds]
    if pk is not None:
        values[0] = pk
    return reverse(name, args=values)


def asked(client: Client, url: str) -> int:
    """The status; by POST where that is how it is asked."""
    status = client.get(url).status_code
    return client.post(url).status_code if status == 405 else status


class _Undone(Exception):
    """Takes back what an attempt did."""


def attempt(person: User | None, url: str) -> int:
    """What somebody is answered, without a trace."""
    status = 0
    try:
        with transaction.atomic():
            client = Client()
            if person:
                client.force_login(person)
            status = asked(client, url)
            raise _Undone
    except _Undone:
        return status


def entitled(person: User, rule: Rule) -> bool:
    return all(person.may(right) for right in rule.rights)


@pytest.mark.parametrize("name", TRIED)
def test_a_url_for_every_role(world: World, people: dict[str, User], name: str):
    rule = RULES[name]
    absent = address(name)
    found = [_visitor(rule, attempt(None, absent))]
    for role, person in people.items():
        if not entitled(person, rule):
            own = _object(world, rule, person)
            refused = {attempt(person, absent), attempt(person, address(name, own) if own else absent)}
            found.append("" if refused == {403} else f"{role} without the right: {refused}")
            continue
        found += [f"{role} {trouble}" for trouble in _entitled(world, name, rule, role, person) if trouble]
    assert [trouble for trouble in found if trouble] == []


def _visitor(rule: Rule, status: int) -> str:
    closed = status in {302, 401, 403, 404}
    return "" if rule.open or closed else f"a visitor gets {status}"


def _object(world: World, rule: Rule, person: User, *, foreign: bool = False) -> object:
    make = OBJECTS.get(rule.kind)
    if make is None or rule.own_word:
        return None
    account = world.elsewhere if foreign else world.account
    return make(world, account, world.somebody if foreign else person).pk


def _entitled(world: World, name: str, rule: Rule, role: str, person: User) -> Iterator[str]:
    """What is wrong for somebody with the right."""
    if rule.own_word or rule.kind == UNTRIED:
        status = attempt(person, address(name))
        yield "" if status < 500 and (rule.own_word or status != 403) else f"gets {status}"
        return
    if not rule.kind:
        status = attempt(person, address(name))
        yield "" if (status not in CLOSED and status < 500) or name == "readyz" else f"gets {status}"
        return
    if role != "stranger":
        status = attempt(person, address(name, _object(world, rule, person)))
        yield "" if status not in CLOSED and status < 500 else f"gets {status} for their own {rule.kind}"
    status = attempt(person, address(name, _object(world, rule, person, foreign=True)))
    sees_all = person.may(Right.SEE_ALL_ACCOUNTS) and not rule.private
    if sees_all:
        yield "" if status != 404 and status < 500 else f"gets {status} for another's {rule.kind}"
    else:
        yield "" if status == 404 else f"gets {status} for another's {rule.kind}"
