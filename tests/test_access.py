"""Every URL for every role, with one's own object and another's: 403 without the right, 404 for another's (F-63).

Generated from the URL table and `tests/access_rules.py` (TARGETS T7).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from tests.access_rules import FAMILIES, OBJECTS, RULES, Rule, World, rule_of
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
        assert bool(DOORS[name]) == bool(rule.kind or rule.args) or rule.own_word, name
        assert rule.kind in {"", *OBJECTS}, name


def address(name: str, named: object = None) -> str:
    """Where an object is, or one that is not there; `named` may be all that the address names."""
    values = [ABSENT[kind] for kind in DOORS[name]]
    args = RULES[name].args if name in RULES else ()
    values[len(values) - len(args) :] = args
    if named is not None:
        keys = named if isinstance(named, tuple) else (named.pk,)
        values[: len(keys)] = keys
    return reverse(name, args=values)


def methods(url: str) -> list[str]:
    """How it may be asked: an API tells; of a page the first of these that it takes."""
    actions = getattr(resolve(url).func, "actions", None)
    return sorted(set(actions) - {"head", "options"}) if actions else ["get or post"]


def asked(client: Client, url: str, method: str, said: dict[str, Any]) -> int:
    """The status; of a page by POST where that is how it is asked."""
    if method != "get or post":
        more = {} if method in {"get", "delete"} else {"data": said, "content_type": "application/json"}
        return getattr(client, method)(url, **more).status_code
    status = client.get(url).status_code
    return client.post(url, said).status_code if status == 405 else status


class _Undone(Exception):
    """Takes back what an attempt did."""


def attempts(person: User | None, url: str, said: dict[str, Any] | None = None) -> set[int]:
    """What somebody is answered, by each method that it takes, without a trace."""
    return {_attempt(person, url, method, said or {}) for method in methods(url)}


def _attempt(person: User | None, url: str, method: str, said: dict[str, Any]) -> int:
    status = 0
    try:
        with transaction.atomic():
            client = Client()
            if person:
                client.force_login(person)
            status = asked(client, url, method, said)
            raise _Undone
    except _Undone:
        return status


def entitled(person: User, rule: Rule) -> bool:
    return all(person.may(right) for right in rule.rights)


@pytest.mark.parametrize("name", TRIED)
def test_a_url_for_every_role(world: World, people: dict[str, User], name: str):
    rule = RULES[name]
    absent = address(name)
    found = [_visitor(rule, attempts(None, absent))]
    for role, person in people.items():
        if not entitled(person, rule):
            own = _object(world, rule, person)
            refused = attempts(person, absent) | (attempts(person, address(name, own)) if own else set())
            found.append("" if refused == {403} else f"{role} without the right: {refused}")
            continue
        found += [f"{role} {trouble}" for trouble in _entitled(world, name, rule, role, person) if trouble]
    assert [trouble for trouble in found if trouble] == []


def _visitor(rule: Rule, statuses: set[int]) -> str:
    return "" if rule.open or statuses <= {302, 401, 403, 404} else f"a visitor gets {statuses}"


def _object(world: World, rule: Rule, person: User, *, foreign: bool = False) -> Any:
    make = OBJECTS.get(rule.kind)
    if make is None or rule.own_word:
        return None
    account = world.elsewhere if foreign else world.account
    return make(world, account, world.somebody if foreign else person)


def _entitled(world: World, name: str, rule: Rule, role: str, person: User) -> Iterator[str]:
    """What is wrong for somebody with the right."""
    if rule.own_word or not rule.kind:
        statuses = attempts(person, address(name))
        closed = set() if rule.own_word or name == "readyz" else CLOSED
        yield "" if not statuses & closed and (name == "readyz" or max(statuses) < 500) else f"gets {statuses}"
        return

    def tried(*, foreign: bool = False) -> set[int]:
        one = _object(world, rule, person, foreign=foreign)
        return attempts(person, address(name, one), rule.said(one) if rule.said else None)

    if role != "stranger":
        statuses = tried()
        yield "" if not statuses & CLOSED and max(statuses) < 500 else f"gets {statuses} for their own {rule.kind}"
    statuses = tried(foreign=True)
    sees_all = person.may(Right.SEE_ALL_ACCOUNTS) and not rule.private
    well = 404 not in statuses and max(statuses) < 500 if sees_all else statuses == {404}
    yield "" if well else f"gets {statuses} for another's {rule.kind}"
