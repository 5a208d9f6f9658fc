"""Celery's doors to the dialer."""

import logging

from celery import shared_task

from voicenter_console.organisation.gateway import Locked
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter.errors import VoicenterError

logger = logging.getLogger(__name__)


@shared_task
def mirror_campaigns() -> None:
    """Have each account's campaigns read, one apart from the other."""
    accounts = Account.objects.filter(pulls=True, provider=Account.Provider.VOICENTER)
    for account_id in accounts.values_list("pk", flat=True):
        mirror_account.apply_async([account_id], retry=False, expires=50)


@shared_task
def mirror_account(account_id: int) -> None:
    """Read one account's campaigns. What Voicenter refuses now is asked again with the next beat."""
    from dialer import mirror

    account = Account.objects.filter(pk=account_id, pulls=True, provider=Account.Provider.VOICENTER).first()
    if account:
        try:
            mirror.refresh(account)
        except (VoicenterError, Locked) as error:
            logger.warning("the campaigns of account %s cannot be had: %s", account_id, error)


@shared_task
def send_act(pk: int) -> None:
    """A hint that somebody asked something of a campaign."""
    from dialer import acting

    acting.send(pk)


@shared_task
def sweep_acts() -> None:
    """Acts whose hint or whose sender was lost."""
    from dialer import acting

    acting.sweep()
