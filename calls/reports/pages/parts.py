"""Parts of a report's page, without a word of HTML: a figure, a chart, a table, and the addresses between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, Literal

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from calls.metrics.definitions import Metric
from calls.metrics.drill import Drill

Kind = Literal["text", "phone", "count", "percent", "seconds", "money", "change", "decimal"]
Value = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Address:
    """The address of the page that is shown, and of its neighbours."""

    path: str
    query: QueryDict

    def to(self, path: str = "", **changes: str | None) -> str:
        """The same question with some of it changed; None takes a part away."""
        query = self.query.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        text = query.urlencode()
        return f"{path or self.path}{'?' if text else ''}{text}"

    def formula(self, metric: Metric, of: str = "") -> str:
        return self.to(formula=metric.id, of=of or None)


def log_url(drill: Drill | None) -> str:
    """The call log, showing what was counted; '' where there is no one way to say it."""
    if drill is None:
        return ""
    query = QueryDict(mutable=True)
    query["figure"] = str(drill)
    return f"{reverse('calls:log')}?{query.urlencode()}"


def said(text: str, **numbers: str) -> SafeString:
    """A sentence with numbers, each in a direction of its own, since the sentence may run from the right."""
    isolated = {name: format_html('<bdi dir="ltr" class="num">{}</bdi>', number) for name, number in numbers.items()}
    return SafeString(escape(text) % isolated)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the strip. `change` is a signed difference in words, `tone` says whether it is for the better."""

    metric: Metric
    value: Decimal | None
    url: str
    is_open: bool = False
    detail: str = ""
    change: str = ""
    tone: str = ""


def difference(metric: Metric, value: Decimal | None, before: Decimal | None) -> tuple[str, str]:
    """Words and tone of a change: points of a percentage, seconds, or per cent of a count."""
    if value is None or before is None:
        return "", ""
    if metric.unit == "count":
        if not before:
            return "", ""
        moved = 100 * (value - before) / before
        text = f"{_signed(moved, 1)} %"
    elif metric.unit == "percent":
        moved = value - before
        text = _("%(n)s points") % {"n": _signed(moved, 1)}
    else:
        moved = value - before
        text = _("%(n)s s") % {"n": _signed(moved, 0)}
    good = (moved > 0) - (moved < 0) if any(digit in "123456789" for digit in text) else 0
    return text, {1: "ok", -1: "lost", 0: ""}[good * metric.better]


def _signed(value: Decimal, decimals: int) -> str:
    text = f"{value:+.{decimals}f}".replace("-", "−")
    return text[1:] if not any(digit in "123456789" for digit in text) else text


# --- table ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """`short` is the head, `full` its meaning where the head is an abbreviation; `metric` opens a formula."""

    title: str | Promise
    kind: Kind = "count"
    metric: Metric | None = None
    full: str | Promise = ""

    @property
    def is_text(self) -> bool:
        return self.kind in ("text", "phone")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, where it leads (`url`: to a formula where `asks`, else to calls), and its tone."""

    value: Value
    url: str = ""
    asks: bool = False
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is a file's name; `total` stands under the rows where there is one."""

    name: str
    title: str | Promise
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()
    hint: str | Promise = ""

    def lines(self) -> Iterable[list[tuple[Column, Cell]]]:
        for row in self.rows:
            yield list(zip(self.columns, row, strict=True))

    def last_line(self) -> list[tuple[Column, Cell]]:
        return list(zip(self.columns, self.total, strict=True)) if self.total else []


# --- chart ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Series:
    """`kind` bar or line; bars of one `stack` stand on each other. A null value is a hole."""

    name: str
    kind: Literal["bar", "line"]
    colour: str
    values: Sequence[float | None]
    stack: str = ""
    hatched: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """`unfinished` is where the part begins that may still grow (an index among the categories), None: nowhere."""

    id: str
    title: str | Promise
    categories: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    goal: float | None = None
    goal_words: str = ""
    unfinished: tuple[int, int] | None = None
    hint: str | Promise = ""
    words: dict[str, str] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """For the script that draws it."""
        plain = asdict(self)
        return plain | {"title": str(self.title), "hint": str(self.hint)}

    def table(self) -> list[tuple[str, list[float | None]]]:
        """The same numbers by category, for the table beside it."""
        return [(category, [one.values[n] for one in self.series]) for n, category in enumerate(self.categories)]

    @property
    def is_empty(self) -> bool:
        return not any(value for one in self.series for value in one.values)


@dataclass(frozen=True, slots=True)
class HeatCell:
    """`step` 0 to 6 is its shade."""

    value: Decimal | None
    step: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Heat:
    """Rows are weekdays from Sunday, columns are `hours`."""

    title: str | Promise
    hint: str | Promise
    hours: Sequence[int]
    rows: Sequence[tuple[str, Sequence[HeatCell]]]
    tone: str = "lost"


@dataclass(frozen=True, slots=True)
class Page:
    """All that a report's page shows."""

    figures: Sequence[Figure]
    charts: Sequence[Chart]
    table: Table
    heat: Heat | None = None
    notes: Sequence[str] = ()
    is_empty: bool = False


def number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
