"""One definition for each figure: its question, formula, inputs, what it leaves out, id and version (METRICS).

A formula is a list of signed inputs over another, so that the panel can set the numbers into it, and the same list
computes the figure. `version` goes up when a figure of the same calls may come out otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .inputs import INPUTS, Input
from .totals import Sums, ratio

Unit = Literal["percent", "seconds", "count"]
# An input's id with the sign it has; a sum of seconds has no condition of its own and names its column and words.
Term = tuple[int, str]

SUMMED: dict[str, tuple[str, str | Promise]] = {
    "queue.answered_wait": ("Σw(A)", _("seconds waited by those answered")),
    "queue.abandoned_wait": ("Σw(Ab)", _("seconds waited by those who hung up")),
    "queue.talk": ("Σt", _("seconds of talk")),
    "queue.talked": ("Aᵗ", _("answered, talk known")),
    "agent.talk": ("Σt", _("seconds of talk")),
    "agent.talked": ("Aᵗ", _("answered, talk known")),
    "dial.talk": ("Σt", _("seconds of talk")),
    "dial.talked": ("Rᵗ", _("answered, talk known")),
}


@dataclass(frozen=True, slots=True)
class Metric:
    """How a figure is made. `better` says which way is good: +1 up, −1 down, 0 neither."""

    id: str
    version: int
    name: str | Promise
    question: str | Promise
    formula: str | Promise
    unit: Unit
    upper: Sequence[Term]
    lower: Sequence[Term] = ()
    exclusions: Sequence[str] = ("queue.internal",)
    better: int = 0
    note: str | Promise = ""

    @property
    def label(self) -> str:
        """How a row or a tile names its definition: `sl.default v1`."""
        return f"{self.id} v{self.version}"

    def of(self, totals: Sums) -> Decimal | None:
        """The figure; None where there is nothing to divide."""
        upper = _sum(self.upper, totals)
        if not self.lower:
            return Decimal(upper)
        return ratio((100 if self.unit == "percent" else 1) * upper, _sum(self.lower, totals))

    def terms(self) -> list[tuple[int, Input | None, str]]:
        """Each input once, in the order of the formula: sign, the input (None for a sum of seconds), its id."""
        seen: dict[str, int] = {}
        for sign, name in (*self.upper, *self.lower):
            seen.setdefault(name, sign)
        return [(sign, INPUTS.get(name), name) for name, sign in seen.items()]


def value_of(name: str, totals: Sums) -> int:
    """The number that an input, or a sum of seconds, has in these totals."""
    return getattr(totals, name.partition(".")[2])


def _sum(terms: Sequence[Term], totals: Sums) -> int:
    return sum(sign * value_of(name, totals) for sign, name in terms)


def _queue(*names: str) -> tuple[Term, ...]:
    """`_queue("answered", "-abandoned")`: signed inputs of queues."""
    return tuple((-1, f"queue.{name[1:]}") if name[0] == "-" else (1, f"queue.{name}") for name in names)


_HAD_A_CHANCE = _("Of the callers we had a fair chance to answer, how many did we answer in time?")
_FAIR = ("queue.wait_unknown", "queue.internal")


def _level(name: str, words: str | Promise, formula: str | Promise, upper: tuple, lower: tuple) -> Metric:
    return Metric(f"sl.{name}", 1, words, _HAD_A_CHANCE, formula, "percent", upper, lower, _FAIR, better=1)


SERVICE_LEVELS: dict[str, Metric] = {
    "default": _level(
        "default", _("short abandons are left out"),
        _("answered within T ÷ (answered + abandoned − abandoned under S)"),
        _queue("answered_in_time"), _queue("answered_waited", "abandoned_waited", "-abandoned_short"),
    ),
    "flow": _level(
        "flow", _("leaving the queue is bad too"), _("as the default, with those who left the queue below the line"),
        _queue("answered_in_time"),
        _queue("answered_waited", "abandoned_waited", "-abandoned_short", "flowed_out_waited"),
    ),
    "1": _level(
        "1", _("early abandons are good"), _("(answered within T + abandoned within T) ÷ (answered + abandoned)"),
        _queue("answered_in_time", "abandoned_in_time"), _queue("answered_waited", "abandoned_waited"),
    ),
    "2": _level(
        "2", _("abandons are ignored"), _("answered within T ÷ answered"),
        _queue("answered_in_time"), _queue("answered_waited"),
    ),
    "3": _level(
        "3", _("all abandons are bad"), _("answered within T ÷ (answered + abandoned)"),
        _queue("answered_in_time"), _queue("answered_waited", "abandoned_waited"),
    ),
    "4": _level(
        "4", _("only late abandons are bad"), _("answered within T ÷ (answered + abandoned − abandoned within T)"),
        _queue("answered_in_time"), _queue("answered_waited", "abandoned_waited", "-abandoned_in_time"),
    ),
    "5": _level(
        "5", _("short abandons are good"), _("(answered within T + abandoned under S) ÷ (answered + abandoned)"),
        _queue("answered_in_time", "abandoned_short"), _queue("answered_waited", "abandoned_waited"),
    ),
}  # fmt: skip

OFFERED = Metric(
    "queue.offered", 1, _("Offered"), _("How many callers reached a queue?"),
    _("records of type Queue that began in the period"), "count", _queue("offered"),
    note=_("Calls that the predictive dialer puts into a queue are reported apart."),
)  # fmt: skip
ANSWERED = Metric(
    "queue.answered", 1, _("Answered"), _("How many of them did an agent answer?"),
    _("of these, status ANSWER"), "count", _queue("answered"), better=1,
)  # fmt: skip
ABANDONED = Metric(
    "queue.abandoned", 1, _("Abandoned"), _("How many hung up while they waited?"),
    _("of these, status ABANDONE"), "count", _queue("abandoned"), better=-1,
)  # fmt: skip
FLOWED_OUT = Metric(
    "queue.flowed_out", 1, _("Left the queue"), _("How many were sent on, or chose to leave?"),
    _("of these, status TIMEOUT, FULL, EXIT or JOINEMPTY"), "count", _queue("flowed_out"), better=-1,
)  # fmt: skip
ANSWER_RATE = Metric(
    "queue.answer_rate", 1, _("Answer rate"), _("Of all callers to a queue, how many were answered?"),
    _("answered ÷ offered"), "percent", _queue("answered"), _queue("offered"), better=1,
)  # fmt: skip
ABANDON_GROSS = Metric(
    "queue.abandon_gross", 1, _("Abandon rate, gross"), _("Of all callers to a queue, how many hung up?"),
    _("abandoned ÷ offered"), "percent", _queue("abandoned"), _queue("offered"), better=-1,
)  # fmt: skip
ABANDON_NET = Metric(
    "queue.abandon_net", 1, _("Abandon rate, net"),
    _("Without those who hung up at once, how many gave up waiting?"),
    _("(abandoned − abandoned under S) ÷ (offered − abandoned under S)"), "percent",
    _queue("abandoned_waited", "-abandoned_short"), _queue("waited", "-abandoned_short"), _FAIR, better=-1,
)  # fmt: skip
ASA = Metric(
    "queue.asa", 1, _("Average wait to answer"), _("How long did those who were answered wait?"),
    _("seconds waited by answered calls ÷ answered"), "seconds",
    _queue("answered_wait"), _queue("answered_waited"), _FAIR, better=-1,
    note=_("The wait of answered calls only; some count all calls offered."),
)  # fmt: skip
ABANDON_TIME = Metric(
    "queue.abandon_time", 1, _("Average wait to hanging up"), _("How long did those who hung up wait first?"),
    _("seconds waited by abandoned calls ÷ abandoned"), "seconds",
    _queue("abandoned_wait"), _queue("abandoned_waited"), _FAIR,
)  # fmt: skip
ATT = Metric(
    "queue.att", 1, _("Average talk"), _("How long did an answered call last?"),
    _("seconds of talk ÷ answered"), "seconds", _queue("talk"), _queue("talked"),
    note=_("Voicenter tells neither hold nor wrap-up, so this is talk time, not handling time."),
)  # fmt: skip

AGENT_ATT = Metric(
    "agent.att", 1, _("Average talk"), _("How long does one of their calls last?"),
    _("seconds of talk ÷ answered"), "seconds", ((1, "agent.talk"),), ((1, "agent.talked"),), (),
    note=_("A call of two agents counts at both, so agents add up to more than calls."),
)  # fmt: skip
ASR = Metric(
    "dial.asr", 1, _("Answer ratio (ASR)"), _("Of the customers who were rung, how many answered?"),
    _("answered ÷ attempts"), "percent", ((1, "dial.answered"),), ((1, "dial.attempts"),), ("dial.not_dialled",),
    better=1, note=_("The customer's leg only: the agent's own leg never counts."),
)  # fmt: skip
NER = Metric(
    "dial.ner", 1, _("Network effectiveness (NER)"), _("Of the attempts, how many did the network bring to the phone?"),
    _("(answered + busy + no answer + voicemail) ÷ attempts"), "percent",
    ((1, "dial.reached"),), ((1, "dial.attempts"),), ("dial.not_dialled",), better=1,
)  # fmt: skip
ACD = Metric(
    "dial.acd", 1, _("Average length (ACD)"), _("How long did the answered ones last?"),
    _("seconds of talk ÷ answered"), "seconds", ((1, "dial.talk"),), ((1, "dial.talked"),), ("dial.not_dialled",),
)  # fmt: skip

METRICS: dict[str, Metric] = {
    metric.id: metric
    for metric in (
        *SERVICE_LEVELS.values(), OFFERED, ANSWERED, ABANDONED, FLOWED_OUT, ANSWER_RATE, ABANDON_GROSS, ABANDON_NET,
        ASA, ABANDON_TIME, ATT, AGENT_ATT, ASR, NER, ACD,
    )
}  # fmt: skip


def service_level(name: str) -> Metric:
    """The chosen definition; the default where `name` is none of them."""
    return SERVICE_LEVELS.get(name, SERVICE_LEVELS["default"])
