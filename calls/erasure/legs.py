"""What was said of their calls: each record without them, and every leg and call made anew of the records.

The ingester's own work, so it is done behind the ingester's lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from calls import bulk, ingest
from calls.models import Call, CallId, CdrRecord
from calls.signals import person_erased
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.tombstones import Erased
from voicenter_console.voicenter import redaction
from voicenter_console.voicenter.records import Source
from voicenter_console.webhooks import locks

AT_ONCE = 50


def calls_of(account: Account, erased: Erased, wanted: str | None) -> list[int]:
    """The calls (by key) in any of whose records they are named."""
    records = CdrRecord.objects.filter(account=account).order_by("pk")
    if wanted is not None:
        records = records.annotate(as_text=Cast("fields", TextField())).filter(as_text__regex=wanted)
    uids = {
        uid for uid, said in records.values_list("call_uid", "fields").iterator(2000)
        if redaction.fields(said, erased) is not None
    }  # fmt: skip
    return sorted({row.call_id for row in bulk.found(CallId.objects.filter(account=account), "call_uid", uids)})


def forget(account: Account, calls: Iterable[int], erased: Erased, told: Callable[[int], None]) -> int:
    """Take them out of these calls; returns how many records were changed."""
    changed = done = 0
    for some in bulk.chunks(calls, AT_ONCE):
        while (written := _forget(account, some, erased)) is None:
            told(done)
            time.sleep(0.2)
        changed += written
        done += len(some)
        told(done)
    return changed


def _forget(account: Account, calls: list[int], erased: Erased) -> int | None:
    """None where another worker is the account's ingester right now."""
    with locks.ingester(account.pk) as held:
        if not held:
            return None
        with transaction.atomic():
            uids = [row.call_uid for row in bulk.found(CallId.objects.filter(account=account), "call", calls)]
            changed = _rewrite(account, uids, erased)
            ingest.reread(account, uids)
            person_erased.send(sender=Call, account=account, calls=list(Call.objects.filter(pk__in=calls)))
        return changed


def _rewrite(account: Account, uids: list[str], erased: Erased) -> int:
    """All records of their calls: also one that names nobody may lead to their recording."""
    of_account = CdrRecord.objects.filter(account=account)
    rows = sorted(bulk.found(of_account, "call_uid", uids), key=lambda row: row.first_received_at)
    changed, seen = [], {row.content for row in rows}
    for row in rows:
        said = redaction.fields(row.fields, erased, whole=True)
        if said is None:
            continue
        arrival = ingest.Arrival(Source(row.source), said, row.first_received_at, row.delivery_id)
        content = ingest.content_of(arrival)
        if content in seen:  # they differed by the person alone
            row.delete()
        else:
            row.fields, row.content = said, content
            seen.add(content)
        changed.append(row)
    bulk.update([row for row in changed if row.pk], ["fields", "content"])
    return len(changed)
