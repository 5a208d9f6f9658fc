"""What is written after the answer, so that nobody waits for it: the journal of callers, news of pop-ups.

A thread of its own writes, in order. While the database is away it tries again; what waits stays bounded, and what
had to be dropped is counted. A process that ends writes what it can in a moment.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, close_old_connections

from . import metrics

logger = logging.getLogger(__name__)
MOST_WAITING = 5_000
MOST_BYTES = 64 << 20
RETRY_SECONDS = 1.0
GOODBYE_SECONDS = 1.0
# A write that the database itself refuses; another's may have been refused with it (one_writer).
MOST_REFUSALS = 3
_AWAY = (OperationalError, InterfaceError, InternalError)

Write = Callable[[], object]


@dataclass(slots=True)
class _Waiting:
    """`good_until`: dropped when it could not be written by then, on the clock of time.monotonic."""

    write: Write
    size: int
    good_until: float
    refusals: int = 0


@dataclass(slots=True)
class _Line:
    queue: deque[_Waiting] = field(default_factory=deque)
    size: int = 0
    busy: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)
    thread: threading.Thread | None = None


_line = _Line()


def put(write: Write, *, size: int = 0, within: float = float("inf")) -> None:
    """Have `write` called soon, on another thread. Returns at once; never raises.

    `size` is what it holds in memory, in bytes; after `within` seconds it is of no use any more.
    """
    with _line.changed:
        if len(_line.queue) >= MOST_WAITING or _line.size + size > MOST_BYTES:
            metrics.written_never.inc()
            return
        _line.queue.append(_Waiting(write, size, time.monotonic() + within))
        _line.size += size
        if _line.thread is None or not _line.thread.is_alive():
            _line.thread = threading.Thread(target=_run, name="afterwards", daemon=True)
            _line.thread.start()
        _line.changed.notify_all()


def wait(seconds: float) -> bool:
    """Whether all was written within `seconds`."""
    until = time.monotonic() + seconds
    with _line.changed:
        while (_line.queue or _line.busy) and (left := until - time.monotonic()) > 0:
            _line.changed.wait(left)
        return not _line.queue and not _line.busy


def _run() -> None:
    while True:
        with _line.changed:
            while not _line.queue:
                _line.changed.wait()
            one = _line.queue[0]
            _line.busy = True
        over = _written(one)
        with _line.changed:
            if over:
                _line.queue.popleft()
                _line.size -= one.size
            _line.busy = False
            _line.changed.notify_all()
        if not over:
            time.sleep(RETRY_SECONDS)


def _written(one: _Waiting) -> bool:
    """Whether there is nothing left to do: it was written, or never will be."""
    if time.monotonic() > one.good_until:
        metrics.written_never.inc()
        return True
    close_old_connections()
    try:
        one.write()
    except Exception as error:
        away = isinstance(error, _AWAY) or isinstance(error.__cause__, _AWAY)
        one.refusals += not away
        if away or (isinstance(error, DatabaseError) and one.refusals < MOST_REFUSALS):
            logger.warning("nothing can be written now; next try in %s s", RETRY_SECONDS, exc_info=True)
            return False
        logger.exception("something could not be written after its answer")
        metrics.written_never.inc()
    finally:
        close_old_connections()
    return True


atexit.register(wait, GOODBYE_SECONDS)
