"""Kept bodies of people who were erased since (FAULTS F-32)."""

from __future__ import annotations

import hashlib
import secrets
import zlib
from collections.abc import Iterator, Sequence
from datetime import timedelta

from voicenter_console.organisation import tombstones
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.tombstones import Erased
from voicenter_console.voicenter import redaction

from .models import Delivery

# A process whose snapshot is a moment old keeps a body whole: the ingester looks again at what came until then.
LATE = timedelta(seconds=3 * tombstones.FRESH_SECONDS)
CHUNK = 200


def late(account: Account, deliveries: Sequence[Delivery]) -> None:
    """Take erased people out of what was kept before or while they were erased; the ingester's first step."""
    erased = tombstones.of(account.pk, fresh=True)
    if erased is None:
        return
    for delivery in deliveries:
        if delivery.received_at <= erased.newest + LATE:
            scrub(delivery, erased)
    tombstones.count(erased)


def scrub_all(account: Account, erased: Erased) -> Iterator[tuple[int, int]]:
    """Every kept body of the account; yields (looked at, changed) after each chunk."""
    after, looked, changed = 0, 0, 0
    while chunk := list(Delivery.objects.filter(account=account, pk__gt=after).order_by("pk")[:CHUNK]):
        changed += sum(scrub(delivery, erased) for delivery in chunk)
        after, looked = chunk[-1].pk, looked + len(chunk)
        yield looked, changed


def scrub(delivery: Delivery, erased: Erased) -> bool:
    """Write the body anew without them. Its key is that of the new bytes, so that a resend finds it."""
    clean = redaction.body(delivery.bytes, delivery.content_type, erased)
    if clean is None:
        return False
    digest = hashlib.sha256(clean).hexdigest()
    twins = Delivery.objects.filter(account=delivery.account_id, channel=delivery.channel, digest=digest)
    if twins.exclude(pk=delivery.pk).exists():
        digest = secrets.token_hex(32)
    delivery.body = zlib.compress(clean, 6) if delivery.compressed else clean
    delivery.digest = digest
    delivery.save(update_fields=["body", "digest"])
    return True
