"""The columns of the call log: the same on the page, in a saved view and in an export."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

PREFERENCE = "calls.columns"


@dataclass(frozen=True, slots=True)
class Column:
    """One that may be hidden. Time, direction, customer, shape and outcome are always there."""

    name: str
    label: str | Promise
    shown: bool = True
    right: Right | None = None


ALL = (
    Column("wait", _("Wait")),
    Column("ring", _("Ring"), shown=False),
    Column("talk", _("Talk")),
    Column("queue", _("Queue")),
    Column("agent", _("Agent")),
    Column("department", _("Department"), shown=False),
    Column("did", _("Called number")),
    Column("custom", _("Custom data"), shown=False),
    Column("recording", _("Recording")),
    Column("cost", _("Cost"), right=Right.SEE_PRICES),
)
BY_NAME = {column.name: column for column in ALL}
# Those before the outcome, under which the legs of a call tell what happened.
BEFORE_OUTCOME = ("wait", "ring", "talk")


def offered(actor: Actor) -> list[Column]:
    """Those that this person may see at all."""
    return [column for column in ALL if column.right is None or actor.may(column.right)]


def chosen(actor: Actor, *wishes: Iterable[str] | None) -> list[Column]:
    """The columns of the first of `wishes` that says any, else the usual ones, in their order."""
    wish = next((names for given in wishes if given and (names := [n for n in given if n in BY_NAME])), None)
    return [c for c in offered(actor) if (c.shown if wish is None else c.name in wish)]
