"""The fast way out of PostgreSQL: the server writes the CSV by COPY, in the same words as `rows` (TARGETS P9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import islice
from typing import BinaryIO

from django.db import connection
from django.db.models import Case, CharField, F, Func, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, Length
from django.db.models.lookups import Exact, In
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.exports.rows import BLANK, FORMULA, Field, labels
from calls.querysets import CallQuerySet
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

_REPORT_EVERY = 20_000
# With what a text begins that may have to be quoted: most begin otherwise, and the rest is not looked at.
_SUSPECT = sorted({ord(letter) for letter in FORMULA + BLANK})


def can(fields: Sequence[Field], actor: Actor) -> bool:
    """Masked numbers and custom data are made in Python alone."""
    return actor.may(Right.SEE_NUMBERS) and all(field.kind != "custom" for field in fields)


def write(out: BinaryIO, calls: CallQuerySet, fields: Sequence[Field], report: Callable[[int], None]) -> int:
    """Append the rows; returns how many. On a connection of its own, as progress is written meanwhile."""
    told = calls.annotate(**{f"said_{field.name}": _said(field) for field in fields})
    sql, values = told.values_list(*[f"said_{field.name}" for field in fields]).query.sql_with_params()
    done = 0
    statement = f"COPY ({sql}) TO STDOUT (FORMAT csv)"
    with closing(connection.copy()) as apart, apart.cursor() as cursor:
        cursor.execute("SET datestyle = 'ISO'")  # how a time is written
        with cursor.copy(statement, values) as rows:
            while part := list(islice(rows, _REPORT_EVERY)):
                out.writelines(part)
                done += len(part)
                report(done)
    return done


class _Told(Func):
    """A function of PostgreSQL that gives text."""

    output_field = CharField()


def _said(field: Field) -> Combinable:
    match field.kind:
        case "time":
            local = Func(Value(timezone.get_current_timezone_name()), F("started_at"), function="timezone")
            return _Told(Value("second"), local, function="date_trunc")
        case "label":
            name = field.sources[0]
            words = [When(**{name: value}, then=Value(word)) for value, word in labels(field).items()]
            return Case(*words, default=F(name), output_field=CharField())
        case "number":
            return _number()
        case "money":
            return _Told(F("price"), function="round", template="round(%(expressions)s / 100, 2)")
        case "yes":
            return Case(When(has_recording=True, then=Value(_("yes"))), default=Value(None), output_field=CharField())
        case "seconds":
            return F(field.sources[0])
        case _:
            return _text(field.sources[0])


def _text(name: str) -> Combinable:
    """`rows.harmless` in SQL: a quote before what a spreadsheet would read as a formula."""
    bare = _Told(F(name), Value(BLANK), function="ltrim")
    first = _Told(bare, Value(1), function="left")
    begins = _Told(F(name), Value(1), function="left")
    suspect = Q(In(Func(F(name), function="ascii", output_field=IntegerField()), _SUSPECT))
    danger = suspect & (Q(In(first, list(FORMULA))) | Q(In(begins, ["\t", "\r", "\n"])))
    return Case(
        When(**{name: ""}, then=Value(None)),  # COPY would write an empty text as ""
        When(danger, then=Concat(Value("'"), F(name))),
        default=F(name), output_field=CharField(),
    )  # fmt: skip


class _Formed(_Told):
    """An Israeli number of so many digits in its `area`, as people write it."""

    def __init__(self, area: int) -> None:
        parts = ((5, area), (5 + area, 3), (8 + area, 4))
        cut = " || '-' || ".join(f"substr(%(expressions)s, {start}, {length})" for start, length in parts)
        super().__init__("customer_e164", template=f"'0' || {cut}")


def _number() -> Combinable:
    """`rows.number` in SQL."""
    israeli = Q(customer_e164__startswith="+972")
    return Case(
        When(israeli & Q(Exact(Length("customer_e164"), 12)), then=_Formed(1)),
        When(israeli & Q(Exact(Length("customer_e164"), 13)), then=_Formed(2)),
        default=_text("customer"), output_field=CharField(),
    )  # fmt: skip
