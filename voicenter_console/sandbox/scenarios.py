"""What kind of day it is. Rates are calls an hour, gaps and waits seconds, shares from 0 to 1."""

from dataclasses import dataclass
from datetime import datetime

from voicenter_console.sandbox.legs import ISRAEL

# Share of the busiest hour, by hour of Israel's day.
WORKDAY = (2, 1, 1, 1, 1, 2, 8, 34, 70, 95, 100, 92, 80, 72, 78, 70, 56, 42, 30, 22, 15, 10, 6, 3)
FRIDAY = (2, 1, 1, 1, 1, 2, 6, 25, 52, 70, 66, 48, 30, 16, 6, 3, 2, 2, 2, 2, 3, 3, 2, 2)
SATURDAY = (1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 4, 4, 3, 3, 3, 3, 3, 4, 6, 12, 14, 10, 6, 3)
WEEK = (WORKDAY, WORKDAY, WORKDAY, WORKDAY, FRIDAY, SATURDAY, WORKDAY)  # Monday first


@dataclass(frozen=True, slots=True)
class Scenario:
    """`floor`: the least share of `rate` at any hour; `gap`: the pause between two ends at most, or None."""

    name: str
    rate: int
    floor: float
    gap: tuple[float, float] | None
    crew: float = 1.0
    patience: float = 1.0
    failing: float = 0.02
    dropped: float = 0.0
    late: float = 0.01
    requests_a_minute: int = 30
    rows_a_request: int = 10_000
    outage: tuple[int, int] | None = None

    def rate_at(self, at: datetime) -> float:
        """Calls an hour at that instant."""
        local = at.astimezone(ISRAEL)
        return self.rate * max(self.floor, WEEK[local.weekday()][local.hour] / 100)


ORDINARY = Scenario("ordinary", rate=168, floor=0.01, gap=None, crew=0.4)

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("busy", rate=700, floor=0.8, gap=(2, 4)),
        Scenario("quiet", rate=90, floor=0.6, gap=(15, 40)),
        Scenario("monday", rate=1000, floor=0.9, gap=(1.5, 3), crew=0.9),
        Scenario("abandoned", rate=800, floor=0.8, gap=(2, 4), crew=0.4, patience=0.4),
        # Three minutes in six nothing is pushed, every door answers 503 and lines fail.
        Scenario("outage", rate=600, floor=0.8, gap=(2, 4), failing=0.3, outage=(360, 180)),
        Scenario("late", rate=600, floor=0.8, gap=(2, 4), dropped=0.1, late=0.5),
        Scenario("limits", rate=700, floor=0.8, gap=(2, 4), requests_a_minute=5, rows_a_request=50),
    )
}
