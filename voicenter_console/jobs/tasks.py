"""Celery's doors to jobs."""

from celery import shared_task
from celery.signals import task_received, worker_ready

from . import claims, watchdog
from . import heartbeat as hearts


@shared_task
def run(job_id: int) -> None:
    """A hint that a job waits."""
    claims.work(job_id)


@shared_task
def sweep() -> None:
    """Jobs whose hint or whose worker was lost."""
    for job_id in claims.due():
        claims.work(job_id)


@shared_task
def heartbeat() -> None:
    """Sent by beat, run by the worker: when it arrives, both live."""
    hearts.strike("worker")


@shared_task
def echo() -> None:
    """Sent by a worker through the broker to whichever worker hears it."""
    hearts.strike("echo")


@task_received.connect
def _heard(**_: object) -> None:
    watchdog.ear.heard()


@worker_ready.connect
def _listen(**_: object) -> None:
    watchdog.start(lambda: echo.apply_async(retry=False, expires=watchdog.DEAF_SECONDS))
