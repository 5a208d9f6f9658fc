"""A heat map: weekdays from Sunday by hours, numbers in shaded cells, each leading to its calls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from calls.metrics.drill import Drill
from calls.metrics.reading import Question
from calls.metrics.shapes import Cell
from calls.reports.scope import drill

from .buckets import CLOSES, OPENS
from .parts import Heat, HeatCell, log_url

STEPS = 6
_A_SUNDAY = date(2026, 11, 22)


def drawn(
    title: str | Promise, cells: Mapping[Cell, Decimal | None], question: Question, counted: str, tone: str = "lost"
) -> Heat:
    """The hours in which something is, and those of any working day."""
    most = max((value for value in cells.values() if value), default=Decimal(0))
    busy = [hour for (_day, hour), value in cells.items() if value]
    hours = range(min([OPENS, *busy]), max([CLOSES - 1, *busy]) + 1)
    here = drill(question)
    here = here and here.to(counted)
    zone = question.parts[0].account.zone if question.parts else ""
    rows = []
    for day in range(7):
        name = formats.date_format(_A_SUNDAY + timedelta(days=day), "D")
        rows.append((name, [_cell(cells.get((day, hour)), most, here, f"{day}-{hour}-{zone}") for hour in hours]))
    return Heat(title, gettext_lazy("per such hour"), list(hours), rows, tone)


def _cell(value: Decimal | None, most: Decimal, here: Drill | None, place: str) -> HeatCell:
    if not value:
        return HeatCell(value, 0)
    step = max(1, min(STEPS, round(STEPS * value / most)))
    return HeatCell(value, int(step), log_url(here and here.at(cell=place)))
