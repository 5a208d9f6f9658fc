"""A process's collectors: one thread an account, and the renewal of all their leases."""

from __future__ import annotations

import logging
import threading
import time
import uuid

from django.db import DatabaseError, close_old_connections

from voicenter_console.jobs import heartbeat

from . import lease
from .collector import Collector, wanted

logger = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
STRIKE_SECONDS = 10.0


def run(stop: threading.Event) -> None:
    """Follow every account that wants it until `stop`; a new one within a second or two."""
    owner = uuid.uuid4()
    crew: dict[int, threading.Thread] = {}
    renewed = struck = -STRIKE_SECONDS
    while not stop.is_set():
        now = time.monotonic()
        try:
            if now - renewed >= lease.RENEW_SECONDS:
                lease.renew(owner)
                renewed = now
            if now - struck >= STRIKE_SECONDS:
                heartbeat.strike("collector")
                struck = now
            for account_id in wanted().values_list("pk", flat=True):
                if account_id not in crew or not crew[account_id].is_alive():
                    crew[account_id] = _begin(account_id, owner, stop)
        except DatabaseError:
            logger.warning("the collector cannot reach the database", exc_info=True)
            close_old_connections()
        stop.wait(LOOK_SECONDS)
    for thread in crew.values():
        thread.join(5)


def _begin(account_id: int, owner: uuid.UUID, stop: threading.Event) -> threading.Thread:
    collector = Collector(account_id, owner)
    thread = threading.Thread(target=collector.run, args=(stop,), name=f"account-{account_id}", daemon=True)
    thread.start()
    return thread
