"""Whether this worker was told to end: what takes long looks here between two steps, and another worker goes on."""

import threading

from celery.signals import worker_shutting_down

_told = threading.Event()
asked = _told.is_set


@worker_shutting_down.connect
def _tell(**_: object) -> None:
    _told.set()
