"""The flow of calls: past days, the same for the same seed and date, and a live stream never silent."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from voicenter_console.sandbox.incoming import direct_call, gave_up_in_menu, queue_call
from voicenter_console.sandbox.legs import ISRAEL, Leg
from voicenter_console.sandbox.outgoing import clicked, conference, dialled_by_hand, predictive, productive
from voicenter_console.sandbox.people import Centre
from voicenter_console.sandbox.scenarios import ORDINARY, Scenario
from voicenter_console.sandbox.scene import Scene

STEP = timedelta(minutes=1)
MIX = {
    queue_call: 52,
    direct_call: 9,
    gave_up_in_menu: 7,
    dialled_by_hand: 16,
    clicked: 5,
    productive: 5,
    predictive: 6,
    conference: 0.3,
}
UNREACHED = ("NOANSWER", "NOANSWER", "BUSY", "CANCEL")


def calls_in(scene: Scene, begin: datetime, end: datetime) -> Iterator[list[Leg]]:
    """The contacts that begin in [begin, end), minute by minute, by the scenario's rate at that hour."""
    minute = begin
    while minute < end:
        rate = scene.scenario.rate_at(minute) / 3600
        at = 0.0
        while (at := at + scene.rng.expovariate(rate)) < STEP.total_seconds():
            if legs := scene.pick(MIX)(scene, minute + timedelta(seconds=int(at))):
                yield legs
        minute += STEP


def past_day(centre: Centre, seed: int, day: date, until: datetime) -> tuple[list[Leg], dict[str, datetime]]:
    """An ordinary day of Israel's calendar, cut at `until`; and until when each agent is busy then.

    The day depends on seed and date alone: a sandbox started again finds the same past.
    """
    scene = Scene(centre, ORDINARY, Random(f"{seed}:{day}"))
    midnight = datetime.combine(day, time(), ISRAEL).astimezone(UTC)
    tomorrow = datetime.combine(day + timedelta(days=1), time(), ISRAEL).astimezone(UTC)
    legs: list[Leg] = []
    for contact in calls_in(scene, midnight, min(tomorrow, until)):
        if contact[0].started < until:
            legs += contact
    return legs, scene.busy


class Stream:
    """Live calls from `start` on, in whole minutes, so that how often one asks changes nothing."""

    def __init__(self, centre: Centre, scenario: Scenario, seed: int, start: datetime, busy: dict | None = None):
        self.scene = Scene(centre, scenario, Random(f"{seed}:{scenario.name}:{start.isoformat()}"), busy)
        self.done_until = start
        self._last_end = start
        self._ends: list[datetime] = []

    def until(self, instant: datetime) -> list[Leg]:
        """The legs of every minute up to the one that holds `instant`, those given before left out."""
        legs: list[Leg] = []
        while self.done_until <= instant:
            end = self.done_until + STEP
            fresh = [leg for contact in calls_in(self.scene, self.done_until, end) for leg in contact]
            self._ends += [leg.ended for leg in fresh]
            legs += fresh + self._break_silence(end)
            self.done_until = end
        return legs

    def _break_silence(self, end: datetime) -> list[Leg]:
        """Short calls that end where nothing else would for longer than the scenario's gap."""
        ended = sorted(one for one in self._ends if one < end)
        self._ends = [one for one in self._ends if one >= end]
        if self.scene.scenario.gap is None:
            return []
        short, long = self.scene.scenario.gap
        added = []
        for known in [*ended, end]:
            while (known - self._last_end).total_seconds() > long:
                self._last_end += timedelta(seconds=round(self.scene.rng.uniform(short, long)))
                added.append(self._short_call(self._last_end))
            if known < end:
                self._last_end = max(self._last_end, known)
        return added

    def _short_call(self, ending: datetime) -> Leg:
        """A call nobody answers, moved so that it ends at that instant."""
        scene = self.scene
        recipe = scene.pick({predictive: 50, dialled_by_hand: 30, gave_up_in_menu: 20})
        legs = [] if recipe is gave_up_in_menu else recipe(scene, ending, scene.rng.choice(UNREACHED))
        (leg,) = legs or gave_up_in_menu(scene, ending)
        leg.started -= leg.ended - ending
        leg.call_id = scene.new_id(leg.started)
        return leg
