"""Two months of the simulated centre, with a night of changed clocks in each: every report says what plain loops over
the CDRs say, before the sweep and after it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from calls.metrics import rollups
from calls.models import Agent, Cdr, DirtyHour, QueueDay
from tests.metrics.month import JERUSALEM, Plain, in_utc, tell
from voicenter_console.sandbox import day, timeline
from voicenter_console.sandbox.clock import STILL, Clock
from voicenter_console.sandbox.cloud import Cloud

pytestmark = pytest.mark.django_db

# The clocks go forward on 28 March 2025 and back on 26 October 2025. Few calls an hour, but some in every night.
MONTHS = {
    "forward": (datetime(2025, 4, 6, 9, 20, tzinfo=UTC), "2025-03-28"),
    "back": (datetime(2025, 11, 2, 9, 20, tzinfo=UTC), "2025-10-26"),
}


@pytest.fixture(params=MONTHS)
def month(request, account, monkeypatch) -> tuple[Plain, str, Cloud]:
    now, night = MONTHS[request.param]
    calm = replace(day.ORDINARY, rate=5, floor=0.4)
    monkeypatch.setattr(day, "ORDINARY", calm)
    monkeypatch.setattr(timeline, "ORDINARY", calm)
    cloud = Cloud(clock=Clock(now, STILL), scenario="quiet", history_days=30)
    tell(account, cloud.visible_legs(now - timedelta(days=40), now), cloud)
    return Plain(account), night, cloud


def test_every_report_says_what_plain_loops_say(month, api, account):
    plain, night, _cloud = month
    _the_month_is_one(plain, night)
    spans = {
        "all": ({"from": _date(plain, min), "to": _date(plain, max)}, plain.rows),
        "night": ({"from": night, "to": night}, plain.of_days(night, night)),
        "instants": _instants(plain, night),
        "midnight": _midnight(plain, night),
    }
    for swept in (False, True):
        for query, rows in spans.values():
            _same(api, plain, query, rows)
        if not swept:
            while rollups.sweep():
                pass
            assert not DirtyHour.objects.exists()
    assert sum(QueueDay.objects.values_list("offered", flat=True)) == sum(r["type"] == "queue" for r in plain.rows)


def test_what_was_told_is_what_happened(month):
    """The CDRs themselves, against the simulated centre that made the calls."""
    plain, _night, cloud = month
    now = cloud.now()
    legs = cloud.visible_legs(now - timedelta(days=40), now)
    told = Counter((row["status"], row["started_at"]) for row in plain.rows if row["type"] == "queue")
    assert told == Counter((leg.status, leg.started) for leg in legs if leg.kind == 8)


def _the_month_is_one(plain: Plain, night: str) -> None:
    """A check that cannot fail proves nothing: there are calls in the hour that is twice, or beside the one that is
    not, of every kind, with waits unknown and known."""
    hours = Counter(row["started_at"].astimezone(JERUSALEM).hour for row in plain.of_days(night, night))
    assert hours[1]
    assert hours[3]
    queue = [row for row in plain.rows if row["type"] == "queue"]
    assert {"ANSWER", "ABANDONE"} < {row["status"] for row in queue}
    assert 0 < sum(row["wait_seconds"] is None for row in queue) < len(queue) / 3
    assert len({row["type"] for row in plain.rows}) > 9
    assert Cdr.objects.count() > 2000


def _date(plain: Plain, which) -> str:
    return which(row["started_at"] for row in plain.rows).astimezone(JERUSALEM).strftime("%Y-%m-%d")


def _instants(plain: Plain, night: str) -> tuple[dict[str, str], list]:
    start, end = in_utc(f"{night}T00:17:31+00:00"), in_utc(f"{night}T19:43:02+00:00")
    return {"from": start.isoformat(), "to": end.isoformat()}, plain.between(start, end)


def _midnight(plain: Plain, night: str) -> tuple[dict[str, str], list]:
    """Two days that meet at the midnight before the night."""
    before = (datetime.fromisoformat(night) - timedelta(days=1)).strftime("%Y-%m-%d")
    return {"from": before, "to": night}, plain.of_days(before, night)


def _same(api, plain: Plain, query: dict[str, str], rows: list) -> None:
    def read(name: str) -> list[dict]:
        return api.get(f"/api/v1/reports/{name}/", query).json()["results"]

    queues = {row["queue_id"]: row for row in read("queues")}
    expected = plain.queues(rows)
    for number, its in expected.items():
        assert {name: queues[number][name] for name in its} == its
    assert queues.keys() == expected.keys()

    keys = dict(Agent.objects.values_list("pk", "key"))
    agents = {row["agent_code"] or row["agent_name"]: row for row in read("agents")}
    for agent, its in plain.agents(rows).items():
        if any(its.values()):
            assert {name: agents[keys[agent]][name] for name in its} == its

    for name, field in (("countries", "target_country"), ("caller-ids", "caller")):
        found = {row.pop("name"): row for row in read(name)}
        assert found == plain.dialled(rows, field)

    cost = {row["type"]: (row["legs"], row["price"]) for row in read("cost")}
    assert cost == {kind: (legs, float(price)) for kind, (legs, price) in plain.cost(rows).items()}

    paths = {tuple((s["layer"], s["keys"]) for s in row["steps"]): row["callers"] for row in read("ivr-paths")}
    assert paths == plain.paths(rows)

    counts = plain.hours(rows)
    for cell in read("hours"):
        whole = counts[cell["weekday"], cell["hour"]]
        assert (cell["average"] > 0) == (whole > 0)
        # the average is the count over how often that hour came, a whole number
        times = round(whole / cell["average"]) if whole else 1
        assert not whole or abs(whole / times - cell["average"]) < 0.005
