"""Epochs, Israel wall time and call ids to aware UTC (PROTOCOL 'Time', FAULTS F-14 to F-17).

A push's epoch usually counts Israel wall time as if it were UTC; a call id begins with the call's start as
Israel wall time. Whoever mixes these up is wrong by two or three hours, so nothing else converts them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

ISRAEL = ZoneInfo("Asia/Jerusalem")
EARLIEST = datetime(2005, 1, 1, tzinfo=UTC)
LEEWAY = timedelta(days=1)
BEFORE_ID = timedelta(seconds=60)
MILLISECONDS_FROM = 10**11

_ID_TIME = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})", re.ASCII)
_EPOCH = re.compile(r"\s*([+-]?[0-9]{1,20})(?:\.[0-9]*)?\s*", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}[T ][0-9]{2}:?[0-9]{2}.*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment, aware, in UTC; `uncertain` where a pull has yet to settle it."""

    at: datetime
    uncertain: bool


@dataclass(frozen=True, slots=True)
class _Wall:
    """An Israel wall time: one instant, or two in the repeated hour (the first occurrence first)."""

    instants: tuple[datetime, ...]
    shifted: bool

    @property
    def uncertain(self) -> bool:
        return self.shifted or len(self.instants) > 1


def of_call_id(call_id: str, *, now: datetime | None = None) -> Instant | None:
    """The time a call id begins with, or None where its digits are no time between 2005 and now + 1 day.

    In the repeated hour it counts as the first occurrence; there, and where the wall time does not exist,
    it is uncertain.
    """
    found = _ID_TIME.match(call_id)
    if not found:
        return None
    try:
        wall = _wall(datetime(*map(int, found.groups())))
    except (ValueError, OverflowError):
        return None
    at = wall.instants[0]
    return Instant(at, wall.uncertain) if _sane(at, now or datetime.now(UTC)) else None


def of_push(
    epoch: object,
    call_id: str,
    *,
    received_at: datetime,
    wall_clock: bool = True,
    elapsed_seconds: int = 0,
    now: datetime | None = None,
) -> Instant:
    """The start that a push's epoch stands for. Never raises and always answers.

    The reading, true epoch or Israel wall clock, is the one nearer to the id's time among those not more
    than 60 s before it; else `wall_clock`, the account's setting. In the repeated hour it is the occurrence
    nearer to `received_at` less `elapsed_seconds` (talk, ring and wait together). An epoch that is no time
    between 2005 and `now` (when received, unless given) + 1 day gives the id's time, else `received_at`.
    """
    now = now or received_at
    from_id = of_call_id(call_id, now=now)
    true = _from_epoch(epoch)
    if true is None or not _sane(true, now):
        return _without_time(from_id, received_at)
    wall = _wall(true.replace(tzinfo=None))
    ended = received_at - timedelta(seconds=elapsed_seconds)
    return _choose(true, wall, from_id, otherwise_wall=wall_clock, nearer_to=ended)


def of_realtime(epoch: object, offset_minutes: int | None, *, now: datetime) -> datetime | None:
    """The instant of a RealTime event's epoch, in seconds or milliseconds: less the server's offset from UTC.

    Without an offset it counts Israel wall time. None where it is no time between 2005 and `now` + 1 day.
    """
    true = _from_epoch(epoch)
    if true is None or not _sane(true, now):
        return None
    if offset_minutes is None:
        return _wall(true.replace(tzinfo=None)).instants[0]
    return true - timedelta(minutes=offset_minutes)


def of_expiry(said: object) -> datetime | None:
    """When a token ends: an epoch, in seconds or milliseconds, or ISO 8601 text, in UTC where it names no zone.

    A guess: no document says in which form it comes. None where it is neither.
    """
    at = _from_epoch(said)
    if at is None and (moment := _from_text(said)):
        at = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return at if at is not None and at >= EARLIEST else None


def of_pull(date: object, call_id: str, *, received_at: datetime) -> Instant:
    """The start that a pull's Date stands for: exact with a zone; without one the id chooses between GMT
    and Israel wall time, and where it cannot it is GMT. An unreadable Date gives the id's time, else
    `received_at`. Never raises.
    """
    moment = _from_text(date)
    if moment is not None:
        at = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        sane = _sane(at, received_at)
        if moment.tzinfo and sane:
            return Instant(at, False)
    from_id = of_call_id(call_id, now=received_at)
    if moment is None or not sane:
        return _without_time(from_id, received_at)
    wall = _wall(moment)
    return _choose(at, wall, from_id, otherwise_wall=False, nearer_to=wall.instants[0])


def offset_seen(epoch: object, exact: datetime) -> int | None:
    """Seconds by which a push's epoch, read as true UTC, is ahead of a pull's exact time; None if unreadable.

    About 0 for an account whose epochs are true, 7200 or 10800 where they count Israel wall time.
    """
    true = _from_epoch(epoch)
    return None if true is None else round((true - exact).total_seconds())


def _choose(
    true: datetime,
    wall: _Wall,
    from_id: Instant | None,
    *,
    otherwise_wall: bool,
    nearer_to: datetime,
) -> Instant:
    walls = wall.instants
    as_wall = otherwise_wall
    if from_id:
        not_before = from_id.at - BEFORE_ID
        fitting = [at for at in walls if at >= not_before]
        distances = [(_nearest(fitting, from_id.at), True)] if fitting else []
        distances += [(true, False)] if true >= not_before else []
        if distances:
            as_wall = min(distances, key=lambda option: abs(option[0] - from_id.at))[1]
            walls = fitting or walls
    at = _nearest(walls, nearer_to) if as_wall else true
    uncertain = (as_wall and wall.uncertain) or (from_id is not None and from_id.uncertain)
    return Instant(at, uncertain)


def _nearest(instants: Iterable[datetime], to: datetime) -> datetime:
    return min(instants, key=lambda at: abs(at - to))


def _without_time(from_id: Instant | None, received_at: datetime) -> Instant:
    return Instant(from_id.at if from_id else received_at.astimezone(UTC), True)


def _sane(at: datetime, now: datetime) -> bool:
    return EARLIEST <= at <= now + LEEWAY


def _wall(naive: datetime) -> _Wall:
    as_utc = naive.replace(tzinfo=UTC)
    first = as_utc - naive.replace(tzinfo=ISRAEL, fold=0).utcoffset()
    second = as_utc - naive.replace(tzinfo=ISRAEL, fold=1).utcoffset()
    if first < second:
        return _Wall((first, second), shifted=False)
    # In the hour that does not exist the earlier rule gives the later instant, which is the shift forward.
    return _Wall((first,), shifted=first > second)


def _from_epoch(epoch: object) -> datetime | None:
    if isinstance(epoch, bool):
        return None
    found = _EPOCH.fullmatch(epoch if isinstance(epoch, str) else str(epoch)[:64])
    if not found:
        return None
    seconds = int(found[1])
    if abs(seconds) > MILLISECONDS_FROM:
        seconds //= 1000
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _from_text(date: object) -> datetime | None:
    text = date.strip() if isinstance(date, str) else ""
    if len(text) > 40 or not _MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        # The first and the last day of the calendar have no time in another zone.
        return moment if 1 < moment.year < 9999 else None
    except ValueError:
        return None
