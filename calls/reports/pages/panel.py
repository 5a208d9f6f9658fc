"""The formula behind a figure: its sentence, the numbers in place, its inputs as links to their calls, what was left
out, and how others count the same calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from calls.metrics import definitions as d
from calls.metrics.definitions import METRICS, Metric, Term
from calls.metrics.drill import Drill
from calls.metrics.inputs import INPUTS, Limits
from calls.metrics.totals import AgentTotals, DialTotals, QueueTotals, Sums
from calls.models import Agent
from calls.reports import agents, legs, queues
from calls.reports.scope import Scope, drill

from .parts import Address, log_url
from .queues import key


@dataclass(frozen=True, slots=True)
class Line:
    """An input: its symbol, words, number (None: not known) and the way to its calls."""

    symbol: str
    words: str | Promise
    value: int | None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Rival:
    """The same calls by another definition."""

    metric: Metric
    value: Decimal | None
    url: str


@dataclass(frozen=True, slots=True)
class Panel:
    """`upper` and `lower` are the two sides as text with the numbers in place; `of` says whose figure it is."""

    metric: Metric
    of: str
    value: Decimal | None
    upper: str
    lower: str
    factor: str
    lines: Sequence[Line]
    left_out: Sequence[Line]
    rivals: Sequence[Rival]
    limits: Limits | None
    zone: str
    complete_until: datetime | None
    is_whole: bool
    close_url: str
    note: str | Promise


def of(its: Scope, address: Address) -> Panel | None:
    """The panel that the address asks for."""
    metric = METRICS.get(address.query.get("formula", ""))
    if metric is None:
        return None
    name, totals, place = _place(its, metric, address.query.get("of", ""), address)
    known = not isinstance(totals, QueueTotals) or queues.knows_flow_outs(its.question(), totals)
    until = its.complete_until()
    end = its.period.bounds(its.zone)[1]
    limits = its.limits_of(its.accounts[0]) if its.accounts and isinstance(totals, QueueTotals) else None
    return Panel(
        metric=metric, of=name, value=metric.of(totals), upper=_side(metric.upper, totals),
        lower=_side(metric.lower, totals), factor="100 ×" if metric.unit == "percent" else "",
        lines=[_line(term, totals, place, known) for term in _terms(metric)],
        left_out=[_line(term, totals, place, True) for term in metric.exclusions if INPUTS.get(term)],
        rivals=_rivals(metric, totals, address), limits=limits, zone=str(its.zone), complete_until=until,
        is_whole=until is not None and until >= end, close_url=address.to(formula=None, of=None), note=metric.note,
    )  # fmt: skip


def _terms(metric: Metric) -> list[str]:
    names = [name for _sign, _input, name in metric.terms()]
    if metric.id.startswith("sl.") and "queue.flowed_out_waited" not in names:
        names.append("queue.flowed_out")
    return names


def _place(its: Scope, metric: Metric, of_what: str, address: Address) -> tuple[str, Sums, Drill | None]:
    """Whose figure it is, its sums, and the way to its calls: of the whole report, or of one row."""
    question = its.question()
    here = drill(question)
    family = metric.id.partition(".")[0]
    if family == "agent":
        rows = agents.by_agent(question)
        found = [row for row in rows if str(row.agent.pk) == of_what]
        if found:
            agent: Agent = found[0].agent
            return str(agent), found[0].totals, here and here.at(agent=agent.pk)
        return "", AgentTotals.total(row.totals for row in rows), None
    if family == "dial":
        dimension: legs.Dimension = "caller" if address.query.get("by") == "caller" else "country"
        ratios = legs.by(question, dimension)
        if of_what.startswith("="):
            name = of_what[1:]
            chosen = DialTotals.total(row.totals for row in ratios if row.name == name)
            return name or _("not told"), chosen, here and here.at(**{dimension: name})
        return "", DialTotals.total(row.totals for row in ratios), here
    service = queues.by_queue(question)
    for row in service:
        if of_what == key(row):
            account, number, name = row.queue
            place = {"account": account, "queue": number} if number else {"account": account, "name": name}
            return row.name or _("no name"), row.totals, here and here.at(**place)
    return "", queues.total(service), here


def _line(name: str, totals: Sums, place: Drill | None, known: bool) -> Line:
    value = d.value_of(name, totals)
    declared = INPUTS.get(name)
    if declared is None:
        symbol, words = d.SUMMED[name]
        return Line(symbol, words, value)
    if not known and name.startswith("queue.flowed_out"):
        return Line(declared.symbol, _("left the queue: not known, this account reports one status for all"), None)
    return Line(declared.symbol, declared.words, value, log_url(place and place.to(name)) if value else "")


def _side(terms: Sequence[Term], totals: Sums) -> str:
    """`1,000 + 60 − 10`."""
    text = ""
    for sign, name in terms:
        joint = "" if not text and sign > 0 else " + " if sign > 0 else " − "
        text += f"{joint}{d.value_of(name, totals):,}"
    return text


def _rivals(metric: Metric, totals: Sums, address: Address) -> list[Rival]:
    """All other definitions of the service level, by the same calls."""
    if not metric.id.startswith("sl."):
        return []
    return [
        Rival(other, other.of(totals), address.to(level=name, formula=other.id))
        for name, other in d.SERVICE_LEVELS.items()
        if other is not metric
    ]
