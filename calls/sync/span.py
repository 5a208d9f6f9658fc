"""A span of the ledger in the words of one Voicenter: how it takes the ends, and in which zone (FAULTS F-41)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from calls.models import SyncState
from voicenter_console.voicenter.clock import ISRAEL

Ends = SyncState.Ends
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
_NEAR = timedelta(hours=3)


def worded(start: datetime, end: datetime, ends: str, *, israel_time: bool) -> tuple[datetime, datetime]:
    """What to ask for, so that all of [start, end) comes; both aware, in whole seconds.

    A span up to a minute is asked for exactly, so that its count can be trusted to the call; a longer one with a
    second of overlap at both ends.
    """
    if end - start <= MINUTE and ends == Ends.INCLUSIVE:
        asked = start, end - SECOND
    elif end - start <= MINUTE and ends == Ends.EXCLUSIVE:
        asked = start, end
    elif ends == Ends.MINUTES:
        asked = minute(start), minute(end + MINUTE - SECOND)
    else:
        asked = start - SECOND, end + SECOND
    return _as_israel(*asked) if israel_time else asked


def shortest(ends: str) -> timedelta:
    """The shortest span that can be asked for."""
    return MINUTE if ends == Ends.MINUTES else SECOND


def minute(moment: datetime) -> datetime:
    """The beginning of its minute."""
    return moment.replace(second=0, microsecond=0)


def _as_israel(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Israel's wall time in the place of GMT. Around a change of the clocks the span is wider, never narrower."""
    return start + min(_offsets(start)), end + max(_offsets(end))


def _offsets(moment: datetime) -> list[timedelta]:
    near = (moment - _NEAR, moment, moment + _NEAR)
    return [one.astimezone(ISRAEL).utcoffset() for one in near]


def israel_offset(moment: datetime) -> timedelta:
    """How far Israel's wall clock is ahead of GMT then."""
    return moment.astimezone(ISRAEL).utcoffset()


def utc(moment: datetime) -> datetime:
    """In UTC, in whole seconds."""
    return moment.astimezone(UTC).replace(microsecond=0)
