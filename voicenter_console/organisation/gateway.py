"""From an account's settings to a client of its provider: the only such place.

Call it as `gateway.client(account)` through the module, so that one fixture replaces it for every caller.
"""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO

import httpx
from django.conf import settings

from voicenter_console.vcc_live.client import VccClient
from voicenter_console.voicenter import audio
from voicenter_console.voicenter.client import Hosts, VoicenterClient
from voicenter_console.voicenter.realtime import Login, Way

from .breaker import SharedBreaker
from .models import Account
from .rate import SharedLimiter

# Tests mount the sandbox here, in the same process.
transport: httpx.BaseTransport | None = None
limiter = SharedLimiter()
breaker = SharedBreaker()
# How the names of recordings' hosts are resolved; None: as the machine does.
resolve: audio.Resolve | None = None
_CIPHERTEXT = "gAAAAA"


class Locked(ValueError):
    """The account's code cannot be decrypted: this is not the SECRET_KEY it was stored with."""


class Unusable(ValueError):
    """The account's settings make no client: a customer's name that is none, an address that is not https."""


def client(account: Account) -> VoicenterClient:
    """A client with the account's code and addresses; use it in `with`. Raises Locked."""
    _unlocked(account, account.code)
    return VoicenterClient(
        account=f"account-{account.pk}", code=account.code or "", hosts=hosts(account), transport=transport,
        limiter=limiter, breaker=breaker, allow_http_hosts=settings.ALLOW_HTTP_HOSTS,
        code_in_address=account.code_in_address,
    )  # fmt: skip


def realtime_login(account: Account) -> Login | None:
    """How the account logs in to RealTime, where it does. Raises Locked."""
    if not (account.realtime_way and account.realtime_secret):
        return None
    _unlocked(account, account.realtime_secret)
    return Login(Way(account.realtime_way), account.realtime_secret, account.realtime_name, account.realtime_path)


def _unlocked(account: Account, secret: str | None) -> None:
    if (secret or "").startswith(_CIPHERTEXT):  # what the field gives where no key fits
        raise Locked(f"a secret of {account} cannot be read with this SECRET_KEY")


def vcc_client(account: Account) -> VccClient:
    """A client of the second provider, for an account at VCC Live; use it in `with`. Raises Locked and Unusable."""
    _unlocked(account, account.code)
    try:
        return VccClient(
            customer=account.customer, token=account.code or "", base_url=account.hosts.get("base", ""),
            transport=transport, allow_http_hosts=settings.ALLOW_HTTP_HOSTS,
        )  # fmt: skip
    except ValueError as error:
        raise Unusable(str(error)) from error


def recording(account: Account, url: str, out: BinaryIO) -> audio.Audio:
    """Fetch a recording of the account, from its hosts alone. Raises VoicenterError's kinds."""
    return audio.fetch(
        url, out, hosts=account.recording_hosts, plain=settings.ALLOW_HTTP_HOSTS, transport=transport, resolve=resolve
    )


def hosts(account: Account) -> Hosts:
    """The account's addresses: one base for all, single ones on top, today's defaults for the rest."""
    named = dict(account.hosts)
    base = named.pop("base", "")
    return replace(Hosts.at(base) if base else Hosts(), **named)
