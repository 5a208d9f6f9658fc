"""From a figure to its calls: the name of an input with its period and place, one value of the log's `figure` filter.

`queue.answered_in_time?from=2026-11-14T22:00:00Z&to=…&within=20&queue=7`. It is read into the very condition that the
rollups count by, so the records found are as many as the figure says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay

from calls import days
from calls.models import Cdr
from voicenter_console.organisation.models import Account

from .inputs import INPUTS, Input, Limits
from .queues import Names

# The places a figure may be of: name → (field of a leg, whether a number).
_PLACES = {
    "account": ("account_id", True), "agent": ("agent_id", True), "department": ("call__department_id", True),
    "country": ("target_country", False), "caller": ("caller", False), "type": ("type", False),
}  # fmt: skip
_LARGEST = 10**18


@dataclass(frozen=True, slots=True)
class Drill:
    """An input in [start, end). `places` are texts by their names in the address."""

    input: Input
    start: datetime
    end: datetime
    limits: Limits
    places: tuple[tuple[str, str], ...] = ()

    def to(self, name: str) -> Drill:
        """The same place and time, another input."""
        return replace(self, input=INPUTS[name])

    def at(self, **places: object) -> Drill:
        """Further in: a queue, an agent, a country."""
        return replace(self, places=(*self.places, *((name, str(value)) for name, value in places.items())))

    def __str__(self) -> str:
        limits = [("within", str(self.limits.target)), ("under", str(self.limits.short))]
        times = [(name, f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
                 for name, moment in (("from", self.start), ("to", self.end))]  # fmt: skip
        return f"{self.input.id}?{urlencode([*times, *limits, *self.places])}"

    def legs(self) -> Any:
        """The legs counted, whoever may see them."""
        places = dict(self.places)
        found = Cdr.objects.filter(
            self.input.where(self.limits), _where(places), started_at__gte=self.start, started_at__lt=self.end
        ).order_by()
        if "cell" in places:
            weekday, hour, zone = places["cell"].split("-", 2)
            local = {"tzinfo": ZoneInfo(zone)}
            found = found.annotate(
                weekday=ExtractIsoWeekDay("started_at", **local), at=ExtractHour("started_at", **local)
            ).filter(weekday=int(weekday) or 7, at=int(hour))
        return found


def parse(text: str) -> Drill | None:
    """None where the text is no such value."""
    name, _, query = text.replace("\x00", "").partition("?")
    said = dict(parse_qsl(query, keep_blank_values=True))
    start, end = days.moment(said.pop("from", "")), days.moment(said.pop("to", ""))
    within, under = said.pop("within", "20"), said.pop("under", "5")
    if name not in INPUTS or start is None or end is None or not (_small(within) and _small(under)):
        return None
    if not all(_known(place, value) for place, value in said.items()):
        return None
    return Drill(INPUTS[name], start, end, Limits(int(within), int(under)), tuple(said.items()))


def _small(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6


def _known(place: str, value: str) -> bool:
    if place == "cell":
        weekday, _, rest = value.partition("-")
        hour, _, zone = rest.partition("-")
        return _small(weekday) and _small(hour) and Account.objects.filter(zone=zone).exists()
    number = place == "queue" or _PLACES.get(place, ("", False))[1]
    if number:
        return value.isascii() and value.isdigit() and int(value) < _LARGEST
    return place in (*_PLACES, "name", "departments")


def _where(places: dict[str, str]) -> Q:
    where = Q()
    for place, value in places.items():
        if place in _PLACES:
            where &= Q(**{_PLACES[place][0]: value})
    if "departments" in places:
        inside = [int(one) for one in places["departments"].split(".") if one.isascii() and one.isdigit()]
        where &= Q(call__department_id__in=inside)
    if "queue" in places or "name" in places:
        account, number = int(places.get("account", 0)), int(places.get("queue", 0)) or None
        where &= Names([account]).legs((account, number, places.get("name", "")))
    return where
