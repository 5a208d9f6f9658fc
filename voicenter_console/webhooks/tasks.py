"""Celery's doors to the ingester."""

from celery import shared_task

from voicenter_console.organisation.models import Account

from . import ingest as ingester


@shared_task
def ingest(account_id: int) -> None:
    """A hint: something waits for this account. Safe to run at any time, any number of times."""
    account = Account.objects.filter(pk=account_id).first()
    if account:
        ingester.drain(account)


@shared_task
def sweep() -> None:
    """Find what a lost hint or a lost worker left."""
    ingester.drain_all()
