"""Old news is dropped: a page that was away longer than an hour loads itself anew."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from .models import Event

KEPT = timedelta(hours=1)


@shared_task
def prune() -> None:
    Event.objects.filter(at__lt=timezone.now() - KEPT).delete()
