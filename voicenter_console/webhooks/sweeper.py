"""A thread in each worker process that sweeps the inbox, with or without a broker (F-04, F-05)."""

import logging
import threading

from django.db import DatabaseError, close_old_connections

from . import ingest

logger = logging.getLogger(__name__)
EVERY_SECONDS = 2.0
_stop = threading.Event()


def start(**_: object) -> None:
    """Connected to Celery's worker_init."""
    threading.Thread(target=_run, name="inbox-sweeper", daemon=True).start()


def stop(**_: object) -> None:
    _stop.set()


def _run() -> None:
    while not _stop.wait(EVERY_SECONDS):
        close_old_connections()
        try:
            ingest.drain_all()
        except DatabaseError:
            logger.warning("the sweep found no database; next try in %s s", EVERY_SECONDS, exc_info=True)
