"""What an export says of a call, column by column, and how text is kept from being a formula (F-60)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.concealment import masked
from calls.models import Call, Cdr
from calls.querysets import CallQuerySet
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right
from voicenter_console.voicenter.terms import Direction

SLICE = 2000
FORMULA = "=+-@"
BLANK = " \t\r\n\x0b\x0c\xa0\u200e\u200f\u202a\u202b\u2066\u2067\ufeff"
Value = str | int | Decimal | datetime | None


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the file: what it is called, the call's fields it is made of, and its kind.

    Kinds: time, text, number (a telephone's), seconds, money, yes, label.
    """

    name: str
    title: str
    kind: str
    sources: tuple[str, ...]


def fields(names: Sequence[str]) -> list[Field]:
    """Those that are always there, with the chosen ones between them, in the language of now."""
    every = [
        Field("time", _("Time"), "time", ("started_at",)),
        Field("direction", _("Direction"), "label", ("direction",)),
        Field("customer", _("Customer"), "number", ("customer_e164", "customer")),
        Field("wait", _("Wait, seconds"), "seconds", ("wait_seconds",)),
        Field("ring", _("Ring, seconds"), "seconds", ("ring_seconds",)),
        Field("talk", _("Talk, seconds"), "seconds", ("talk_seconds",)),
        Field("outcome", _("Outcome"), "label", ("outcome",)),
        Field("queue", _("Queue"), "text", ("queue_name",)),
        Field("agent", _("Agent"), "text", ("agent_name",)),
        Field("department", _("Department"), "text", ("department__name",)),
        Field("did", _("Called number"), "text", ("did",)),
        Field("custom", _("Custom data"), "custom", ("pk",)),
        Field("recording", _("Recording"), "yes", ("has_recording",)),
        Field("cost", _("Cost ₪"), "money", ("price",)),
        Field("call_id", _("Call id"), "text", ("root",)),
    ]
    always = {"time", "direction", "customer", "outcome", "call_id"}
    return [field for field in every if field.name in always or field.name in names]


def labels(field: Field) -> dict[str, str]:
    """The words for the values of a `label`."""
    if field.name == "outcome":
        return {value: str(word) for value, word in Call.Outcome.choices}
    return dict(zip(
        [d.value for d in Direction],
        [{"in": _("incoming"), "out": _("outgoing"), "conference": _("conference"), "transfer": _("transfer"),
          "forward": _("forwarded"), "fax": _("fax")}.get(d.value, _("unknown")) for d in Direction], strict=True,
    ))  # fmt: skip


def of(calls: CallQuerySet, chosen: Sequence[Field], actor: Actor) -> Iterator[list[list[Value]]]:
    """The rows in slices, newest first, each read by key after the last: memory stays flat however many there are."""
    sources = list(dict.fromkeys(["started_at", "pk", *(name for field in chosen for name in field.sources)]))
    make = _Row(chosen, sources, actor)
    after = Q()
    while found := list(calls.filter(after).values_list(*sources)[:SLICE]):
        yield make.rows(found)
        at, pk = found[-1][0], found[-1][1]
        after = Q(started_at__lte=at) & (Q(started_at__lt=at) | Q(started_at=at, pk__lt=pk))


class _Row:
    def __init__(self, chosen: Sequence[Field], sources: list[str], actor: Actor) -> None:
        self._fields = [(field, [sources.index(name) for name in field.sources]) for field in chosen]
        self._labels = {field.name: labels(field) for field in chosen if field.kind == "label"}
        self._yes = _("yes")
        self._numbers, self._prices = actor.may(Right.SEE_NUMBERS), actor.may(Right.SEE_PRICES)

    def rows(self, found: list[tuple[Any, ...]]) -> list[list[Value]]:
        custom = _custom(row[1] for row in found) if any(f.kind == "custom" for f, _p in self._fields) else {}
        return [[self._value(field, [row[p] for p in places], custom) for field, places in self._fields]
                for row in found]  # fmt: skip

    def _value(self, field: Field, said: list[Any], custom: dict[int, str]) -> Value:
        match field.kind:
            case "time":
                return timezone.localtime(said[0]).replace(tzinfo=None, microsecond=0)
            case "label":
                return self._labels[field.name].get(said[0], said[0])
            case "number":
                return number(*said) if self._numbers else masked(said[1])
            case "money":
                return said[0] / 100 if self._prices and said[0] is not None else None
            case "yes":
                return self._yes if said[0] else ""
            case "custom":
                return custom.get(said[0], "")
            case "seconds":
                return said[0]
            case _:
                return said[0] or ""


def number(e164: str, raw: str) -> str:
    """An Israeli number as people write it, which no spreadsheet takes for a sum; others as they were sent."""
    if e164.startswith("+972") and len(e164) in (12, 13):
        area = len(e164) - 11
        rest = e164[4:]
        return f"0{rest[:area]}-{rest[area : area + 3]}-{rest[area + 3 :]}"
    return raw


def _custom(pks: Iterator[int]) -> dict[int, str]:
    told: dict[int, dict[str, Any]] = {}
    legs = Cdr.objects.filter(call__in=list(pks)).exclude(custom_data={}).order_by("started_at", "pk")
    for call, said in legs.values_list("call_id", "custom_data"):
        told.setdefault(call, {}).update(said)
    return {call: "; ".join(f"{key}={value}" for key, value in said.items()) for call, said in told.items()}


def harmless(text: str) -> str:
    """Text that no spreadsheet reads as a formula, also after blanks: ASVS 1.2.10. A quote is put before it."""
    text = text.replace("\x00", "\ufffd")
    bare = text.lstrip(BLANK)
    dangerous = bare[:1] in FORMULA if bare else False
    return f"'{text}" if dangerous or text[:1] in ("\t", "\r", "\n") else text
