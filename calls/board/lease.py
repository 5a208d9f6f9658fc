"""Who collects an account: one process at a time, however many run and whoever dies (FAULTS F-33)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from calls.models import LiveBoard

LEASE = timedelta(seconds=15)
RENEW_SECONDS = 5


def claim(account_id: int, owner: UUID) -> bool:
    """Take the account's board where nobody holds it, or whoever did has died; True also where it is held already."""
    LiveBoard.objects.get_or_create(account_id=account_id)
    now = timezone.now()
    free = Q(owner=None) | Q(owner=owner) | Q(lease_until__lt=now)
    return bool(LiveBoard.objects.filter(free, account_id=account_id).update(owner=owner, lease_until=now + LEASE))


def renew(owner: UUID) -> None:
    """Hold on to all that the process holds; what was taken from it meanwhile stays with the other."""
    now = timezone.now()
    LiveBoard.objects.filter(owner=owner, lease_until__gte=now).update(lease_until=now + LEASE)


def release(owner: UUID, account_id: int | None = None) -> None:
    """Let go, so that the next process need not wait."""
    held = LiveBoard.objects.filter(owner=owner)
    (held if account_id is None else held.filter(account_id=account_id)).update(owner=None, lease_until=None)
