"""Keep a body, once, before anybody answers for it (PROTOCOL S5; ADR 4).

`keep` is the whole write of the webhook path: one statement, one commit. The caller acknowledges only after it.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
import zlib
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from voicenter_console.organisation import tombstones

from . import one_writer
from .models import Delivery

_WARM_SECONDS = 5.0
_warm = threading.local()

_KEEP = """
INSERT INTO webhooks_delivery (account_id, channel, digest, body, compressed, content_type, address, received_at,
    last_received_at, times, answer, state, reason, attempts, due_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 1, %s, %s, %s, 0, {now})
ON CONFLICT (account_id, channel, digest) DO UPDATE
    SET times = webhooks_delivery.times + 1, last_received_at = excluded.last_received_at
RETURNING id, answer, times
"""
# When it is due is the database's time, as in the ingester; when it came is told by the clock of who took it.
_NOW = {"postgresql": "STATEMENT_TIMESTAMP()", "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"}
_KEEPS = {vendor: _KEEP.format(now=now) for vendor, now in _NOW.items()}


@dataclass(frozen=True, slots=True)
class Kept:
    """A body that is safe now: its row, the `err` it is answered with, how often it came."""

    id: int
    answer: int
    times: int


def keep(
    account_id: int, channel: str, body: bytes, *, content_type: str = "", address: str | None = None,
    reason: str = "", answer: int = 0, compress: bool = False, received_at: datetime | None = None,
    distinct: bool = False, state: str | None = None,
) -> Kept:  # fmt: skip
    """Store `body`, without people who were erased, or count its resend. With a `reason` it is dead on arrival, and
    kept all the same.

    `distinct`: give it a random key, so that it never counts as a resend (a body that was not read whole).
    Raises django.db.DatabaseError when it cannot be stored: then nothing may be acknowledged.
    """
    now = received_at or timezone.now()
    body = tombstones.without(account_id, body, content_type)
    digest = secrets.token_hex(32) if distinct else hashlib.sha256(body).hexdigest()
    state = state or (Delivery.State.DEAD if reason else Delivery.State.NEW)
    stored = zlib.compress(body, 6) if compress else body
    to_db = connection.ops.adapt_datetimefield_value
    at = to_db(now)
    values = [account_id, channel, digest, stored, compress, content_type[:200], address or None, at, at,
              answer, str(state), reason[:300]]  # fmt: skip
    _trust_a_warm_connection()
    kept = Kept(*one_writer.one_row(_KEEPS[connection.vendor], values))
    _warm.until = time.monotonic() + _WARM_SECONDS
    return kept


def _trust_a_warm_connection() -> None:
    """Skip Django's SELECT 1 where this thread's connection did its work a moment ago: it would double the time.

    Where it died meanwhile, one body is answered 503 and comes again, and Django opens a new connection.
    """
    if time.monotonic() < getattr(_warm, "until", 0):
        connection.health_check_done = True
