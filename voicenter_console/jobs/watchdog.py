"""A worker that is connected and hears nothing ends itself, and its supervisor starts another (FAULTS F-06).

After a restart of Redis a worker may stay connected and take no message any more. Each worker therefore sends an echo
through the broker; where nothing at all has come for a minute, although echoes were taken, and no task is running, it
is deaf.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

from celery.worker import state

logger = logging.getLogger(__name__)
ECHO_SECONDS = 15.0
DEAF_SECONDS = 60.0
EXIT = 75  # EX_TEMPFAIL


class Ear:
    """When something was heard last, and how many echoes the broker took since. `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._heard_at = clock()
        self._echoes = 0

    def heard(self) -> None:
        self._heard_at, self._echoes = self._clock(), 0

    def sent(self) -> None:
        self._echoes += 1

    @property
    def deaf(self) -> bool:
        """Two echoes at least went out, a minute passed, and nothing came of them."""
        return self._echoes >= 2 and self._clock() - self._heard_at >= DEAF_SECONDS


ear = Ear()


def watch(send: Callable[[], object], *, end: Callable[[int], object] = os._exit) -> None:
    """Echo for ever; end the process where it is deaf. Rows are the truth: what it had claimed is taken up again."""
    while True:
        time.sleep(ECHO_SECONDS)
        if ear.deaf and not state.active_requests:
            logger.critical("the worker is connected to its broker and hears nothing; it ends to be started anew")
            end(EXIT)
            return
        try:
            send()
        except Exception:  # whatever a broker that is away raises: it has not taken the echo
            logger.warning("the broker takes no echo", exc_info=True)
        else:
            ear.sent()


def start(send: Callable[[], object]) -> None:
    ear.heard()
    threading.Thread(target=watch, args=(send,), name="watchdog", daemon=True).start()
