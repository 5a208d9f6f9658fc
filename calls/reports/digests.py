"""Digests: reports by mail, each once on each of its days, however many beats look (METRICS figures, person's rights).

The day is claimed by a conditional UPDATE in the transaction that makes the notice; the mail itself goes out, and is
tried again, as every notice is.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import override

from calls import apart
from calls.models import Digest
from calls.reports.pages import registry
from calls.reports.pages.parts import Address, Column, Figure, Page, Table, Value
from calls.reports.scope import Scope, accounts_of, scope
from voicenter_console.notifications import sending
from voicenter_console.organisation.roles import Right

KIND = "report.digest"
_MOST_ROWS = 30
_SUNDAY = 7


def run(now: datetime | None = None) -> int:
    """Mail what is due; how many digests that was."""
    now = now or timezone.now()
    digests = Digest.objects.select_related("user").filter(user__is_active=True)
    return apart.each(digests, lambda digest: _send(digest, now))


def _send(digest: Digest, now: datetime) -> bool:
    accounts = accounts_of(digest.user)
    if not accounts or not digest.user.may(Right.SEE_REPORTS):
        return False
    local = now.astimezone(ZoneInfo(accounts[0].zone))
    today = local.date()
    if local.hour < digest.hour or not is_its_day(digest, today):
        return False
    unsent = Digest.objects.filter(Q(last_on=None) | Q(last_on__lt=today), pk=digest.pk)
    if not unsent.exists():
        return False
    with override(digest.language):
        data = letter(digest, now)
    with transaction.atomic():
        if not unsent.update(last_on=today):
            return False
        key = f"{KIND}:{digest.pk}:{today.isoformat()}"
        sending.notify(accounts[0], KIND, key, data, emails=[digest.user.email])
    return True


def is_its_day(digest: Digest, day: date) -> bool:
    if digest.period == Digest.Period.LAST_WEEK:
        return day.isoweekday() == _SUNDAY
    return digest.period != Digest.Period.LAST_MONTH or day.day == 1


def letter(digest: Digest, now: datetime) -> dict[str, str]:
    """Subject and text, as this person sees the report now."""
    query = QueryDict(digest.query, mutable=True)
    for name in ("from", "to", "formula", "of"):
        query.pop(name, None)
    query["period"] = digest.period
    title, build = registry.PAGES[digest.report]
    its = scope(digest.user, query, against="before", now=now)
    path = reverse("reports:report", args=[digest.report])
    address = Address(path, query)
    span = _span(its)
    link = f"{settings.PUBLIC_URL.rstrip('/')}{_fixed(address, its)}"
    text = "\n".join([f"{title}, {span}", "", *_body(build(its, address)), "", link, "", _why()])
    return {"subject": f"{title}, {span}", "text": text}


def _why() -> str:
    return _("You asked for this mail on the page of the report, and can end it there.")


def _fixed(address: Address, its: Scope) -> str:
    """The report over these very days, also when it is read later."""
    start, end = its.period.start, its.period.last
    return address.to(period="custom", **{"from": start.isoformat(), "to": end.isoformat()})


def _span(its: Scope) -> str:
    first, last = its.period.start, its.period.last
    return f"{first:%d.%m.%Y}" if first == last else f"{first:%d.%m.%Y} – {last:%d.%m.%Y}"


def _body(page: Page) -> list[str]:
    if page.is_empty:
        return [_("No calls in this period")]
    return [*map(_figure, page.figures), "", *_table(page.table), *map(strip_tags, page.notes)]


def _figure(figure: Figure) -> str:
    name = _("Service level") if figure.metric.id.startswith("sl.") else figure.metric.name
    unit = {"percent": " %", "seconds": " s"}.get(figure.metric.unit, "")
    value = _("not known") if figure.value is None else f"{figure.value:,}{unit}"
    rest = ", ".join(part for part in (figure.change, strip_tags(figure.detail)) if part)
    return f"{name}: {value}" + (f" ({rest})" if rest else "")


def _table(table: Table) -> list[str]:
    lines = [
        ", ".join(f"{column.title} {_value(column, cell.value)}" if n else str(cell.value)
                  for n, (column, cell) in enumerate(line))
        for line in table.lines()
    ]  # fmt: skip
    more = len(lines) - _MOST_ROWS
    return [*lines[:_MOST_ROWS], *([_("and %(n)s more") % {"n": more}] if more > 0 else [])]


def _value(column: Column, value: Value) -> str:
    if value is None:
        return "–"
    match column.kind:
        case "percent":
            return f"{value} %"
        case "seconds":
            return f"{value} s"
        case "money":
            return f"₪{value / 100:,.2f}"
        case "change":
            return f"{value:+}"
        case _:
            return f"{value:,}" if not isinstance(value, str) else value
