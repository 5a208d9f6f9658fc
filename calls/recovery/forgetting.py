"""A number that is erased leaves no card, and nothing that was to be told of it."""

from __future__ import annotations

from collections.abc import Callable

from calls import bulk
from calls.models import Recovery
from voicenter_console.notifications.models import Notice
from voicenter_console.organisation.models import Account


def forget(account: Account, holds: Callable[[str], bool]) -> int:
    """Delete the cards of all numbers that `holds`, with their acts, and every notice about them; returns how many
    cards and notices."""
    gone = 0
    for model, name in ((Recovery, "number"), (Notice, "about")):
        rows = model.objects.filter(account=account).order_by()
        numbers = [number for number in rows.values_list(name, flat=True).distinct().iterator() if number]
        for chunk in bulk.chunks(filter(holds, numbers)):
            _, by_model = rows.filter(**{f"{name}__in": chunk}).delete()
            gone += by_model.get(model._meta.label, 0)
    return gone
