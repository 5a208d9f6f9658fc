"""A number that is erased leaves no card, and nothing that was to be told of it."""

from __future__ import annotations

from calls.models import Recovery
from voicenter_console.notifications.models import Notice
from voicenter_console.organisation.models import Account


def forget(account: Account, number: str) -> int:
    """Delete every card of this number with its acts, and every notice about it; returns how many cards."""
    Notice.objects.filter(account=account, about=number).delete()
    _, by_model = Recovery.objects.filter(account=account, number=number).delete()
    return by_model.get(Recovery._meta.label, 0)
