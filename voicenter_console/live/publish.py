"""Write news for open pages, as the last statement of the transaction that made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from voicenter_console.organisation.models import Account

from . import wake
from .models import Event

_PUBLISH = 0x564C  # the advisory lock of publishers on PostgreSQL


@dataclass(frozen=True, slots=True)
class Hint:
    """What changed, for whom: pages of these departments and people look again. None of both: the whole account."""

    kind: str
    departments: Set[int | None] = frozenset()
    people: Set[int] = frozenset()


def publish(
    account: Account, kind: str, *, departments: Iterable[int | None] = (), people: Iterable[int] = (),
    data: Mapping[str, Any] | None = None, private: bool = False,
) -> None:  # fmt: skip
    """One event. Call it last in the transaction: on PostgreSQL it takes a lock until the commit, so that events
    become visible in the order of their ids and a listener's "after id N" misses none. SQLite has one writer anyway.

    `private`: for `people` alone, whoever else may hear of the account.
    """
    _lock()
    Event.objects.create(
        account=account, kind=kind, departments=sorted({pk for pk in departments if pk}), people=sorted(set(people)),
        data=dict(data or {}), private=private,
    )  # fmt: skip
    _wake()


def publish_all(account: Account, hints: Iterable[Hint]) -> None:
    """One event for each, as `publish`: last in the transaction."""
    _lock()
    Event.objects.bulk_create(
        Event(account=account, kind=hint.kind, departments=sorted({pk for pk in hint.departments if pk}),
              people=sorted(hint.people))
        for hint in hints
    )  # fmt: skip
    _wake()


def _lock() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PUBLISH])


def _wake() -> None:
    if settings.REDIS_URL:
        transaction.on_commit(wake.send, robust=True)
