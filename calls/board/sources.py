"""Where an account's live events come from: the only place that asks the gateway for them."""

from __future__ import annotations

from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter.listening import Fallback, Polling, Source
from voicenter_console.voicenter.realtime import RealTime


def of(account: Account) -> Source:
    """RealTime where the account has a login for it, and polling where it has none or it fails. Raises Locked."""
    client = gateway.client(account)
    polling = Polling(client, wall_clock=account.reading.wall_clock)
    login = gateway.realtime_login(account)
    return Fallback(RealTime(client, login), polling) if login else polling
