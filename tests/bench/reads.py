"""P7: the page of the call log by each filter, among many calls against the same page among 100,000.

A line is a page: its figure is the database's time among many over that among few. Both databases are asked in turn,
in shuffled order, by a signed-in administrator's whole page.
"""

from __future__ import annotations

import random
import statistics
from typing import Any
from urllib.parse import quote

from tests.bench.inside import Inside, administrator, spent
from tests.bench.table import Line
from tests.faults.console import Storage

ROUNDS = 5
PAGES = {
    "page 1": "view=all",
    "page 1,000": "older={thousandth}",
    "period": "after={month}&before={last}",
    "direction": "direction=out",
    "outcome, common": "outcome=answered",
    "outcome, rare": "outcome=failed",
    "lost": "lost=true",
    "answered": "answered=false",
    "queue": "queue=VIP",
    "agent": "agent=7",
    "department": "department=3",
    "called number": "did=0772255029",
    "wait, rare": "wait=290",
    "wait, at most": "wait_max=5",
    "ring": "ring=28",
    "talk": "talk=1400",
    "cost": "cost=0.55",
    "cost, at most": "cost_max=0.10",
    "recorded": "recorded=true",
    "custom data": "custom=ticket%3D{ticket}",
    "custom data, a name": "custom=campaign",
    "call id": "call_id={root}",
    "figure": "figure={figure}",
    "customer": "customer={phone}",
    "search, whole number": "search={phone}",
    "search, ending of 4": "search={ending4}",
    "search, ending of 7": "search={ending7}",
    "search, middle of 3": "search={middle3}",
    "search, middle of 5": "search={middle5}",
    "search, a name": "search=Agent+17",
}


def call_log(few: tuple[Storage, int], many: tuple[Storage, int]) -> list[Line]:
    """P7: the pages of two databases on the same server, each with its number of calls."""
    insides = [Inside(storage) for storage, _ in (few, many)]
    try:
        addresses = [inside(_addresses) for inside in insides]
        found = _measure(insides, addresses)
    finally:
        for inside in insides:
            inside.stop()
    lines, slowest = [], 0.0
    for name, (little, much) in found.items():
        ratio = statistics.median(b["database"] / a["database"] for a, b in zip(little, much, strict=True))
        low, high, page = _middle(little, "database"), _middle(much, "database"), _middle(much, "seconds")
        slowest = max(slowest, page)
        words = f"database {low:.1f} → {high:.1f} ms, page {page:.0f} ms"
        what = f"call log, {name}: {many[1]:,} over {few[1]:,}"
        lines.append(Line("P7", what, ratio, "≤ 1.5", ratio <= 1.5, words))
    return [*lines, Line("P7", "call log, the slowest of these pages (ms)", slowest, "≤ 150", slowest <= 150)]


def sqlite(storage: Storage, calls: int) -> list[Line]:
    """P7 for context: the same pages on the embedded default."""
    inside = Inside(storage)
    try:
        found = _measure([inside], [inside(_addresses)])
    finally:
        inside.stop()
    pages = {name: _middle(its[0], "seconds") for name, its in found.items()}
    slowest = max(pages, key=pages.__getitem__)
    words = f"{slowest}; the median of {len(pages)} pages {statistics.median(pages.values()):.0f} ms"
    return [Line("P7", f"call log on SQLite, {calls:,} calls: slowest page (ms)", pages[slowest], "", None, words)]


def _measure(insides: list[Inside], addresses: list[dict[str, str]]) -> dict[str, list[list[dict[str, float]]]]:
    """By page, for each database, what each round spent; the first round warms up."""
    rng, found = random.Random(1), {name: [[] for _ in insides] for name in PAGES}
    for number in range(ROUNDS + 1):
        for name in rng.sample(list(PAGES), len(PAGES)):
            for place in rng.sample(range(len(insides)), len(insides)):
                result = insides[place](_page, addresses[place][name])
                if number:
                    found[name][place].append(result)
    return found


def _middle(results: list[dict[str, float]], what: str) -> float:
    """Milliseconds."""
    return 1000 * statistics.median(result[what] for result in results)


# --- inside a console's process ---------------------------------------------------------------------------------------


def _addresses() -> dict[str, str]:
    """The pages' addresses in this database. What is looked for is told by a call in the middle of it."""
    from calls import days, keyset
    from calls.metrics.drill import Drill
    from calls.metrics.inputs import INPUTS, Limits
    from calls.models import Call, Cdr

    newest = Call.objects.order_by("-started_at", "-pk")
    call = newest[Call.objects.count() // 2]
    start, end = days.around(newest[0].started_at)
    month = days.before(start, 29)
    told = Cdr.objects.filter(custom_data__has_key="ticket", started_at__lt=month).order_by("-started_at")[0]
    phone = call.customer
    said: dict[str, Any] = {
        "thousandth": keyset.key(newest[50 * 999 - 1]), "last": end.isoformat(), "month": month.isoformat(),
        "ticket": told.custom_data["ticket"], "root": call.root, "phone": phone, "ending4": phone[-4:],
        "ending7": phone[-7:], "middle3": phone[4:7], "middle5": phone[3:8],
        "figure": Drill(INPUTS["queue.abandoned"], month, end, Limits()),
    }  # fmt: skip
    places = {name: quote(str(value)) for name, value in said.items()}
    return {name: f"/calls/?{query.format(**places)}" for name, query in PAGES.items()}


_signed_in: list[Any] = []


def _page(address: str) -> dict[str, float]:
    """What the page spent: seconds in all, and in the database."""
    from django.core.management import call_command
    from django.test import Client

    if not _signed_in:
        call_command("collectstatic", interactive=False, verbosity=0)
        _signed_in.append(Client(headers={"host": "127.0.0.1"}))
        _signed_in[0].force_login(administrator())
    with spent() as found:
        answer = _signed_in[0].get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")
    return {"seconds": found.seconds, "database": found.database, "statements": found.statements}
