"""The pull: fills and corrects what the pushes said (PROTOCOL S3, S4; ARCHITECTURE, How data flows)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from calls.models import Call, SyncState
from voicenter_console.organisation import gateway

from .asking import Asker
from .ledger import horizon
from .pull import Report, run

__all__ = ["Report", "ask_again", "horizon", "run"]

MOST_IDS = 20
_AROUND = timedelta(days=1)


def ask_again(call: Call, *, now: Callable[[], datetime] = timezone.now) -> int:
    """Ask Voicenter for everything it has of `call`'s ids; returns how many records came, which are ingested as ever.

    Waits its turn within the account's requests a minute, so it belongs into a job. Raises VoicenterError's kinds,
    and ValueError for an address or a code that cannot be used.
    """
    end = min(call.started_at + _AROUND, now())
    rows = 0
    with gateway.client(call.account) as client:
        asker = Asker(call.account, SyncState.of(call.account), client, now)
        for call_uid in call.ids.order_by("pk").values_list("call_uid", flat=True)[:MOST_IDS]:
            page = asker.of_call(call_uid, call.started_at - _AROUND, end)
            asker.keep(page)
            rows += len(page.rows)
    return rows
