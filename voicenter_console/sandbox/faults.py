"""What tests and the chaos run may break on purpose, and how strict the doors are."""

from dataclasses import asdict, dataclass, field, fields

WINDOWS = ("inclusive", "exclusive", "minutes", "israel")


@dataclass(slots=True)
class Faults:
    """All off by default, but for one push in a hundred sent twice. Shares run from 0 to 1, times are real
    seconds; `doors` (call_log, click2call, monitor, agents, dialer, realtime, vcc) empty means all.

    `slow`: the answer comes that much later, its effect at once. `down`: 503 before anything is done.
    `cut`: the body ends after so many bytes. `html`: 200 with a page. `limit` answers error 1 with
    `limit_status` (429 at the doors that have no such error), `wrong_code` error 2 or the door's own,
    `wrong_uuid` (vcc) another call's record, `cdr_limit` error 3 above so many hits, `untrusted` error 4.
    `repeat`, `backwards`: lists with each row twice, or from the end. `bulk_stops`: the dialer takes so many
    calls of a bulk, and its answer never comes.
    `window`: how the pull reads its dates: both ends in it, the last not, seconds cut off, or Israel time.
    `hide`: share of rows never shown, `hide_ids` by call id. `drop`, `duplicate`: shares of pushes lost and
    sent twice; `reorder`: pushes wait a random time up to that; `hold`: pushes wait until it is off.
    """

    doors: list[str] = field(default_factory=list)
    slow: float = 0.0
    down: bool = False
    cut: int | None = None
    html: bool = False
    limit: bool = False
    limit_status: int = 403
    wrong_code: bool = False
    wrong_uuid: bool = False
    untrusted: bool = False
    cdr_limit: int | None = None
    bulk_stops: int | None = None
    repeat: bool = False
    backwards: bool = False
    window: str = "inclusive"
    hide: float = 0.0
    hide_ids: list[str] = field(default_factory=list)
    drop: float = 0.0
    duplicate: float = 0.01
    reorder: float = 0.0
    hold: bool = False

    def at(self, door: str) -> bool:
        """Whether the faults of doors hold at this one."""
        return not self.doors or door in self.doors

    def disturbed(self, door: str, rows: list) -> list:
        """The rows of a door's list, as the faults have them."""
        if self.at(door) and self.repeat:
            rows = [row for row in rows for _ in range(2)]
        return rows[::-1] if self.at(door) and self.backwards else rows

    def change(self, **wanted) -> None:
        """Set these. Raises ValueError, changing nothing, for a name or a value that does not exist."""
        known = {one.name: getattr(Faults(), one.name) for one in fields(self)}
        for name, value in wanted.items():
            if name not in known:
                raise ValueError(f"no fault is called {name}")
            if not _fits(value, known[name]):
                raise ValueError(f"{value!r} does not fit {name}")
        if wanted.get("window", "inclusive") not in WINDOWS:
            raise ValueError(f"window is one of {', '.join(WINDOWS)}")
        for name, value in wanted.items():
            setattr(self, name, value)

    def clear(self) -> None:
        self.change(**asdict(Faults()))


def _fits(value, example) -> bool:
    if example is None:
        return value is None or (isinstance(value, int) and not isinstance(value, bool))
    if isinstance(example, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
    return type(value) is type(example)
