"""Celery's doors to jobs."""

from celery import shared_task

from . import claims
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
