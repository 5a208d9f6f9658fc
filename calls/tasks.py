"""Celery's doors to calls."""

from celery import shared_task

from voicenter_console.organisation.models import Account


@shared_task
def sync_call_log() -> None:
    """Pull what the pushes missed. Safe to run at any time, any number of times."""
    from calls import sync

    for account in Account.objects.filter(pulls=True, provider=Account.Provider.VOICENTER):
        sync.run(account)
