"""The history of agents' states: no spell overlaps another, and nothing is invented for a time nobody heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.board.history import GAP, History
from calls.models import Agent, AgentState
from voicenter_console.organisation.models import Account

LOGIN, LOGOUT, LUNCH = 1, 2, 3
NOON = datetime(2026, 7, 15, 9, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def spells(code: str = "10007") -> list[tuple]:
    """The agent's spells as (state, status, from, to) in seconds since noon."""
    rows = AgentState.objects.filter(agent__key=code).order_by("began_at")
    return [
        (
            row.state,
            row.status,
            (row.began_at - NOON).total_seconds(),
            row.ended_at and (row.ended_at - NOON).total_seconds(),
        )
        for row in rows
    ]


def dana(status: int, since: float | None = None) -> dict:
    return {"10007": ("Dana Lavi", status, None if since is None else at(since))}


def test_a_day_of_one_agent(account: Account):
    history = History(account)
    history.record(dana(LOGIN, -60), at(0), None)
    history.record(dana(LOGIN, -60), at(5), at(0))
    history.record(dana(LUNCH, 8), at(10), at(5))
    history.record(dana(LOGIN), at(20), at(10))
    history.record({}, at(25), at(20))
    history.record({}, at(30), at(25))
    assert spells() == [
        ("available", LOGIN, -60, 8),
        ("break", LUNCH, 8, 20),
        ("available", LOGIN, 20, 25),
        ("logged_out", LOGOUT, 25, None),
    ]
    assert Agent.objects.get(key="10007").name == "Dana Lavi"


def test_another_collector_goes_on_where_the_last_one_was(account: Account):
    History(account).record(dana(LOGIN, 0), at(0), None)
    History(account).record(dana(LOGIN, 0), at(10), at(0))
    History(account).record(dana(LUNCH, 12), at(15), at(10))
    assert spells() == [("available", LOGIN, 0, 12), ("break", LUNCH, 12, None)]


def test_a_silence_is_unknown_until_the_moment_the_provider_names(account: Account):
    History(account).record(dana(LOGIN, 0), at(0), None)
    History(account).record(dana(LUNCH, 500), at(600), at(100))
    assert spells() == [("available", LOGIN, 0, 100), ("unknown", None, 100, 500), ("break", LUNCH, 500, None)]


def test_a_silence_through_which_the_provider_says_nothing_changed_is_none(account: Account):
    History(account).record(dana(LOGIN, 0), at(0), None)
    History(account).record(dana(LOGIN, 0), at(600), at(100))
    assert spells() == [("available", LOGIN, 0, None)]


def test_without_a_time_of_the_provider_s_a_silence_is_unknown_to_its_end(account: Account):
    History(account).record(dana(LOGIN), at(0), None)
    History(account).record(dana(LOGIN), at(600), at(100))
    assert spells() == [("available", LOGIN, 0, 100), ("unknown", None, 100, 600), ("available", LOGIN, 600, None)]


def test_away_and_back_with_the_same_status_later_is_not_one_spell(account: Account):
    History(account).record(dana(LUNCH, 0), at(0), None)
    History(account).record(dana(LUNCH, 400), at(600), at(100))
    assert spells() == [("break", LUNCH, 0, 100), ("unknown", None, 100, 400), ("break", LUNCH, 400, None)]


def test_a_short_silence_is_none(account: Account):
    History(account).record(dana(LOGIN), at(0), None)
    History(account).record(dana(LOGIN), at(GAP.total_seconds()), at(0))
    assert spells() == [("available", LOGIN, 0, None)]


def test_who_is_gone_after_a_silence_was_not_there_until_then(account: Account):
    History(account).record(dana(LOGIN, 0), at(0), None)
    History(account).record({}, at(600), at(100))
    assert spells() == [("available", LOGIN, 0, 100), ("unknown", None, 100, 600), ("logged_out", LOGOUT, 600, None)]


def test_a_time_from_the_future_or_before_the_last_spell_is_bounded(account: Account):
    history = History(account)
    history.record(dana(LOGIN, 9999), at(10), None)
    history.record(dana(LUNCH, -50), at(20), at(10))
    history.record(dana(LOGIN, 25), at(30), at(20))
    assert spells() == [("break", LUNCH, 10, 25), ("available", LOGIN, 25, None)]


@pytest.mark.parametrize(
    "second",
    [
        {"began_at": at(20), "ended_at": None},  # two open
        {"began_at": at(0), "ended_at": at(5)},  # the same beginning
        {"began_at": at(8), "ended_at": at(8)},  # of no length
        {"began_at": at(9), "ended_at": at(3)},  # backwards
        {"began_at": at(30), "ended_at": at(40), "status": None},  # a known state without its number
    ],
)
def test_the_database_refuses(account: Account, second: dict):
    agent = Agent.objects.create(account=account, key="10007")
    AgentState.objects.create(agent=agent, state="available", status=LOGIN, began_at=at(0))
    with pytest.raises(IntegrityError), transaction.atomic():
        AgentState.objects.create(agent=agent, **{"state": "break", "status": LUNCH} | second)


@pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite knows no exclusion; the history's own care holds"
)
@pytest.mark.parametrize(("begin", "end"), [(-5, 1), (5, 8), (9, 20), (-5, 20), (-5, None)])
def test_postgresql_refuses_an_overlap(account: Account, begin: int, end: int | None):
    agent, other = (Agent.objects.create(account=account, key=key) for key in ("1", "2"))
    AgentState.objects.create(agent=agent, state="available", status=LOGIN, began_at=at(0), ended_at=at(10))
    late = {"state": "break", "status": LUNCH, "began_at": at(begin), "ended_at": None if end is None else at(end)}
    AgentState.objects.create(agent=other, **late)
    AgentState.objects.create(agent=agent, state="break", status=LUNCH, began_at=at(10), ended_at=at(20))
    with pytest.raises(IntegrityError), transaction.atomic():
        AgentState.objects.create(agent=agent, **late)
    assert connection.vendor == "postgresql"


steps = st.lists(
    st.tuples(
        st.integers(0, 90),  # seconds until the next look
        st.sampled_from([None, LOGIN, LOGOUT, LUNCH, 5]),
        st.none() | st.integers(-300, 50),  # since when, from that look
        st.booleans(),  # whether a new collector begins
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_spells_never_overlap_nor_leave_a_hole(account: Account, steps: list[tuple]):
    AgentState.objects.all().delete()
    history, now, heard = History(account), 0, None
    for pause, status, since, fresh in steps:
        now += pause
        if fresh:
            history = History(account)
        present = {} if status is None else dana(status, None if since is None else now + since)
        history.record(present, at(now), heard)
        heard = at(now)
    found = spells()
    for (*_, ended), (_, _, began, _) in pairwise(found):
        assert ended == began
    assert all(ended is None or ended > began for _, _, began, ended in found)
    assert [ended for *_, ended in found].count(None) == bool(found)
