"""Tell the worker that something waits: after the answer, off the request's thread, and never in its way.

A hint may be lost; the worker's sweep finds the row within seconds all the same (ADR 1). Hints for one account
that come while one is on its way are one hint.
"""

from __future__ import annotations

import logging
import threading

from . import metrics

logger = logging.getLogger(__name__)

_waiting: set[int] = set()
_wake = threading.Event()
_starting = threading.Lock()
_thread: threading.Thread | None = None


def send(account_id: int) -> None:
    """Ask for `account_id` to be ingested soon. Returns at once; never raises."""
    _waiting.add(account_id)
    if _thread is None or not _thread.is_alive():
        _start()
    _wake.set()


def _start() -> None:
    global _thread
    with _starting:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_run, name="hints", daemon=True)
            _thread.start()


def _run() -> None:
    from .tasks import ingest  # the task imports what imports us

    while True:
        _wake.wait()
        _wake.clear()
        while _waiting:
            account_id = _waiting.pop()
            try:
                ingest.apply_async([account_id], retry=False, expires=30)
            except Exception:
                # Whatever the broker's trouble is, the row is safe and the sweep will find it.
                metrics.hints_lost.inc()
                logger.warning("hint for account %s was not sent", account_id, exc_info=True)
        _wake.wait(0.05)  # a burst becomes one message each 50 ms
