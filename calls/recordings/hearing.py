"""Who heard what: written before the first byte, and too many in an hour are told to somebody (F-66)."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from prometheus_client import Counter

from calls.models import Cdr, Listening
from calls.recordings.tickets import Ticket
from voicenter_console.organisation import audit
from voicenter_console.organisation.models import AuditEntry, User

logger = logging.getLogger(__name__)
MANY = 30
HOUR = timedelta(hours=1)
alarms = Counter("recordings_alarms", "Hours in which somebody heard more than 30 recordings")


@transaction.atomic(durable=True)
def write_down(user: User, leg: Cdr, ticket: Ticket, address: str | None) -> None:
    """One row for a listening, however often the player asks for a part of it; committed when this returns."""
    _row, first = Listening.objects.get_or_create(
        nonce=ticket.nonce,
        defaults={"call_id": leg.call_id, "cdr": leg, "user": user, "user_name": str(user), "address": address},
    )
    if first:
        audit.record(user, "recording.heard", leg.call_uid, after={"leg": leg.pk}, address=address)
        _count(user, address)


def _count(user: User, address: str | None) -> None:
    since = timezone.now() - HOUR
    heard = Listening.objects.filter(user=user, at__gt=since).count()
    told = AuditEntry.objects.filter(actor=user, verb="recording.many", at__gt=since)
    if heard > MANY and not told.exists():
        audit.record(user, "recording.many", f"more than {MANY} recordings in an hour", address=address)
        alarms.inc()
        logger.warning("person %s heard more than %s recordings within an hour", user.pk, MANY)
