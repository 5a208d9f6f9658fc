"""The pull of one account: windows newest first, each page kept before its window counts (ARCHITECTURE, data flow).

At most one pull of an account runs at a time, by a lock that dies with its process. Nothing here waits for Voicenter
inside a transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from calls.models import SyncGap, SyncState, SyncWindow
from voicenter_console.jobs import stopping
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter.call_log import CallLogPage
from voicenter_console.voicenter.errors import Garbled, OutOfRange, TooMuch, VoicenterError
from voicenter_console.webhooks import locks

from . import bottom, refusals, span
from .asking import Asker
from .ledger import FRESH_EVERY, Ledger

logger = logging.getLogger(__name__)
Span = tuple[datetime, datetime]
MOST_PARTS = 64
# Pages in a row that cannot be read, before we wait for better ones.
MOST_GARBLED = 3
_CLAMP = timedelta(minutes=10)
_FINEST_CLAMP = timedelta(hours=1)


@dataclass(slots=True)
class Report:
    """What a pull did. `busy`: another one is at it. `rejected`: pages that could not be read, to be asked for again.
    `refused`: one sentence why it had to stop, or ''.
    """

    account: Account
    pages: int = 0
    windows: int = 0
    rows: int = 0
    rejected: int = 0
    busy: bool = False
    refused: str = ""


def run(
    account: Account,
    *,
    pressed: bool = False,
    only: Span | None = None,
    now: Callable[[], datetime] = timezone.now,
    told: Callable[[Report], None] | None = None,
    longest: timedelta | None = None,
) -> Report:
    """Read what is due now of `account`'s call log, or what lies in `only`, aware times [from, to).

    `pressed`: somebody asks, so a pull that was stopped by Voicenter tries again. `told` hears after every answer.
    It ends after `longest` all the same, and when this worker is told to end; the next one goes on. Raises nothing of
    Voicenter's: see the report.
    """
    with locks.puller(account.pk) as held:
        if not held:
            return Report(account, busy=True)
        state = SyncState.of(account)
        if not (pressed or only) and state.next_try_at and now() < state.next_try_at:
            return Report(account, refused=state.error)
        pull = _Pull(account, state, now, told or (lambda report: None))
        if pressed or only:
            pull.ledger.hurry()
        pull.go(only, longest)
        return pull.report


class _Pull:
    def __init__(
        self, account: Account, state: SyncState, now: Callable[[], datetime], told: Callable[[Report], None]
    ) -> None:
        self.account = account
        self.state = state
        self.now = now
        self.told = told
        self.report = Report(account)
        self.began = now()
        self.ledger = Ledger(account, self.began)
        self.reading: Sequence[SyncWindow] = ()
        self.garbled = 0

    def go(self, only: Span | None, longest: timedelta | None) -> None:
        if only:
            self.ledger.want(*only)
        else:
            self.ledger.extend(self.began)
        try:
            client = gateway.client(self.account)
        except ValueError as error:  # an address or a code that cannot be used
            self._stop(error)
            return
        with client:
            self.asker = Asker(self.account, self.state, client, self.now, self._answered)
            try:
                self._read_all(only, longest)
            except VoicenterError as error:
                self._stop(error)
        self.ledger.tidy(self.now())
        self.asker.forget()

    def _read_all(self, only: Span | None, longest: timedelta | None) -> None:
        while windows := self.ledger.next(self.now(), only):
            self._read(windows)
            if stopping.asked() or (longest and self.now() - self.began > longest):
                return
            if not only:
                self.ledger.extend(self.now(), least=FRESH_EVERY)

    def _read(self, windows: Sequence[SyncWindow]) -> None:
        """Ask for these adjacent windows, oldest first, by one question; divide them where the answer is not whole."""
        self.reading = windows
        try:
            page = self.asker.ask(windows[0].from_at, windows[-1].to_at)
            whole = page.complete
            if self.asker.calibrate(page):
                self.ledger.reopen()
                return
        except TooMuch:
            page, whole = None, False
        except OutOfRange as error:
            self._clamp(windows, error)
            return
        except Garbled as error:
            logger.warning("account %s: a page of the call log is rejected: %s", self.account.pk, error.reason)
            self.ledger.postpone(windows, str(error), None, self.now())
            self.report.rejected += 1
            self.garbled += 1
            if self.garbled >= MOST_GARBLED:
                raise
            return
        if whole:
            self._take(windows, page)
        else:
            self._divide(windows, page)

    def _take(self, windows: Sequence[SyncWindow], page: CallLogPage) -> None:
        self.asker.keep(page)
        counts = [0] * len(windows)
        place = 0
        for began in sorted(one.began for one in self.asker.outlines(page)):
            while place < len(windows) - 1 and began >= windows[place].to_at:
                place += 1
            counts[place] += windows[place].from_at <= began < windows[place].to_at
        self._close(windows, [(count, count) for count in counts])

    def _close(self, windows: Sequence[SyncWindow], counts: Sequence[tuple[int, int]]) -> None:
        self.ledger.close(windows, counts, self.now())
        self.report.pages = self.asker.pages
        self.report.windows += len(windows)
        self.report.rows += sum(rows for _, rows in counts)

    def _divide(self, windows: Sequence[SyncWindow], page: CallLogPage | None) -> None:
        """Several windows apart; one into parts; the shortest by type and extension.

        The page is not kept: each of its rows comes again with a part.
        """
        self._learn(windows, page)
        if len(windows) > 1:
            half = len(windows) // 2
            self._read(windows[half:])
            self._read(windows[:half])
            return
        window, shortest = windows[0], span.shortest(self.state.ends)
        if window.to_at - window.from_at > shortest:
            parts = -(-page.total_hits // max(1, self.ledger.most_rows * 4 // 5)) if page else 2
            self.ledger.split(window, min(max(parts, 2), MOST_PARTS), shortest)
            return
        found = bottom.read(self.asker, window.from_at, window.to_at, page)
        read = len(found.legs)
        self._close(windows, [(read if found.total is None else found.total, read)])
        if found.missing != 0:
            logger.warning("account %s: %s calls of %s cannot be had", self.account.pk, found.missing, window)
            SyncGap.objects.update_or_create(
                account=self.account, from_at=window.from_at, to_at=window.to_at,
                defaults={"missing": found.missing, "closed_at": None},
            )  # fmt: skip

    def _learn(self, windows: Sequence[SyncWindow], page: CallLogPage | None) -> None:
        """How many rows one answer really holds, where that is less than was thought; for this pull only."""
        held = page.return_hits if page else sum(window.hits or 0 for window in windows)
        self.ledger.most_rows = min(self.ledger.most_rows, held or self.ledger.most_rows)

    def _clamp(self, windows: Sequence[SyncWindow], error: OutOfRange) -> None:
        """Ask for less: less of the newest, as Voicenter's clock may be behind ours, or nothing older than it keeps."""
        now, newest = self.now(), windows[-1]
        if len(windows) > 1:
            half = len(windows) // 2
            self._read(windows[half:])
            self._read(windows[:half])
        elif now - newest.to_at < _FINEST_CLAMP:
            if not self.ledger.shorten(newest, _CLAMP):
                self.ledger.postpone(windows, str(error), error.code, now)
        elif newest.to_at - newest.from_at > _FINEST_CLAMP:
            self.ledger.split(newest, 2, span.SECOND)
        else:
            self.ledger.give_up(newest, str(error), error.code, now)

    def _answered(self) -> None:
        self.garbled = 0
        refusals.clear(self.state, self.now())
        self.report.pages = self.asker.pages
        self.told(self.report)

    def _stop(self, error: VoicenterError | ValueError) -> None:
        """Keep what was said; the windows that were being read are where the page finds it."""
        self.report.refused = refusals.note(self.state, error, self.now())
        for window in self.reading:
            window.error, window.error_code = self.report.refused[:300], self.state.error_code
        SyncWindow.objects.bulk_update(self.reading, ["error", "error_code"])
