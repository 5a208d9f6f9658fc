"""Pages of agents, hours, answer ratios, cost and IVR paths."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from calls import kinds
from calls.concealment import masked
from calls.metrics import definitions as d
from calls.metrics.reading import Question
from calls.metrics.shapes import concurrency
from calls.metrics.totals import AgentTotals, DialTotals
from calls.reports import agents as agent_report
from calls.reports import legs, queues
from calls.reports.scope import Scope, drill
from voicenter_console.organisation.roles import Right

from . import buckets
from .heat import drawn
from .parts import Address, Cell, Chart, Column, Page, Series, Table, log_url, number, said

# So many bars a chart shows; the table has all rows.
MOST_BARS = 12
# So long a period the most calls at one time is looked for in.
MOST_DAYS_OF_CONCURRENCY = 31
_DAY = timedelta(days=1)


def agents(its: Scope, address: Address) -> Page:
    question = its.question()
    rows = agent_report.by_agent(question)
    here = drill(question)
    columns = [
        Column(gettext_lazy("Agent"), "text"), Column(gettext_lazy("In, answered")),
        Column(gettext_lazy("Missed rings")), Column(gettext_lazy("Handed over")), Column(gettext_lazy("Out")),
        Column(gettext_lazy("Out, answered")), Column(gettext_lazy("Dialer, answered")),
        Column(gettext_lazy("Talk"), "seconds"), Column(gettext_lazy("Average talk"), "seconds", d.AGENT_ATT),
    ]  # fmt: skip
    names = ("in_answered", "in_missed", "passed_answered", "out_attempts", "out_answered", "dialler_answered")

    def cells(name: str, totals: AgentTotals, agent: int | None) -> list[Cell]:
        place = here and (here.at(agent=agent) if agent else None)
        counts = [
            Cell(getattr(totals, one), log_url(place and place.to(f"agent.{one}")) if getattr(totals, one) else "")
            for one in names
        ]
        formula = address.formula(d.AGENT_ATT, str(agent or ""))
        return [Cell(name), *counts, Cell(totals.talk), Cell(d.AGENT_ATT.of(totals), formula, asks=True)]

    whole = AgentTotals.total(row.totals for row in rows)
    shown = rows[:MOST_BARS]
    chart = Chart(
        "agents", gettext_lazy("Answered calls by agent"), [str(row.agent) for row in shown],
        [
            Series(_("in"), "bar", "--ok-solid", [row.totals.in_answered + row.totals.passed_answered for row in shown],
                   stack="calls"),
            Series(_("out"), "bar", "--live-solid",
                   [row.totals.out_answered + row.totals.dialler_answered for row in shown], stack="calls"),
        ],
    )  # fmt: skip
    table = Table(
        "agents", gettext_lazy("Agents"), columns,
        [cells(str(row.agent), row.totals, row.agent.pk) for row in rows],
        cells(_("Together"), whole, None) if len(rows) > 1 else (),
        gettext_lazy("a call of two agents counts at both"),
    )  # fmt: skip
    return Page([], [chart], table, is_empty=not rows)


def hours(its: Scope, address: Address) -> Page:
    question = its.question()
    name = address.query.get("show", "offered")
    name = name if name in queues.HEATS else "offered"
    heat = drawn(HEAT_WORDS[name], queues.heat_map(question, name), question, f"queue.{name}",
                 {"answered": "ok", "offered": "live", "flowed_out": "flow"}.get(name, "lost"))  # fmt: skip
    weekdays = [row[0] for row in heat.rows]
    by_hour = queues.by_hour(question)
    columns = [Column(gettext_lazy("Hour"), "text"), *(Column(weekday, "decimal") for weekday in weekdays)]
    rows = [
        [Cell(f"{hour:02}:00"), *(Cell(row[1][n].value, row[1][n].url) for row in heat.rows)]
        for n, hour in enumerate(heat.hours)
    ]
    table = Table("hours", gettext_lazy("Calls per such hour"), columns, rows, (), HEAT_WORDS[name])
    return Page([], [], table, heat, _at_once(its, question), is_empty=not any(t.offered for t in by_hour.values()))


HEAT_WORDS = {
    "offered": gettext_lazy("Calls to queues by hour and day"),
    "answered": gettext_lazy("Answered calls by hour and day"),
    "abandoned": gettext_lazy("Abandons by hour and day"),
    "flowed_out": gettext_lazy("Callers who left the queue, by hour and day"),
}


def _at_once(its: Scope, question: Question) -> list[str]:
    start, end = its.period.bounds(its.zone)
    if end - start > MOST_DAYS_OF_CONCURRENCY * _DAY:
        return []
    spans = (
        (at, at + timedelta(seconds=(wait or 0) + (ring or 0) + talk))
        for at, wait, ring, talk in legs.call_spans(question).iterator()
    )
    return [said(_("Most calls at one time: %(n)s"), n=f"{concurrency(spans):,}")]


def dialled(its: Scope, address: Address) -> Page:
    question = its.question()
    dimension: legs.Dimension = "caller" if address.query.get("by") == "caller" else "country"
    rows = legs.by(question, dimension)
    here = drill(question)
    whole_numbers = dimension == "country" or its.actor.may(Right.SEE_NUMBERS)
    head = gettext_lazy("Country") if dimension == "country" else gettext_lazy("Number shown")
    columns = [
        Column(head, "text" if dimension == "country" else "phone"), Column(gettext_lazy("Attempts")),
        Column(pgettext_lazy("count", "Answered")), Column(gettext_lazy("Never dialled")),
        Column(gettext_lazy("ASR"), "percent", d.ASR), Column(gettext_lazy("NER"), "percent", d.NER),
        Column(gettext_lazy("ACD"), "seconds", d.ACD),
    ]  # fmt: skip

    def cells(name: str, totals: DialTotals, of: str | None) -> list[Cell]:
        place = here if of is None else here and here.at(**{dimension: of})
        counts = [
            Cell(value, log_url(place and place.to(f"dial.{one}")) if value else "")
            for one in ("attempts", "answered", "not_dialled")
            for value in (getattr(totals, one),)
        ]
        ratios = [
            Cell(metric.of(totals), address.formula(metric, "" if of is None else f"={of}"), asks=True)
            for metric in (d.ASR, d.NER, d.ACD)
        ]
        return [Cell(name), *counts, *ratios]

    def named(name: str) -> str:
        return (name if whole_numbers else masked(name)) or _("not told")

    whole = DialTotals.total(row.totals for row in rows)
    shown = [row for row in rows if not row.is_few][:MOST_BARS] or rows[:MOST_BARS]
    chart = Chart(
        "ratios", gettext_lazy("Answer ratio"), [named(row.name) for row in shown],
        [Series(_("ASR"), "bar", "--ok-solid", [number(d.ASR.of(row.totals)) for row in shown])], unit="%",
        hint=gettext_lazy("with 30 attempts or more, where there are any"),
    )  # fmt: skip
    table = Table(
        "countries" if dimension == "country" else "caller-ids", head, columns,
        [cells(named(row.name), row.totals, row.name) for row in rows],
        cells(_("Together"), whole, None) if len(rows) > 1 else (),
    )  # fmt: skip
    return Page([], [chart], table, is_empty=not rows)


def cost(its: Scope, address: Address) -> Page:
    question = its.question()
    rows = legs.cost_by_type(question)
    by_day = legs.cost_by_day(question)
    axis = buckets.of(its.period, its.zone)
    if axis.kind == "hour":
        axis = buckets.Buckets("day", tuple(sorted(by_day)), its.zone)
    paid = {key: Decimal(0) for key in axis.keys}
    for day, sum_of_day in by_day.items():
        key = axis.key_of({"day": day})
        paid[key] = paid.get(key, Decimal(0)) + sum_of_day
    chart = Chart(
        "cost", gettext_lazy("Cost over time"), axis.labels(),
        [Series(_("cost"), "bar", "--live-solid", [float(paid[key] / 100) for key in axis.keys])], unit="₪",
        unfinished=axis.unfinished(its.complete_until(), its.now),
    )  # fmt: skip
    columns = [
        Column(gettext_lazy("Kind"), "text"), Column(gettext_lazy("Legs")), Column(gettext_lazy("Talk"), "seconds"),
        Column(gettext_lazy("Cost ₪"), "money"), Column(gettext_lazy("Price unknown")),
    ]  # fmt: skip

    here = drill(question)

    def cells(name: str, parts: Iterable[legs.CostRow], kind: str | None) -> list[Cell]:
        parts = list(parts)
        place = here if kind is None else here and here.at(type=kind)
        counts = {"leg.any": sum(row.legs for row in parts), "leg.unpriced": sum(row.unpriced for row in parts)}
        all_legs, unpriced = (
            Cell(count, log_url(place and place.to(counted)) if count else "") for counted, count in counts.items()
        )
        price = sum((row.price for row in parts), Decimal(0))
        return [Cell(name), all_legs, Cell(sum(row.talk for row in parts)), Cell(price), unpriced]

    table = Table(
        "cost", gettext_lazy("Cost by kind of leg"), columns,
        [cells(kinds.label(row.kind) or _("not told"), [row], row.type) for row in rows],
        cells(_("Together"), rows, None) if len(rows) > 1 else (),
        gettext_lazy("internal calls and the agents' own legs included"),
    )  # fmt: skip
    return Page([], [chart], table, is_empty=not rows)


def paths(its: Scope, address: Address) -> Page:
    rows = legs.by_path(its.question())
    columns = [
        Column(gettext_lazy("Way through the IVR"), "text"), Column(gettext_lazy("Callers")),
        Column(pgettext_lazy("count", "Answered")), Column(gettext_lazy("Hung up in the IVR")),
        Column(gettext_lazy("Left without an answer")), Column(gettext_lazy("Another way")),
    ]  # fmt: skip
    shown = rows[:MOST_BARS]
    endings = {
        "answered": (_("answered"), "--ok-solid"), "hung_up": (_("hung up in the IVR"), "--miss-solid"),
        "abandoned": (_("left without an answer"), "--lost-solid"), "other": (_("another way"), "--fail-solid"),
    }  # fmt: skip
    chart = Chart(
        "paths", gettext_lazy("How the ways ended"), [in_words(row) for row in shown],
        [
            Series(words, "bar", colour, [getattr(row, name) for row in shown], stack="calls",
                   hatched=name == "abandoned")
            for name, (words, colour) in endings.items()
        ],
    )  # fmt: skip
    cells = [
        [Cell(in_words(row)), Cell(row.callers), Cell(row.answered), Cell(row.hung_up), Cell(row.abandoned),
         Cell(row.other)]
        for row in rows
    ]  # fmt: skip
    return Page([], [chart], Table("ivr-paths", gettext_lazy("Ways"), columns, cells), is_empty=not rows)


def in_words(row: legs.PathRow) -> str:
    """`Main menu 2 › Service`."""
    return " › ".join(f"{layer} {keys}".strip() for layer, keys in row.steps)
