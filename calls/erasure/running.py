"""The job that forgets. Each step may be done twice, so after a crash it begins again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from calls.erasure import asking, files, ledger, legs, places
from calls.models import ContactMerge, ContactNumber, Erasure
from calls.recovery import forgetting
from voicenter_console.jobs.claims import Progress
from voicenter_console.organisation import tombstones
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.tombstones import Erased
from voicenter_console.webhooks import erasing

Told = Callable[[str], None]


def run(progress: Progress) -> None:
    """The job's runner; the certificate is written when nothing is left."""
    erasure = Erasure.objects.select_related("account").get(pk=progress.job.parameters["erasure"])
    if erasure.numbers is None:
        return
    numbers = json.loads(erasure.numbers)
    # Until here other processes' snapshots may be a moment old; what they kept meanwhile is swept below.
    time.sleep(2 * tombstones.FRESH_SECONDS)
    counts = dict(erasure.counts)
    done = 0

    def told(place: str, more: int = 0) -> None:
        nonlocal done
        done += 1
        counts[place] = counts.get(place, 0) + more
        progress.report(done)

    forget(erasure.account, numbers, told)
    ledger.append(erasure.account, erasure.digests)
    with transaction.atomic():
        Erasure.objects.filter(pk=erasure.pk).update(
            numbers=None, finished_at=timezone.now(), counts={place: n for place, n in counts.items() if n}
        )
        with translation.override(progress.job.parameters["language"]):
            progress.report(done, message=_("%(n)s rows were changed or deleted") % {"n": f"{sum(counts.values()):,}"})


def forget(account: Account, numbers: list[str] | None, told: Callable[..., None]) -> None:
    """Take the owners of `numbers` out of everything that is kept; None: all who have a tombstone (a restored backup
    holds them whole, and a tombstone does not tell the number). `told(place, rows)` after each piece of work."""
    _leave_no_trace()
    erased = tombstones.of(account.pk, fresh=True)
    if erased is None:
        return
    wanted = places.pattern(numbers) if numbers else None
    told("contacts", _contacts(account, erased))
    calls = legs.calls_of(account, erased, wanted)
    told("records", legs.forget(account, calls, erased, lambda done: told("records")))
    told("calls", len(calls))
    told("recoveries", forgetting.forget(account, erased.holds))
    before = 0
    for _looked, changed in erasing.scrub_all(account, erased):
        told("deliveries", changed - before)
        before = changed
    told("exports", files.forget(account, erased))
    for model, texts in places.tables():
        name = model._meta.label_lower
        told(name, places.sweep(model, texts, account, erased, wanted, lambda name=name: told(name)))


def _contacts(account: Account, erased: Erased) -> int:
    """Their numbers, the contacts that are nothing else, and what two contacts were before they became one."""
    theirs = [row for row in ContactNumber.objects.filter(account=account).iterator() if erased.holds(row.e164)]
    deleted, _kept = asking.whose(account, sorted({row.e164 for row in theirs}))
    with transaction.atomic():
        ContactMerge.objects.filter(survivor__in=[row.contact_id for row in theirs]).update(before={})
        ContactNumber.objects.filter(pk__in=[row.pk for row in theirs]).delete()
        for contact in deleted:
            contact.delete()
    return len(theirs)


def _leave_no_trace() -> None:
    """SQLite keeps what was deleted in its free pages, unless it is told not to."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def certificate(erasure: Erasure) -> dict[str, Any]:
    """What is given to the person who asked. Times in UTC; `rows` by table."""
    return {
        "certificate": str(erasure),
        "account": erasure.account.name,
        "asked_by": erasure.by_name,
        "asked_at": erasure.asked_at.isoformat(),
        "finished_at": erasure.finished_at and erasure.finished_at.isoformat(),
        "numbers": len(erasure.digests),
        "digests": erasure.digests,
        "rows": erasure.counts,
    }
