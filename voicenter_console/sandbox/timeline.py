"""When things happen: past days, live calls and dialled ones become known as the clock passes their ends."""

import bisect
import heapq
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from voicenter_console.sandbox.clock import Clock
from voicenter_console.sandbox.day import Stream, past_day
from voicenter_console.sandbox.faults import Faults
from voicenter_console.sandbox.legs import ISRAEL, Leg, hang_up
from voicenter_console.sandbox.people import Centre
from voicenter_console.sandbox.scenarios import ORDINARY, Scenario
from voicenter_console.sandbox.scene import Scene

AHEAD = timedelta(minutes=1)
WARM_UP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Told:
    """From when the pull shows a leg, and whether its push is lost on the way."""

    visible_at: datetime
    dropped: bool


class Timeline:
    """All legs of the account, in order. The past is generated when first asked for. Instants are aware UTC.

    Every method may be called by several threads; `lock` makes several calls one.
    """

    def __init__(
        self,
        centre: Centre,
        seed: int,
        clock: Clock,
        scenario: Scenario,
        faults: Faults,
        history_days: int,
    ):
        self.lock = threading.RLock()
        self.told: dict[tuple[str, int], Told] = {}
        self.scenario = scenario
        self.started = clock.now()
        self._centre, self._seed, self._clock = centre, seed, clock
        self._faults, self._history_days = faults, history_days
        self._coming: list[tuple[datetime, int, Leg]] = []
        self._by_end: list[Leg] = []
        self._by_start: list[Leg] = []
        self._as_known: list[Leg] = []
        self._past = 0
        self._count = 0
        self._stream: Stream | None = None
        # Whoever else makes calls: given the instant and the live scene, the legs that begin until then.
        self.callers: list[Callable[[datetime, Scene], list[Leg]]] = []

    def share(self, leg: Leg, purpose: str) -> float:
        """A number from 0 to 1 that this leg always draws for this purpose."""
        return zlib.crc32(f"{self._seed}:{purpose}:{leg.call_id}:{int(leg.kind)}".encode()) / 2**32

    def ended(self, since: datetime | None) -> list[Leg]:
        """Legs that ended after `since` (None: since ever), first to end first."""
        with self.lock:
            self.catch_up()
            low = bisect.bisect_right(self._by_end, since, key=lambda leg: leg.ended) if since else 0
            return self._by_end[low:]

    def news(self, known: int) -> list[Leg]:
        """Legs that ended since the beginning, in the order they became known, without the first `known`."""
        with self.lock:
            self.catch_up()
            return self._as_known[self._past + known :]

    def begun(self, first: datetime, last: datetime) -> list[Leg]:
        """Legs that have ended and that began in [first, last], first to begin first."""
        with self.lock:
            self.catch_up()
            low = bisect.bisect_left(self._by_start, first, key=lambda leg: leg.started)
            high = bisect.bisect_right(self._by_start, last, key=lambda leg: leg.started)
            return self._by_start[low:high]

    def running(self) -> list[Leg]:
        """Legs that have begun and not yet ended."""
        with self.lock:
            self.catch_up()
            return self.known_at(self._clock.now())

    def known_at(self, at: datetime) -> list[Leg]:
        """Legs that have not ended for us and have begun by then, without catching up."""
        return [leg for _, _, leg in sorted(self._coming) if leg.started <= at]

    def expect(self, legs: list[Leg]) -> None:
        """These will end when their time comes."""
        with self.lock:
            for leg in legs:
                self._count += 1
                heapq.heappush(self._coming, (leg.ended, self._count, leg))

    def hang_up_on(self, sip: str, now: datetime) -> int:
        """End whatever is on the extension; how many calls ended."""
        with self.lock:
            self.catch_up()
            waiting = [leg for _, _, leg in self._coming]
            ids = {leg.call_id for leg in waiting if leg.started <= now and sip in leg.extensions()}
            for identity in ids:
                hang_up([leg for leg in waiting if leg.call_id == identity], now)
            self._coming = []
            # What would have followed from such a call, a transfer not yet begun, does not happen.
            self.expect([leg for leg in waiting if leg.original not in ids or leg.started <= now])
            self.catch_up()
            return len(ids)

    def change_to(self, scenario: Scenario) -> None:
        """Go on as another kind of day once the minute or two that are already decided have passed."""
        with self.lock:
            self.catch_up()
            last = self._stream
            self._stream = Stream(self._centre, scenario, self._seed, last.done_until, last.scene.busy)
            self.scenario = scenario

    def catch_up(self) -> None:
        """Decide everything up to a minute ahead and take up what has ended by now."""
        with self.lock:
            now = self._clock.now()
            if self._stream is None:
                self._begin()
            self.expect(self._stream.until(now + AHEAD))
            for caller in self.callers:
                self.expect(caller(now, self._stream.scene))
            self._take_up(now, self.scenario)

    def _begin(self) -> None:
        """Fill the past, and let the live stream run up to the beginning, so that it starts in full swing."""
        # Whole seconds, as all the vendor writes: a window of one second holds the rows of that second.
        warm = (self.started - WARM_UP).replace(microsecond=0)
        busy: dict[str, datetime] = {}
        if self._history_days > 0:
            today = self.started.astimezone(ISRAEL).date()
            for back in range(self._history_days, -1, -1):
                legs, busy = past_day(self._centre, self._seed, today - timedelta(days=back), warm)
                self.expect(legs)
        self._stream = Stream(self._centre, self.scenario, self._seed, warm, busy)
        self.expect(self._stream.until(self.started))
        self._take_up(self.started, ORDINARY)
        if self._history_days <= 0:
            for known in (self.told, self._by_end, self._by_start, self._as_known):
                known.clear()
        self._past = len(self._as_known)

    def _take_up(self, now: datetime, scenario: Scenario) -> None:
        while self._coming and self._coming[0][0] <= now:
            leg = heapq.heappop(self._coming)[2]
            self.told[leg.key] = self._tell(leg, scenario)
            self._as_known.append(leg)
            bisect.insort(self._by_end, leg, key=lambda one: one.ended)
            bisect.insort(self._by_start, leg, key=lambda one: one.started)

    def _tell(self, leg: Leg, scenario: Scenario) -> Told:
        # The document: rows appear some minutes after the end. Guess: two to six, a few by hours.
        delay = 120 + 240 * self.share(leg, "visible")
        if self.share(leg, "late") < scenario.late:
            delay += 3600 + 5 * 3600 * self.share(leg, "how late")
        dropped = self.share(leg, "drop") < max(scenario.dropped, self._faults.drop)
        return Told(leg.ended + timedelta(seconds=delay), dropped)
