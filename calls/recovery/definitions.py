"""What each figure of the recovery board is: question, formula, what is left out, id and version (METRICS).

The same shape as the definitions of `calls.metrics`, over persons in place of legs: `figures.Figures` are their sums.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from calls.metrics.definitions import Metric

if TYPE_CHECKING:
    from calls.recovery.figures import Figures

WORDS = {
    "recovery.people": _("people who were lost"),
    "recovery.reached": _("of these, reached by us within 24 h"),
    "recovery.returned": _("of these, came back and were answered within 24 h"),
    "recovery.called": _("of these, called back at least once"),
    "recovery.callback_seconds": _("times from the first loss to our first call"),
}
_DUPLICATES = _("cards that somebody closed as the same person as another")
_ANONYMOUS = _("callers who withheld their number, and extensions")


@dataclass(frozen=True, slots=True)
class Measured(Metric):
    """A figure that is a place among the measured times, not a ratio: `share` 0.5 is the median, else nearest rank."""

    share: float = 0.5

    def of(self, totals: Any) -> Decimal | None:
        """Seconds; None where nothing was measured."""
        times = totals.callback_seconds
        if not times:
            return None
        place = median(times) if self.share == 0.5 else times[math.ceil(self.share * len(times)) - 1]
        return Decimal(place)


RATE = Metric(
    "recovery.rate", 1, _("Recovery rate"),
    _("Of the people whose call nobody answered, how many got an answer within 24 hours?"),
    _("(reached + came back) ÷ people"), "percent",
    ((1, "recovery.reached"), (1, "recovery.returned")), ((1, "recovery.people"),), (_DUPLICATES, _ANONYMOUS), 1,
    _("A person belongs to the day of their first loss. No standard exists; ours counts persons, not calls."),
)  # fmt: skip
CALLED = Metric(
    "recovery.called", 1, _("Called at least once"), _("How many of them did we try to call back?"),
    _("called back ÷ people"), "percent", ((1, "recovery.called"),), ((1, "recovery.people"),),
    (_DUPLICATES, _ANONYMOUS), 1,
)  # fmt: skip
MEDIAN = Measured(
    "recovery.callback_median", 1, _("Time to call back, median"), _("How soon do we call back?"),
    _("half of the times are shorter"), "seconds", ((1, "recovery.callback_seconds"),), (), (_DUPLICATES, _ANONYMOUS),
    -1, _("From the first loss to our first call out, answered or not; only people whom we called."),
)  # fmt: skip
P90 = Measured(
    "recovery.callback_p90", 1, _("Time to call back, nine of ten"), _("How long do the unlucky wait?"),
    _("the shortest time within which nine of ten were called"), "seconds", ((1, "recovery.callback_seconds"),), (),
    (_DUPLICATES, _ANONYMOUS), -1, _("Nearest rank; only people whom we called."), share=0.9,
)  # fmt: skip
METRICS: dict[str, Metric] = {metric.id: metric for metric in (RATE, CALLED, MEDIAN, P90)}


def parts(metric: Metric, found: Figures) -> list[tuple[str, int]]:
    """The words and the number of each input of a formula, in its order."""
    names = dict.fromkeys(name for _sign, name in (*metric.upper, *metric.lower))
    return [(str(WORDS[name]), _number(getattr(found, name.partition(".")[2]))) for name in names]


def _number(value: int | tuple[float, ...]) -> int:
    return len(value) if isinstance(value, tuple) else value
