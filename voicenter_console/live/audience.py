"""Who listens, and what they may hear. Runs on the live line's own thread."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import close_old_connections
from django.utils.crypto import constant_time_compare

from voicenter_console.organisation.models import User
from voicenter_console.organisation.roles import Right

from .models import Event

# News of work that agents share with their managers.
SHARED = frozenset({"recoveries"})
_SessionStore = import_module(settings.SESSION_ENGINE).SessionStore


@dataclass(frozen=True, slots=True)
class News:
    """An event as it is sent."""

    id: int
    account_id: int
    kind: str
    departments: frozenset[int]
    people: frozenset[int]
    data: dict[str, Any]
    private: bool = False


@dataclass(frozen=True, slots=True)
class Hearer:
    """A signed-in person, as far as the live line needs to know."""

    session: str
    user_id: int
    hears_all: bool
    departments: frozenset[int]
    accounts: frozenset[int]
    # The same for work that is shared by all who work in a department, whatever their role.
    works_in: frozenset[int] = frozenset()
    works_in_accounts: frozenset[int] = frozenset()

    def may_hear(self, news: News) -> bool:
        if news.private:
            return self.user_id in news.people
        shared = news.kind in SHARED
        departments = self.works_in if shared else self.departments
        if self.hears_all or self.user_id in news.people or departments & news.departments:
            return True
        return not news.departments and news.account_id in (self.works_in_accounts if shared else self.accounts)


def of_session(key: str) -> Hearer | None:
    """The person of this session, if they may still sign in."""
    user = _person(key)
    if user is None:
        return None
    return Hearer(
        session=key, user_id=user.pk, hears_all=user.may(Right.SEE_ALL_ACCOUNTS),
        departments=frozenset(user.department_ids), accounts=frozenset(user.whole_account_ids),
        works_in=frozenset(user.known_department_ids), works_in_accounts=frozenset(user.known_account_ids),
    )  # fmt: skip


def gone(keys: set[str]) -> set[str]:
    """Those of the sessions that ended, or whose person may not sign in any more. Asked each second."""
    return {key for key in keys if _person(key) is None}


def _person(key: str) -> User | None:
    close_old_connections()
    session = _SessionStore(session_key=key) if key else {}
    if not session.get(SESSION_KEY) or not session.get(BACKEND_SESSION_KEY):
        return None
    user = User.objects.filter(pk=session[SESSION_KEY], is_active=True).first()
    if user is None or not constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        return None
    return user


def latest() -> int:
    """The id of the newest event."""
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def since(after: int) -> list[News]:
    """Events after `after`, oldest first, 500 at most."""
    close_old_connections()
    rows = Event.objects.filter(pk__gt=after).order_by("pk")[:500]
    return [
        News(row.pk, row.account_id, row.kind, frozenset(row.departments), frozenset(row.people), row.data, row.private)
        for row in rows
    ]
