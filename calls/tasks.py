"""Celery's doors to calls."""

import logging
from datetime import timedelta
from functools import partial
from uuid import UUID

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings

from voicenter_console.organisation import rate
from voicenter_console.organisation.gateway import Locked
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter.errors import VoicenterError

logger = logging.getLogger(__name__)
# A pull that takes longer goes on with the next beat: a worker's thread is not one account's for an hour.
LONGEST_PULL = timedelta(minutes=4)


@shared_task
def sync_call_log() -> None:
    """Have each account's call log pulled, one apart from the other. Safe to run at any time, any number of times."""
    accounts = Account.objects.filter(pulls=True, provider=Account.Provider.VOICENTER)
    for account_id in accounts.values_list("pk", flat=True):
        if _turn("calls.sync", account_id):
            sync_account.apply_async([account_id], retry=False, expires=240)


def _turn(name: str, account_id: int) -> bool:
    """Whether it is time, by beat's schedule, whatever the number of beats."""
    return rate.first_in(settings.CELERY_BEAT_SCHEDULE[name]["schedule"], f"{name}:{account_id}")


@worker_ready.connect
def pull_at_once(**_: object) -> None:
    """A console that was just started need not wait for beat's first turn: for calls of the day, names of phones."""
    sync_call_log.apply_async(retry=False, expires=240)
    mirror.apply_async(retry=False, expires=240)


@shared_task
def sync_account(account_id: int) -> None:
    """Pull what the pushes missed of one account."""
    from calls import sync

    account = Account.objects.filter(pk=account_id, pulls=True).first()
    if account:
        sync.run(account, longest=LONGEST_PULL)


@shared_task
def forget_merged_contacts() -> None:
    """What two contacts were before they were made one, once that is past its undo."""
    from calls.contacts import book

    book.forget_parted()


@shared_task
def send_dial(request_id: str) -> None:
    """A hint that somebody asked for a phone to ring."""
    from calls import dialling

    dialling.send(UUID(request_id))


@shared_task
def sweep_dials() -> None:
    """Dial requests whose hint or whose sender was lost."""
    from calls import dialling

    dialling.sweep()


@shared_task
def look_for_dials() -> None:
    """Calls that run, of requests to dial whose answer was lost."""
    from calls import resolver

    resolver.look_at_phones(partial(_turn, "calls.lost_dials"))


@shared_task
def sweep_recoveries() -> None:
    """Claims that ran out, cards that were put aside until now, people who are given up; and who is to be told."""
    from calls.recovery import sweep, telling

    sweep.run()
    telling.run()


@shared_task
def tell_figures() -> None:
    """Reports that are due by mail, and alerts that begin to hold."""
    from calls.reports import alerts, digests

    try:
        digests.run()
    finally:
        alerts.run()


@shared_task
def add_up() -> None:
    """Rollups of the hours in which something changed."""
    from calls.metrics import rollups

    rollups.sweep()


@shared_task
def tidy_media() -> None:
    """Delete exports, files of contacts, heard recordings and counts of pop-ups that were kept long enough."""
    from calls import exports
    from calls.contacts import importing
    from calls.popup import tally
    from calls.recordings import store

    exports.tidy()
    importing.tidy()
    store.tidy()
    tally.tidy()


@shared_task
def mirror() -> None:
    """Have each account's extensions, agents and names of statuses read, one apart from the other."""
    from calls.board import collector

    for account_id in collector.wanted().values_list("pk", flat=True):
        if _turn("calls.mirror", account_id):
            mirror_account.apply_async([account_id], retry=False, expires=600)


@shared_task
def mirror_account(account_id: int) -> None:
    """Read one account's lists. What Voicenter refuses now is asked again in a quarter of an hour."""
    from calls.board import collector, mirror

    account = collector.wanted().filter(pk=account_id).first()
    if account:
        try:
            mirror.refresh(account)
        except (VoicenterError, Locked) as error:
            logger.warning("the lists of account %s cannot be had: %s", account_id, error)
