"""The page of queue service: five figures, the service level over time, waits, abandons by hour, and each queue."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from calls.metrics import definitions as d
from calls.metrics.definitions import Metric
from calls.metrics.drill import Drill
from calls.metrics.reading import Question
from calls.metrics.shapes import Cell as HeatKey
from calls.metrics.totals import QueueTotals
from calls.reports import queues
from calls.reports.queues import QueueRow
from calls.reports.scope import Scope, drill

from . import buckets
from .heat import drawn
from .parts import Address, Cell, Chart, Column, Figure, Page, Series, Table, difference, log_url, number, said


def page(its: Scope, address: Address) -> Page:
    question = its.question()
    rows = queues.by_queue(question)
    whole = queues.total(rows)
    compared = its.compared
    before = queues.by_queue(its.question(compared)) if compared else []
    known = queues.knows_flow_outs(question, whole)
    notes = []
    if whole.wait_unknown:
        notes.append(
            said(_("Wait unknown: %(n)s. They are left out of what has a wait in it."), n=f"{whole.wait_unknown:,}")
        )
    return Page(
        figures=_figures(its, address, whole, queues.total(before) if compared else None),
        charts=[_over_time(its, question), _waits(question, whole)],
        heat=_abandons(question, address),
        table=table(its, address, rows, before, known),
        notes=notes,
        is_empty=not whole.offered,
    )


def _figures(its: Scope, address: Address, now: QueueTotals, before: QueueTotals | None) -> list[Figure]:
    shown = [d.OFFERED, d.ANSWERED, its.service_level, d.ASA, d.ABANDON_NET]
    share = d.ANSWER_RATE.of(now)
    details = {
        d.ANSWERED.id: said(_("%(n)s of offered"), n=f"{share:.1f} %") if share is not None else "",
        its.service_level.id: said(_("goal %(n)s"), n=f"{its.goal} %"),
    }
    return [_figure(metric, address, now, before, details.get(metric.id, "")) for metric in shown]


def _figure(metric: Metric, address: Address, now: QueueTotals, before: QueueTotals | None, detail: str) -> Figure:
    value = metric.of(now) if now.offered else None
    change, tone = difference(metric, value, metric.of(before)) if before and before.offered else ("", "")
    is_open = address.query.get("formula") == metric.id and not address.query.get("of")
    return Figure(metric, value, address.formula(metric), is_open, detail, change, tone)


def _over_time(its: Scope, question: Question) -> Chart:
    """The service level by day; offered calls by hour where the period is a day."""
    axis = buckets.of(its.period, its.zone)
    totals = axis.totals(question)
    axis = axis.trimmed(lambda key: key in totals)
    compared = its.compared
    before = []
    if compared:
        other = buckets.of(compared, its.zone)
        its_totals = other.totals(its.question(compared))
        shift = len(axis.keys)
        if axis.kind == "hour":  # the same hours of the clock
            hours = {key.astimezone(its.zone).hour: its_totals.get(key, QueueTotals()) for key in other.keys}
            before = [hours.get(key.astimezone(its.zone).hour, QueueTotals()) for key in axis.keys]
        else:
            before = buckets.aligned(its_totals, other, shift)
    now = [totals.get(key, QueueTotals()) for key in axis.keys]
    unfinished = axis.unfinished(its.complete_until(), its.now)
    title = {"hour": _("Service level by hour"), "day": _("Service level by day"), "month": _("Service level by month")}
    level = its.service_level
    series = [Series(_("service level"), "line", "--accent", [number(level.of(one)) for one in now])]
    if compared:
        series.append(Series(_("before"), "line", "--ink3", [number(level.of(one)) for one in before], dashed=True))
    return Chart("over-time", title[axis.kind], axis.labels(), series, unit="%", goal=its.goal,
                 goal_words=_("goal %(n)s") % {"n": f"{its.goal} %"}, unfinished=unfinished)  # fmt: skip


def _waits(question: Question, whole: QueueTotals) -> Chart:
    bars = queues.distribution(question, whole)
    return Chart(
        "waits", gettext_lazy("How long they waited"),
        [f"{bar.low}–{bar.high}" if bar.high else f"{bar.low}+" for bar in bars],
        [
            Series(_("answered"), "bar", "--ok-solid", [bar.answered for bar in bars], stack="calls"),
            Series(_("hung up"), "bar", "--lost-solid", [bar.abandoned for bar in bars], stack="calls", hatched=True),
        ],
        hint=gettext_lazy("seconds, answered and abandoned"),
    )  # fmt: skip


def _abandons(question: Question, address: Address):
    cells: dict[HeatKey, Decimal | None] = queues.heat_map(question, "abandoned")
    return drawn(gettext_lazy("Abandons by hour and day"), cells, question, "queue.abandoned")


COLUMNS = {
    "queue": gettext_lazy("Queue"),
    "offered": gettext_lazy("Offered"),
    "answered": pgettext_lazy("count", "Answered"),
    "abandoned": pgettext_lazy("count", "Abandoned"),
    "left": gettext_lazy("Left the queue"),
    "level": gettext_lazy("Service level"),
    "change": gettext_lazy("Change"),
    "asa": gettext_lazy("ASA"),
    "net": gettext_lazy("Abandon, net"),
    "gross": gettext_lazy("Abandon, gross"),
    "talk": gettext_lazy("Average talk"),
    "longest": gettext_lazy("Longest wait"),
}


def table(its: Scope, address: Address, rows: list[QueueRow], before: list[QueueRow], known: bool) -> Table:
    level = its.service_level
    earlier = {row.queue: row.totals for row in before}
    here = drill(its.question())
    columns = [
        Column(COLUMNS["queue"], "text"), Column(COLUMNS["offered"]), Column(COLUMNS["answered"]),
        Column(COLUMNS["abandoned"]), Column(COLUMNS["left"]), Column(COLUMNS["level"], "percent", level),
        Column(COLUMNS["change"], "change"),
        Column(COLUMNS["asa"], "seconds", d.ASA, gettext_lazy("Average wait of answered calls")),
        Column(COLUMNS["net"], "percent", d.ABANDON_NET), Column(COLUMNS["gross"], "percent", d.ABANDON_GROSS),
        Column(COLUMNS["talk"], "seconds", d.ATT), Column(COLUMNS["longest"], "seconds"),
    ]  # fmt: skip
    if not its.compared:
        columns = [column for column in columns if column.kind != "change"]
    made = []
    for row in rows:
        place = here and _at(here, row)
        made.append(_cells(its, address, columns, row.name or _("no name"), row.totals, earlier.get(row.queue), place,
                           known, key(row)))  # fmt: skip
    whole = _cells(its, address, columns, _("Together"), queues.total(rows), queues.total(before), here, known, "")
    n = len(rows)
    hint = ngettext(
        "%(n)s queue; a caller of two queues counts at both", "%(n)s queues; a caller of two queues counts at both", n
    ) % {"n": n}
    return Table("queues", gettext_lazy("Queues"), columns, made, whole if len(rows) > 1 else (), hint)


def key(row: QueueRow) -> str:
    """A queue in an address: `account:number` or `account:=name`."""
    account, queue_number, name = row.queue
    return f"{account}:{queue_number}" if queue_number else f"{account}:={name}"


def _at(here: Drill, row: QueueRow) -> Drill:
    account, queue_number, name = row.queue
    return here.at(account=account, queue=queue_number) if queue_number else here.at(account=account, name=name)


def _cells(its, address, columns, name, totals, before, place, known, of) -> list[Cell]:
    level = its.service_level

    def count(input_name: str) -> Cell:
        value = d.value_of(input_name, totals)
        return Cell(value, log_url(place and place.to(input_name)) if value else "")

    def ratio(metric: Metric) -> Cell:
        return Cell(metric.of(totals), address.formula(metric, of), asks=True, tone=_tone(metric, totals, its.goal))

    unknown = Cell(None, address.formula(d.FLOWED_OUT, of), asks=True)
    made = {
        COLUMNS["queue"]: Cell(name), COLUMNS["offered"]: count("queue.offered"),
        COLUMNS["answered"]: count("queue.answered"), COLUMNS["abandoned"]: count("queue.abandoned"),
        COLUMNS["left"]: count("queue.flowed_out") if known else unknown,
        COLUMNS["level"]: ratio(level), COLUMNS["change"]: _change(level, totals, before),
        COLUMNS["asa"]: ratio(d.ASA), COLUMNS["net"]: ratio(d.ABANDON_NET), COLUMNS["gross"]: ratio(d.ABANDON_GROSS),
        COLUMNS["talk"]: ratio(d.ATT), COLUMNS["longest"]: Cell(totals.longest_wait if totals.waited else None),
    }  # fmt: skip
    return [made[column.title] for column in columns]


def _tone(metric: Metric, totals: QueueTotals, goal: int) -> str:
    """A service level ten points or more under its goal is told in red."""
    value = metric.of(totals)
    return "lost" if metric.id.startswith("sl.") and value is not None and value < goal - 10 else ""


def _change(level: Metric, totals: QueueTotals, before: QueueTotals | None) -> Cell:
    now, then = level.of(totals), before and level.of(before)
    return Cell(None if now is None or then is None else now - then)
