"""The simulated day: seeded, believable, never silent, and fast."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import process_time

import pytest

from tests.sandbox.conftest import MORNING, still
from voicenter_console.sandbox.clock import STILL, Clock
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.legs import ISRAEL, Kind
from voicenter_console.sandbox.scenarios import SCENARIOS


def facts(legs):
    return [(leg.key, leg.started, leg.status, leg.wait, leg.ring, leg.talk, leg.caller, leg.target) for leg in legs]


def test_the_same_seed_gives_the_same_calls_however_the_clock_moves():
    one, two, other = still(), still(), Cloud(seed=8, clock=Clock(MORNING, STILL))
    for _ in range(30):
        one.advance(20)
    for cloud in (two, other):
        cloud.advance(600)
    assert len(one.ended_legs()) > 150
    assert facts(one.ended_legs()) == facts(two.ended_legs())
    assert not {leg.call_id for leg in one.ended_legs()} & {leg.call_id for leg in other.ended_legs()}


def test_a_restarted_cloud_finds_the_same_past():
    later = Cloud(seed=7, clock=Clock(MORNING + timedelta(hours=3), STILL), history_days=1)
    until = MORNING - timedelta(hours=1)
    past = [leg for leg in still(history_days=1).ended_legs() if leg.started < until]
    assert len(past) > 1500
    known = set(facts(past))
    assert known <= set(facts(later.ended_legs()))


def test_three_days_of_history_take_less_than_two_seconds():
    cloud = still(history_days=3)
    before = process_time()
    legs = cloud.ended_legs()
    assert process_time() - before < 2
    days = Counter(leg.started.astimezone(ISRAEL).date() for leg in legs)
    assert len(days) == 4
    assert all(1000 < days[MORNING.date() - timedelta(days=back)] < 2500 for back in (1, 2, 3))


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_scenario_is_silent_even_at_night(name):
    cloud = Cloud(seed=3, clock=Clock(datetime(2026, 7, 18, 0, 0, tzinfo=UTC), STILL), scenario=name)
    cloud.advance(1200)
    ends = [leg.ended for leg in cloud.ended_legs()]
    longest = max((later - earlier).total_seconds() for earlier, later in pairwise(ends))
    assert longest <= SCENARIOS[name].gap[1] + 1


def test_a_day_has_every_kind_of_call_and_outcome(cloud):
    cloud.advance(4 * 3600)
    legs = cloud.ended_legs()
    assert {leg.kind for leg in legs} == set(Kind)
    statuses = {leg.status for leg in legs}
    assert statuses >= {
        "ANSWER", "BUSY", "NOANSWER", "CANCEL", "ABANDONE", "TIMEOUT", "FULL", "EXIT", "JOINEMPTY",
        "VOEND", "TE", "NOTCALLED", "VOICEMAIL", "CONGESTION",
    }  # fmt: skip
    queued = [leg for leg in legs if leg.kind is Kind.QUEUE]
    answered = sum(leg.status == "ANSWER" for leg in queued)
    assert 0.75 < answered / len(queued) < 0.99
    assert any(leg.status == "ABANDONE" and leg.wait < 5 for leg in queued)
    assert any(leg.caller == "Anonymous" for leg in legs)
    assert any(leg.caller_country == "United States" for leg in legs)
    callers = Counter(leg.caller for leg in queued)
    assert callers.most_common(2)[1][1] > 5


def test_ids_carry_israel_wall_time_and_name_one_contact(cloud):
    legs = cloud.ended_legs()
    assert {len(leg.call_id) for leg in legs} == {32}
    assert len({leg.key for leg in legs}) == len(legs)
    for leg in legs:
        begun = datetime.strptime(leg.call_id[:14], "%Y%m%d%H%M%S").replace(tzinfo=ISRAEL)
        assert timedelta(0) <= leg.started - begun < timedelta(minutes=10)


def test_the_legs_of_a_contact_hang_together(cloud):
    cloud.advance(3600)
    legs = {leg.key: leg for leg in cloud.ended_legs()}
    ids = {identity for identity, _ in legs}
    clicks = [leg for leg in legs.values() if leg.kind is Kind.CLICK_LEG2]
    assert clicks
    for leg in clicks:
        first = legs[leg.call_id, Kind.CLICK_LEG1]
        assert (first.leg1, first.status) == (leg.leg1, leg.status)
        assert (leg.status == "NOTCALLED") == (leg.leg1 != "ANSWER")
        assert leg.status == "NOTCALLED" or first.ended == leg.ended
    handed_on = [leg for leg in legs.values() if leg.original]
    assert {leg.kind for leg in handed_on} == {
        Kind.TRANSFER, Kind.ATTENDED_LEG1, Kind.ATTENDED_LEG2, Kind.FORWARD,
    }  # fmt: skip
    assert all(leg.original in ids for leg in handed_on)
    conversations = [leg for leg in legs.values() if leg.kind in (Kind.PREDICTIVE_IVR, Kind.PREDICTIVE_QUEUE)]
    assert all(legs[leg.call_id, Kind.PREDICTIVE].status == "ANSWER" for leg in conversations)
    assert all(leg.variables["var_lead"] for leg in conversations)


def test_nobody_talks_to_two_callers_at_once(cloud):
    cloud.advance(3600)
    talks: dict[str, list] = {}
    for leg in cloud.ended_legs():
        if leg.kind is Kind.QUEUE and leg.status == "ANSWER":
            talks.setdefault(leg.agent.code, []).append((leg.ended - timedelta(seconds=leg.talk), leg.ended))
    assert len(talks) > 15
    for spans in talks.values():
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(sorted(spans)))


def test_fewer_agents_lose_more_callers():
    def lost(scenario: str) -> float:
        cloud = still(scenario=scenario)
        cloud.advance(3600)
        queued = [leg for leg in cloud.ended_legs() if leg.kind is Kind.QUEUE]
        return sum(leg.status == "ABANDONE" for leg in queued) / len(queued)

    assert lost("abandoned") > 0.3 > lost("busy")


def test_a_scenario_can_change_on_the_way():
    cloud = still(scenario="quiet")
    quiet = len(cloud.advance(900))
    cloud.set_scenario("busy")
    cloud.advance(120)
    assert len(cloud.advance(900)) > 3 * quiet
    with pytest.raises(KeyError):
        cloud.set_scenario("noisy")


def test_a_running_clock_can_be_faster_and_never_runs_back():
    clock = Clock(MORNING, speed=1000)
    first = clock.now()
    assert clock.advance(10) - first >= timedelta(seconds=10)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)
    with pytest.raises(ValueError, match="aware"):
        Clock(datetime(2026, 7, 15))
