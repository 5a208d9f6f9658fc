"""Celery's doors to the IVR."""

from celery import shared_task


@shared_task
def sweep_sessions() -> None:
    """Callers of whom nobody said that they hung up."""
    from ivr import journal

    journal.sweep()
