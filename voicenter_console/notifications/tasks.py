"""Celery's doors to notifications."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from . import sending
from .models import Notice

KEPT = timedelta(days=30)


@shared_task
def send_one(pk: int) -> None:
    """A hint that a dispatch is due."""
    sending.send(pk)


@shared_task
def sweep() -> None:
    """Dispatches whose hint or whose sender was lost, and those whose next attempt is due: each a message of its own,
    so that a slow receiver holds up nobody else's."""
    for pk in sending.due():
        send_one.apply_async([pk], retry=False, expires=30)


@shared_task
def prune() -> None:
    """What was told a month ago is forgotten."""
    Notice.objects.filter(at__lt=timezone.now() - KEPT).delete()
