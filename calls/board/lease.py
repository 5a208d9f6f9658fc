"""Who collects an account: one process at a time, however many run and whoever dies (FAULTS F-33).

The database's clock measures the lease, never a host's (FAULTS F-13).
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now

from calls.models import LiveBoard

LEASE = timedelta(seconds=15)
RENEW_SECONDS = 5


def claim(account_id: int, owner: UUID) -> bool:
    """Take the account's board where nobody holds it, or whoever did has died; True also where it is held already."""
    LiveBoard.objects.get_or_create(account_id=account_id)
    free = Q(owner=None) | Q(owner=owner) | Q(lease_until__lt=Now())
    return bool(LiveBoard.objects.filter(free, account_id=account_id).update(owner=owner, lease_until=Now() + LEASE))


def renew(owner: UUID) -> None:
    """Hold on to all that the process holds; what was taken from it meanwhile stays with the other."""
    LiveBoard.objects.filter(owner=owner, lease_until__gte=Now()).update(lease_until=Now() + LEASE)


def release(owner: UUID, account_id: int | None = None) -> None:
    """Let go, so that the next process need not wait."""
    held = LiveBoard.objects.filter(owner=owner)
    (held if account_id is None else held.filter(account_id=account_id)).update(owner=None, lease_until=None)
