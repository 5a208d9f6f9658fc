"""What a flow may ask the console while a caller waits, each within its time or not at all (FAULTS F-73)."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import Lock
from typing import TypeVar

from django.db import DatabaseError, close_old_connections

from calls.contacts import who
from calls.models import LiveBoard, Recovery
from ivr.models import IvrSession
from ivr.runtime import Unknown
from ivr.runtime.facts import Mark
from voicenter_console import phones
from voicenter_console.organisation.models import Account

T = TypeVar("T")

ANSWER_SECONDS = 0.8
READ_SECONDS = 0.15
MOST_CALLS = 2_000
QUEUES_KNOWN_FOR = timedelta(seconds=30)

_readers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="ivr-facts")
_recent: OrderedDict[tuple[int, str], dict[str, str]] = OrderedDict()
_lock = Lock()


def remember(account_id: int, call_id: str, variables: Mapping[str, str]) -> None:
    """Keep what a caller entered at hand: the journal may be written a moment after the next request."""
    if not variables:
        return
    with _lock:
        kept = _recent.setdefault((account_id, call_id), {})
        kept.update(variables)
        _recent.move_to_end((account_id, call_id))
        while len(_recent) > MOST_CALLS:
            _recent.popitem(last=False)


class ConsoleFacts:
    """Facts of one request, which is to be answered by `began` + ANSWER_SECONDS on time.monotonic's clock."""

    def __init__(self, account: Account, call_id: str, began: float):
        self.account, self.call_id = account, call_id
        self.until = began + ANSWER_SECONDS

    def entered(self, variable: str) -> str:
        with _lock:
            at_hand = _recent.get((self.account.pk, self.call_id), {})
        if variable in at_hand:
            return at_hand[variable]
        found = self._read(lambda: IvrSession.objects.filter(account=self.account, call_uid=self.call_id)
                           .values_list("variables", flat=True).first())  # fmt: skip
        if not found or variable not in found:
            raise Unknown(variable)
        return found[variable]

    def caller(self, number: str) -> Collection[Mark]:
        e164 = phones.parse(number).e164
        return self._read(lambda: _marks(self.account, e164)) if e164 else ()

    def queue_length(self, queue: int) -> int:
        """By the collector's snapshot."""
        waiting = self._read(lambda: _waiting(self.account, queue))
        if waiting is None:
            raise Unknown(queue)
        return waiting

    def look_up(self, source: str, milliseconds: int, about: Mapping[str, str]) -> str:
        raise Unknown(source)

    def _read(self, ask: Callable[[], T]) -> T:
        """Asked on another thread, so that a slow database costs READ_SECONDS and no more."""
        patience = min(READ_SECONDS, self.until - time.monotonic())
        if patience <= 0:
            raise Unknown("no time left")
        future: Future[T] = _readers.submit(_apart, ask)
        try:
            return future.result(patience)
        except (TimeoutError, DatabaseError) as error:
            future.cancel()
            raise Unknown(str(error)) from error


def _apart(ask: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return ask()
    finally:
        close_old_connections()


def _waiting(account: Account, queue: int) -> int | None:
    board = LiveBoard.objects.filter(account=account).first()
    return board.waiting_in(queue) if board and board.holds(QUEUES_KNOWN_FOR) else None


def _marks(account: Account, e164: str) -> set[Mark]:
    people = who.who_is(account, e164)
    marks: set[Mark] = {"known"} if people else set()
    if any(person.vip for person in people):
        marks.add("vip")
    if Recovery.objects.filter(account=account, number=e164).exclude(state=Recovery.State.CLOSED).exists():
        marks.add("recovery")
    return marks
