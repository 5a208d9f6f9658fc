"""The windows of one account: which are there, which are to be read now, what becomes of them (FAULTS F-39, F-40).

Only the holder of `locks.puller` writes here. Windows tile the time, so that 'all is closed' means 'nothing is
missing'; how often one is read again depends on its age alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q

from calls.models import SyncGap, SyncWindow
from calls.models.sync import SETTLED_AFTER
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter.call_log import MOST_ROWS

from .span import minute

State = SyncWindow.State
DAY = timedelta(days=1)
FRESH, TODAY, WEEK, REACH = timedelta(hours=3), DAY, 7 * DAY, 35 * DAY
FRESH_EVERY = timedelta(minutes=5)
NIGHT_HOUR = 2
LONGEST_WAIT = timedelta(hours=1)
# A window grows by its neighbours up to these spans as it ages.
_GRIDS = ((REACH, None), (WEEK, DAY), (TODAY, timedelta(hours=6)), (FRESH, timedelta(hours=1)),
          (timedelta(minutes=15), timedelta(minutes=5)))  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def horizon(window: SyncWindow, now: datetime) -> str:
    """How a window is read again at its age: '3h' each 5 min, '24h' hourly, '7d' nightly, '35d' weekly, '' never."""
    if window.asked:
        return ""
    age = now - window.to_at
    names = ((FRESH, "3h"), (TODAY, "24h"), (WEEK, "7d"), (REACH, "35d"))
    return next((name for most, name in names if age < most), "")


class Ledger:
    """An account's windows, at one pull that began at `began`. All times aware UTC, in whole seconds."""

    def __init__(self, account: Account, began: datetime) -> None:
        self.account = account
        self.began = began
        self.most_rows = MOST_ROWS
        self.windows = SyncWindow.objects.filter(account=account)

    def extend(self, now: datetime, least: timedelta = timedelta(0)) -> None:
        """Tile the time up to the last whole minute, where that is `least` more; a new account's from 35 days back.

        A window ends where another way to read it again begins, or the last minutes would drag weeks with them.
        """
        end = minute(now - timedelta(seconds=5))
        last = self.windows.filter(asked=False).order_by("-to_at").values_list("to_at", flat=True).first()
        start = last or end - REACH
        if end - start >= least:
            self._tile(start, end, asked=False, cuts=[end - age for age in (WEEK, TODAY, FRESH)])

    def hurry(self) -> None:
        """Whatever waits after a failure is due now."""
        self.windows.filter(due_at__gt=self.began).update(due_at=self.began)

    def want(self, start: datetime, end: datetime) -> None:
        """Have [start, end) read again, and for the first time where no window holds it."""
        self._overlapping(start, end).update(wanted=True, due_at=self.began)
        at = start
        for window in self._overlapping(start, end).order_by("from_at"):
            self._tile(at, window.from_at, asked=True)
            at = max(at, window.to_at)
        self._tile(at, end, asked=True)

    def next(self, now: datetime, only: tuple[datetime, datetime] | None = None) -> list[SyncWindow]:
        """The newest windows to be read now that one answer will hold, oldest of them first; [] where none is due.

        `only`: those in a span that `want` was told of. A window that was never read counts as empty where it is
        short, and there is one such at most; a long one is read alone.
        """
        due = self._overlapping(*only).filter(Q(wanted=True) | Q(state=State.OPEN)) if only else self._due(now)
        found: list[SyncWindow] = []
        rows, unknown = 0, 0
        for window in due.filter(due_at__lte=now).order_by("-to_at").iterator(chunk_size=200):
            rows += window.hits or 0
            unknown += window.hits is None
            fits = rows <= self._room and unknown <= 1 and not _unmeasured(window)
            if found and not (fits and window.to_at == found[-1].from_at):
                break
            found.append(window)
            if _unmeasured(window):
                break
        return found[::-1]

    def close(self, windows: Sequence[SyncWindow], counts: Sequence[tuple[int, int]], now: datetime) -> None:
        """All rows of these came: (calls there, calls read) of each."""
        for window, (hits, rows) in zip(windows, counts, strict=True):
            window.state, window.hits, window.rows = State.CLOSED, hits, rows
            window.read_at, window.settled = now, now >= window.to_at + SETTLED_AFTER
            window.wanted, window.tries, window.error, window.error_code = False, 0, "", None
        SyncWindow.objects.bulk_update(
            windows, ["state", "hits", "rows", "read_at", "settled", "wanted", "tries", "error", "error_code"]
        )
        whole = Q(from_at__gte=windows[0].from_at, to_at__lte=windows[-1].to_at)
        SyncGap.objects.filter(whole, account=self.account, closed_at=None).update(closed_at=now)

    def split(self, window: SyncWindow, parts: int, shortest: timedelta) -> None:
        """Replace it by windows of an equal span. What was closed stays closed, to be read again in parts."""
        span = window.to_at - window.from_at
        step = max(shortest, -(-span // parts // shortest) * shortest)
        ends = [window.from_at + step * n for n in range(1, -(-span // step))] + [window.to_at]
        rest = [
            SyncWindow(account=self.account, from_at=start, to_at=end, asked=window.asked, state=window.state,
                       wanted=True, due_at=self.began, read_at=window.read_at, settled=window.settled)
            for start, end in pairwise(ends)
        ]  # fmt: skip
        with transaction.atomic():
            self.windows.filter(pk=window.pk).update(to_at=ends[0], hits=None, rows=None, wanted=True, tries=0)
            SyncWindow.objects.bulk_create(rest)

    def postpone(self, windows: Sequence[SyncWindow], error: str, code: int | None, now: datetime) -> None:
        """These were not read: ask again later, the later the more often it failed."""
        for window in windows:
            window.due_at = now + min(timedelta(minutes=1) * 2 ** min(window.tries, 10), LONGEST_WAIT)
            window.tries += 1
            window.error, window.error_code = error[:300], code
        SyncWindow.objects.bulk_update(windows, ["due_at", "tries", "error", "error_code"])

    def shorten(self, window: SyncWindow, by: timedelta) -> bool:
        """Let the newest window end earlier; False where nothing would be left of it."""
        if window.to_at - by <= window.from_at:
            return False
        return bool(self.windows.filter(pk=window.pk).update(to_at=F("to_at") - by))

    def give_up(self, window: SyncWindow, error: str, code: int, now: datetime) -> None:
        """Voicenter does not reach back so far: neither to this nor to anything older that was never read."""
        refused = {"read_at": now, "wanted": False, "error": error[:300], "error_code": code}
        self.windows.filter(state=State.OPEN, to_at__lte=window.to_at).update(state=State.FAILED, **refused)
        self.windows.filter(pk=window.pk).update(**refused)

    def reopen(self) -> None:
        """Nothing that was read so far counts."""
        self.windows.update(state=State.OPEN, wanted=False, hits=None, rows=None, read_at=None, settled=False)

    def tidy(self, now: datetime) -> None:
        """Join old windows with their neighbours, and forget what somebody asked for long ago."""
        self.windows.filter(asked=True, read_at__lt=now - WEEK).exclude(state=State.OPEN).delete()
        closed = self.windows.filter(state=State.CLOSED, wanted=False, asked=False).order_by("from_at")
        groups: list[list[SyncWindow]] = []
        for window in closed:
            if groups and self._joins(groups[-1], window, now):
                groups[-1].append(window)
            else:
                groups.append([window])
        for group in groups:
            if len(group) > 1:
                _join(group)

    def _due(self, now: datetime):
        ages = {
            name: Q(to_at__gt=now - age) for name, age in (("3h", FRESH), ("24h", TODAY), ("7d", WEEK), ("35d", REACH))
        }
        night = self._night(now)
        again = (
            ages["3h"] & (Q(read_at__lt=self.began) | Q(read_at__lte=now - FRESH_EVERY))
            | ages["24h"] & Q(read_at__lte=now - timedelta(hours=1))
            | ages["7d"] & Q(read_at__lt=night)
            | ages["35d"] & Q(read_at__lt=night - timedelta(days=(night.weekday() + 2) % 7))
        )
        return self.windows.filter(Q(state=State.OPEN) | Q(wanted=True) | Q(asked=False) & again)

    def _night(self, now: datetime) -> datetime:
        """The last time it was two at night in the account's zone; the week begins with Saturday's."""
        local = now.astimezone(ZoneInfo(self.account.zone))
        night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
        return night if night <= local else night - DAY

    def _overlapping(self, start: datetime, end: datetime):
        return self.windows.filter(from_at__lt=end, to_at__gt=start)

    def _tile(self, start: datetime, end: datetime, *, asked: bool, cuts: Sequence[datetime] = ()) -> None:
        """Windows of up to a week from `start` to `end`; one that proves too large is divided by what it holds."""
        rows = []
        while start < end:
            stop = min(start + WEEK, end, *(cut for cut in cuts if cut > start))
            rows.append(SyncWindow(account=self.account, from_at=start, to_at=stop, asked=asked, due_at=self.began))
            start = stop
        SyncWindow.objects.bulk_create(rows)

    @property
    def _room(self) -> int:
        """Rows that an answer may be expected to hold: three quarters of the most, as more may have appeared."""
        return self.most_rows * 3 // 4

    def _joins(self, group: list[SyncWindow], window: SyncWindow, now: datetime) -> bool:
        if group[-1].to_at != window.from_at:
            return False
        age = now - window.to_at
        grid = next((grid for least, grid in _GRIDS if age >= least), timedelta(0))
        if grid is None:
            return True
        rows = sum(one.hits or 0 for one in (*group, window))
        start = group[0].from_at
        return bool(grid) and rows <= self._room and window.to_at <= _EPOCH + ((start - _EPOCH) // grid + 1) * grid


def _unmeasured(window: SyncWindow) -> bool:
    """Nobody knows how much it holds, and it may be much."""
    return window.hits is None and window.to_at - window.from_at > timedelta(hours=1)


def _join(group: Sequence[SyncWindow]) -> None:
    first = group[0]
    first.to_at = group[-1].to_at
    first.hits = sum(one.hits or 0 for one in group)
    first.rows = sum(one.rows or 0 for one in group)
    first.read_at = min(one.read_at for one in group)
    first.settled = all(one.settled for one in group)
    with transaction.atomic():
        SyncWindow.objects.filter(pk__in=[one.pk for one in group[1:]]).delete()
        first.save(update_fields=["to_at", "hits", "rows", "read_at", "settled"])
