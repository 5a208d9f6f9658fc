"""The phones of an account as they are now, for whoever asks once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from calls.models import LiveBoard
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter import listening, monitor
from voicenter_console.voicenter.live import AllExtensions

from .state import Board

FRESH = timedelta(seconds=10)


def phones(account: Account) -> list[dict[str, Any]]:
    """As the collector wrote them (`Board.data()["extensions"]`) or, where its snapshot is older than FRESH, polled.

    Never call it inside a transaction. Raises VoicenterError's kinds and ValueError (Locked).
    """
    kept = LiveBoard.objects.filter(account=account).first()
    if kept and kept.holds(FRESH):
        return kept.state.get("extensions", [])
    board = Board()
    with gateway.client(account) as client:
        told = monitor.extensions_calls(client, wall_clock=account.reading.wall_clock)
    board.apply(AllExtensions(at=timezone.now(), extensions=listening.phones(told)))
    return board.data()["extensions"]
