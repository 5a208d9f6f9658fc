"""From a figure to its calls: the log shows exactly as many as the figure says."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from calls.metrics import definitions as d
from calls.metrics import rollups
from calls.metrics.drill import parse
from calls.metrics.inputs import INPUTS
from calls.metrics.queues import Names
from calls.models import Call
from calls.reports import agents, queues
from calls.reports.scope import drill, scope
from tests.calls.telling import NOON

pytestmark = pytest.mark.django_db
DAY = {"from": "2026-11-22", "to": "2026-11-22"}


@pytest.fixture
def busy_day(queue_call) -> None:
    statuses = ["ANSWER", "ANSWER", "ABANDONE", "EXIT", "TIMEOUT", "NOANSWER", "ANSWER", "ABANDONE"]
    for number in range(48):
        more = {"queue_id": 8, "queue_name": "Sales"} if number % 3 == 0 else {}
        more |= {"caller": "204"} if number == 40 else {"agent_code": "10007", "agent_name": "Dana Lavi"}
        wait = None if number % 11 == 0 else number * 2
        queue_call(NOON + timedelta(minutes=17 * number), statuses[number % 8], wait=wait, **more)


def found(api, figure: object) -> int:
    """How many calls the log of the API has for it."""
    answer = api.get("/api/v1/calls/", {"figure": str(figure), "page_size": "500"})
    assert answer.status_code == 200, answer.content
    return len(answer.json()["results"])


def test_every_input_of_every_queue_figure_leads_to_as_many_calls(busy_day, api, owner):
    rollups.sweep()
    its = scope(owner, {**DAY, "within": "30", "under": "10"})
    question = its.question()
    names = Names([its.accounts[0].pk])
    rows = queues.by_queue(question)
    whole = queues.total(rows)
    here = drill(question)
    seen = 0
    for name in [one for one in INPUTS if one.startswith("queue.")]:
        assert found(api, here.to(name)) == d.value_of(name, whole), name
        for row in rows:
            expected = d.value_of(name, row.totals)
            place = here.to(name).at(account=row.queue[0], queue=row.number)
            assert found(api, place) == expected, (name, row.name)
            assert place.legs().filter(names.legs(row.queue)).count() == expected
            seen += expected
    assert seen > 100


def test_agents_and_cells_too(busy_day, api, owner):
    its = scope(owner, DAY)
    question = its.question()
    here = drill(question)
    (row,) = agents.by_agent(question)
    for name in ("in_answered", "in_missed"):
        assert found(api, here.to(f"agent.{name}").at(agent=row.agent.pk)) == getattr(row.totals, name) > 0
    zone = its.accounts[0].zone
    cells = queues.by_hour(question)
    for (weekday, hour), totals in cells.items():
        place = here.to("queue.offered").at(cell=f"{weekday}-{hour}-{ZoneInfo(zone).key}")
        assert found(api, place) == totals.offered


def test_an_address_that_is_none_finds_nothing(busy_day, api):
    for text in ("", "queue.offered", "nothing?from=2026-11-22&to=2026-11-23", "queue.offered?from=x&to=y",
                 "queue.offered?from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z&agent=x",
                 "queue.offered?from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z&cell=9-9",
                 "queue.offered?from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z&where=1"):  # fmt: skip
        assert parse(text) is None
        if text:
            assert found(api, text) == 0


def test_nobody_sees_through_a_figure_what_they_may_not(as_gal, as_dana, busy_day, owner):
    figure = str(drill(scope(owner, DAY).question()))
    assert as_gal.get("/api/v1/calls/", {"figure": figure}).json()["results"] == []
    own = as_dana.get("/api/v1/calls/", {"figure": figure, "page_size": "500"}).json()["results"]
    assert 0 < len(own) < Call.objects.count()
