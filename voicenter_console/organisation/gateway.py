"""From an account's settings to a client of its provider: the only such place.

Call it as `gateway.client(account)` through the module, so that one fixture replaces it for every caller.
"""

from __future__ import annotations

from dataclasses import replace

import httpx
from django.conf import settings

from voicenter_console.voicenter.client import Hosts, VoicenterClient

from .models import Account
from .rate import SharedLimiter

# Tests mount the sandbox here, in the same process.
transport: httpx.BaseTransport | None = None
limiter = SharedLimiter()
_CIPHERTEXT = "gAAAAA"


class Locked(ValueError):
    """The account's code cannot be decrypted: this is not the SECRET_KEY it was stored with."""


def client(account: Account) -> VoicenterClient:
    """A client with the account's code and addresses; use it in `with`. Raises Locked."""
    if (account.code or "").startswith(_CIPHERTEXT):  # what the field gives where no key fits
        raise Locked(f"the code of {account} cannot be read with this SECRET_KEY")
    return VoicenterClient(
        account=f"account-{account.pk}", code=account.code or "", hosts=hosts(account), transport=transport,
        limiter=limiter, allow_http_hosts=settings.ALLOW_HTTP_HOSTS, code_in_address=account.code_in_address,
    )  # fmt: skip


def hosts(account: Account) -> Hosts:
    """The account's addresses: one base for all, single ones on top, today's defaults for the rest."""
    named = dict(account.hosts)
    base = named.pop("base", "")
    return replace(Hosts.at(base) if base else Hosts(), **named)
