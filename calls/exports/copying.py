"""The fast way out of PostgreSQL: the server writes the CSV by COPY, in the same words as `rows` (TARGETS P9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import BinaryIO

from django.db import connection
from django.db.models import Case, CharField, F, Func, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, Length, NullIf, Substr
from django.db.models.lookups import Exact, In
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.exports.rows import BLANK, FORMULA, Field, labels
from calls.querysets import CallQuerySet
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

_BUFFER = 64 * 2**10
_REPORT_EVERY = 20_000


def can(fields: Sequence[Field], actor: Actor) -> bool:
    """Masked numbers and custom data are made in Python alone."""
    return actor.may(Right.SEE_NUMBERS) and all(field.kind != "custom" for field in fields)


def write(out: BinaryIO, calls: CallQuerySet, fields: Sequence[Field], report: Callable[[int], None]) -> int:
    """Append the rows; returns how many. On a connection of its own, as progress is written meanwhile."""
    told = calls.annotate(**{f"said_{field.name}": _said(field) for field in fields})
    sql, values = told.values_list(*[f"said_{field.name}" for field in fields]).query.sql_with_params()
    done, held = 0, bytearray()
    statement = f"COPY ({sql}) TO STDOUT (FORMAT csv)"
    with closing(connection.copy()) as apart, apart.cursor() as cursor, cursor.copy(statement, values) as rows:
        for row in rows:
            held += row
            done += 1
            if len(held) > _BUFFER:
                out.write(held)
                held.clear()
            if done % _REPORT_EVERY == 0:
                report(done)
    out.write(held)
    return done


class _Told(Func):
    """A function of PostgreSQL that gives text."""

    output_field = CharField()


def _said(field: Field) -> Combinable:
    match field.kind:
        case "time":
            local = Func(Value(timezone.get_current_timezone_name()), F("started_at"), function="timezone")
            return _Told(local, Value("YYYY-MM-DD HH24:MI:SS"), function="to_char")
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
    danger = Q(In(first, list(FORMULA))) | Q(In(begins, ["\t", "\r", "\n"]))
    said = Case(When(danger, then=Concat(Value("'"), F(name))), default=F(name), output_field=CharField())
    return NullIf(said, Value(""))  # COPY would write an empty text as ""


def _number() -> Combinable:
    """`rows.number` in SQL."""

    def formed(area: int) -> Combinable:
        e164 = "customer_e164"
        return Concat(Value("0"), Substr(e164, 5, area), Value("-"), Substr(e164, 5 + area, 3), Value("-"),
                      Substr(e164, 8 + area), output_field=CharField())  # fmt: skip

    israeli = Q(customer_e164__startswith="+972")
    return Case(
        When(israeli & Q(Exact(Length("customer_e164"), 12)), then=formed(1)),
        When(israeli & Q(Exact(Length("customer_e164"), 13)), then=formed(2)),
        default=_text("customer"), output_field=CharField(),
    )  # fmt: skip
