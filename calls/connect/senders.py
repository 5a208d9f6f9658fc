"""From where the hooks are called: learned first, enforced when a manager says so."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils import timezone

from voicenter_console.organisation import audit
from voicenter_console.organisation.models import Account, User
from voicenter_console.webhooks.models import Delivery

LEARNED_OVER = timedelta(days=7)
MOST = 50
_OURS_OR_BROWSERS = [Delivery.Channel.CALL_LOG, Delivery.Channel.POPUP]


@dataclass(frozen=True, slots=True)
class Sender:
    """An address that called a hook of late; `trusted`: it is on the account's list."""

    address: str
    bodies: int
    first: datetime
    last: datetime
    trusted: bool


class WouldShutOut(Exception):
    """The list is empty, or none who called of late is on it: enforcing it would refuse every push."""


def learned(account: Account) -> list[Sender]:
    """Who called in the last week, most frequent first. The pop-up's callers are browsers, and are not held to it."""
    since = timezone.now() - LEARNED_OVER
    came = Delivery.objects.filter(account=account, received_at__gte=since).exclude(channel__in=_OURS_OR_BROWSERS)
    rows = came.exclude(address=None).values("address").annotate(
        n=Count("pk"), first=Min("received_at"), last=Max("last_received_at")
    )  # fmt: skip
    return [
        Sender(row["address"], row["n"], row["first"], row["last"], listed(account, row["address"]))
        for row in rows.order_by("-n", "address")[:MOST]
    ]


def listed(account: Account, address: str) -> bool:
    """Whether the account's list holds `address`, enforced or not."""
    source = ipaddress.ip_address(address)
    return any(source in ipaddress.ip_network(network, strict=False) for network in account.addresses)


@transaction.atomic
def trust(actor: User, account: Account, addresses: Sequence[str], *, from_: str | None = None) -> None:
    """The account's list is now `addresses`: single ones or networks. Raises ValueError."""
    networks = list(dict.fromkeys(_network(one) for one in addresses))
    account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    before, account.addresses = account.addresses, networks
    if not networks:
        account.enforce_addresses = False
    account.save(update_fields=["addresses", "enforce_addresses"])
    audit.record(actor, "account.addresses", account, before=before, after=networks, address=from_)


@transaction.atomic
def enforce(actor: User, account: Account, on: bool, *, from_: str | None = None) -> None:
    """Refuse pushes from other addresses, or take all again. Raises WouldShutOut."""
    account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    seen = learned(account)
    if on and (not account.addresses or (seen and not any(one.trusted for one in seen))):
        raise WouldShutOut
    before, account.enforce_addresses = account.enforce_addresses, on
    account.save(update_fields=["enforce_addresses"])
    audit.record(actor, "account.enforced", account, before=before, after=on, address=from_)


def _network(text: str) -> str:
    network = ipaddress.ip_network(text.strip(), strict=False)
    if network.prefixlen == 0:
        raise ValueError("a network of all addresses trusts everybody")
    return str(network.network_address) if network.num_addresses == 1 else str(network)
