"""Which view of the call log is open, what was changed in it, and what happens to views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import IntegrityError, transaction
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from calls import columns
from calls.models import SavedView
from voicenter_console.organisation.models import Department, Preference, User
from voicenter_console.organisation.roles import Right

DEFAULT = "calls.view"
# No filters: where one is on the page, which view, which columns.
PLACE = ("older", "newer", "jump", "view", "columns", "since")
LONGEST = 2000


class Taken(ValueError):
    """The person has a view of that name."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The state of a log page: its views as tabs, the open one, its columns, and whether something was changed."""

    views: list[SavedView]
    view: SavedView | None
    default: int | None
    query: str
    columns: list[columns.Column]
    changed: bool

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def filters_of(given: QueryDict) -> str:
    """The filters of an address alone, in one spelling, so that two may be compared."""
    pairs = [(name, value) for name in sorted(given) if name not in PLACE for value in given.getlist(name) if value]
    return urlencode(pairs)[:LONGEST]


def opened(request: HttpRequest) -> Opened:
    """Two queries, however many views there are, and those of the person's departments."""
    kept = Preference.of(request.user, [columns.PREFERENCE, DEFAULT])
    views = list(SavedView.objects.visible_to(request.user).order_by("name", "pk")[:30])
    asked = request.GET.get("view", "")
    view = next((one for one in views if str(one.pk) == asked), None)
    query = filters_of(request.GET)
    wished = request.GET["columns"].split(",") if request.GET.get("columns") else None
    shown = columns.chosen(request.user, wished, view.columns if view else None, kept.get(columns.PREFERENCE))
    other_columns = bool(view and wished and [column.name for column in shown] != view.columns)
    changed = other_columns or query != (view.query if view else "")
    return Opened(views, view, kept.get(DEFAULT), query, shown, changed)


def first_address(request: HttpRequest) -> str:
    """Where a bare address of the log leads: the person's default view, or '' for all calls."""
    default = Preference.of(request.user, [DEFAULT]).get(DEFAULT)
    view = SavedView.objects.visible_to(request.user).filter(pk=default).first() if default else None
    return address(view) if view else ""


def address(view: SavedView) -> str:
    """The query string that opens it."""
    return "&".join(part for part in (view.query, f"view={view.pk}") if part)


def save(owner: User, name: str, query: str, *, shown: list[str], department: int | None) -> SavedView:
    """A new view. Raises Taken."""
    values = {"query": filters_of(QueryDict(query[:LONGEST])), "columns": [n for n in shown if n in columns.BY_NAME]}
    return _written(SavedView(owner=owner, name=name, department=_department(owner, department), **values))


def change(view: SavedView, actor: User, said: dict[str, Any]) -> SavedView:
    """Rename it, share it, or give it the filters and columns of now: whatever of these was `said`. Raises Taken."""
    if said.get("name"):
        view.name = said["name"]
    if "department" in said:
        view.department = _department(actor, said["department"])
    if "query" in said:
        view.query = filters_of(QueryDict(said["query"][:LONGEST]))
        view.columns = [name for name in said.get("columns", []) if name in columns.BY_NAME]
    return _written(view)


def remove(view: SavedView) -> None:
    SavedView.objects.filter(pk=view.pk).update(removed_at=timezone.now())


def restore(owner: User, pk: int) -> SavedView | None:
    """Undo `remove`. Raises Taken where its name was given again."""
    view = SavedView.objects.filter(owner=owner, pk=pk).exclude(removed_at=None).first()
    if view:
        view.removed_at = None
        _written(view)
    return view


def prefer(user: User, view: SavedView) -> bool:
    """Make it the view with which the log opens; again: no longer. True where it is the one now."""
    is_it = Preference.of(user, [DEFAULT]).get(DEFAULT) == view.pk
    Preference.put(user, DEFAULT, None if is_it else view.pk)
    return not is_it


def shareable(user: User) -> list[Department]:
    """Departments this person may share a view with: those they lead."""
    if not user.may(Right.SEE_DEPARTMENTS):
        return []
    departments = Department.objects.order_by("name")
    if not user.may(Right.SEE_ALL_ACCOUNTS):
        departments = departments.filter(pk__in=user.department_ids)
    return list(departments[:200])


def _department(user: User, pk: int | None) -> Department | None:
    return next((one for one in shareable(user) if one.pk == pk), None) if pk else None


def _written(view: SavedView) -> SavedView:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise Taken(view.name) from error
    return view
