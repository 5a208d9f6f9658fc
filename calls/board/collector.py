"""Follow one account's live events while this process holds its lease: snapshot, history, news for open pages."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, close_old_connections, connections, transaction
from django.db.models import F
from django.utils import timezone

from calls.models import LiveBoard
from voicenter_console.live.publish import publish
from voicenter_console.organisation import tombstones
from voicenter_console.organisation.gateway import Locked
from voicenter_console.organisation.models import Account, Department
from voicenter_console.voicenter import redaction
from voicenter_console.voicenter.listening import Source
from voicenter_console.voicenter.live import LineDown, LineUp

from . import lease, news, sources
from .history import History
from .pace import Pace
from .state import Board

logger = logging.getLogger(__name__)
EVENT = "board"
STEP_SECONDS = 0.5
WRITE_SECONDS = 1.0  # a snapshot is written once a second at most
TOUCH_SECONDS = 1.0  # how much later than it is known `as_of` is written while nothing changes
SETTINGS_SECONDS = 5.0


class Collector:
    """`run` until told to stop, or until the account is gone or wants no more. One thread, one database connection."""

    def __init__(
        self,
        account_id: int,
        owner: UUID,
        *,
        source_of: Callable[[Account], Source] = sources.of,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._account_id, self._owner = account_id, owner
        self._source_of, self._clock = source_of, clock

    def run(self, stop: threading.Event) -> None:
        """Listen whenever the account is free; whatever fails is tried again."""
        try:
            while not stop.is_set():
                try:
                    account = wanted().filter(pk=self._account_id).first()
                    if account is None:
                        return
                    if lease.claim(account.pk, self._owner):
                        self._listen(account, stop)
                except (DatabaseError, Locked):
                    logger.warning("account %s cannot be collected now", self._account_id, exc_info=True)
                    close_old_connections()
                stop.wait(1)
        finally:
            self._let_go()
            connections.close_all()

    def _listen(self, account: Account, stop: threading.Event) -> None:
        """Until stopped, until the lease is somebody else's, or until the account's settings change."""
        source = self._source_of(account)
        try:
            sitting = Sitting(account, self._owner, source, self._clock)
            checked = self._clock()
            while not stop.is_set() and sitting.step(STEP_SECONDS):
                if self._clock() - checked < SETTINGS_SECONDS:
                    continue
                checked = self._clock()
                now = wanted().filter(pk=account.pk).first()
                if now is None or settings_of(now) != settings_of(account):
                    return
        finally:
            source.close()

    def _let_go(self) -> None:
        try:
            lease.release(self._owner, self._account_id)
        except DatabaseError:
            logger.warning("the lease of account %s ends by itself", self._account_id, exc_info=True)


class Sitting:
    """One stretch of listening: what is known, what of it is written, what the history was told."""

    def __init__(self, account: Account, owner: UUID, source: Source, clock: Callable[[], float] = time.monotonic):
        self._account, self._owner, self._source, self._clock = account, owner, source, clock
        self._history = History(account)
        self._pace = Pace(clock)
        row = LiveBoard.objects.get(account=account)
        self.board = Board(row.state)
        self._written, self._known_until = row.state, row.as_of
        self._source_name, self._trouble = row.source, row.trouble
        self._told_trouble = (self._source_name, self._trouble)
        self._wrote_at = self._touched_at = -WRITE_SECONDS

    def step(self, seconds: float) -> bool:
        """Hear, and write what changed. False where the lease is gone."""
        for event in self._source.step(seconds):
            self.board.apply(event)
            if isinstance(event, LineUp):
                self._source_name, self._trouble = event.source, ""
            if isinstance(event, LineDown):
                self._trouble = event.reason[:300]
        self._pace.see(self.board.call_ids())
        now = self._clock()
        if now - self._wrote_at < WRITE_SECONDS:
            return True
        state = self._kept() if self.board.whole else self._written
        if state != self._written or (self._source_name, self._trouble) != self._told_trouble:
            self._wrote_at = self._touched_at = now
            return self._write(state)
        if now - self._touched_at >= TOUCH_SECONDS and self._as_of() != self._known_until:
            self._touched_at = now
            return self._touch()
        return True

    def _kept(self) -> dict:
        """The state without people who were erased: they may call again."""
        state, erased = self.board.data(), tombstones.of(self._account.pk)
        return redaction.anything(state, erased) if erased else state

    def _write(self, state: dict) -> bool:
        changed = state != self._written
        as_of = self._as_of()
        with transaction.atomic():
            values = {
                "as_of": as_of, "source": self._source_name, "trouble": self._trouble,
                "calls_a_minute": self._pace.a_minute,
            }  # fmt: skip
            if changed:
                values |= {"state": state, "changed_at": timezone.now(), "version": F("version") + 1}
            if not self._row().update(**values):
                return False
            statuses = self.board.statuses() if self.board.whole else None
            if statuses is not None and as_of is not None:
                self._history.record(statuses, as_of, self._known_until)
            self._publish(state)
        self._written, self._told_trouble = state, (self._source_name, self._trouble)
        self._known_until = as_of
        return True

    def _publish(self, state: dict) -> None:
        phones = list(news.of_phones(self._written, state))
        people = news.owners(self._account, phones) if phones else {}
        for phone in phones:
            if whose := people.get(phone["extension"]):
                publish(self._account, "phone", people=whose, data=phone)
        departments = Department.objects.filter(account=self._account).values_list("pk", flat=True)
        publish(self._account, EVENT, departments=departments)

    def _touch(self) -> bool:
        self._known_until = self._as_of()
        return bool(self._row().update(as_of=self._known_until, calls_a_minute=self._pace.a_minute))

    def _row(self):
        return LiveBoard.objects.filter(account=self._account, owner=self._owner)

    def _as_of(self) -> datetime | None:
        return self._source.as_of if self.board.whole and self._source.as_of else self._known_until


def wanted():
    """The accounts whose live events are followed."""
    return Account.objects.filter(provider=Account.Provider.VOICENTER, follows_live=True).exclude(code=None)


def settings_of(account: Account) -> tuple[object, ...]:
    """What a source depends on: where this changes a new one is needed."""
    return (
        account.code, account.hosts, account.push_clock, account.code_in_address, account.realtime_way,
        account.realtime_name, account.realtime_secret, account.realtime_path,
    )  # fmt: skip
