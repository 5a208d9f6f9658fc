"""All cards of an account anew, as a job: after a setting changed what counts as lost, or for calls of before."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Collate
from django.utils.translation import gettext as _

from calls import ingest
from calls.models import Call, Recovery
from calls.recovery import keeping
from voicenter_console.jobs import claims
from voicenter_console.jobs.claims import Progress
from voicenter_console.jobs.models import Job
from voicenter_console.live.publish import publish_all
from voicenter_console.organisation.models import Account, User
from voicenter_console.webhooks import locks

KIND = "calls.recoveries"
PAUSE_SECONDS = 0.05  # between batches the ingester is free for what arrives
BATCH = min(ingest.SLICE, 200)
_EVER = datetime(2000, 1, 1, tzinfo=UTC)


def ask(actor: User | None, account: Account) -> Job:
    label = _("Finding the lost callers of %(account)s") % {"account": account.name}
    return claims.enqueue(KIND, label, owner=actor, key=str(account.pk), account=account.pk)


def run(progress: Progress) -> None:
    """The job's runner. Twice changes nothing; after a crash it goes on behind the last batch."""
    account = Account.objects.get(pk=progress.job.parameters["account"])
    seen = {"after": "", "done": 0, **progress.job.result}
    progress.report(seen["done"])
    while batch := _numbers(account, seen["after"]):
        while not _anew(account, batch):
            progress.report(seen["done"])
            time.sleep(0.2)
        seen = {"after": batch[-1], "done": seen["done"] + len(batch)}
        progress.report(seen["done"], result=seen)
        time.sleep(PAUSE_SECONDS)


def _numbers(account: Account, after: str) -> list[str]:
    """The next numbers that called, in E.164 or as they were sent where they are in no use, or that have a card."""
    incoming = Call.objects.filter(account=account, direction="in", answered=False)
    # Words and extensions are among those without E.164; `refresh` finds no call of theirs that means something.
    found = {
        *_next(incoming.filter(customer_e164=""), "customer", after),
        *_next(Recovery.objects.filter(account=account), "number", after),
    }
    if after < "+" or after.startswith("+"):
        # All begin with a plus and go on in digits, which every collation puts in the same order: by the index.
        e164 = incoming.filter(customer_e164__gt=max(after, "+")).order_by("customer_e164")
        found.update(e164.values_list("customer_e164", flat=True).distinct()[:BATCH])
    return sorted(found)[:BATCH]


def _next(rows: QuerySet[Any], name: str, after: str) -> QuerySet[Any]:
    """In the order of their characters, as `sorted` has them, whatever the database's collation."""
    told = rows.annotate(told=Collate(name, "C" if connection.vendor == "postgresql" else "BINARY"))
    return told.filter(told__gt=after).order_by("told").values_list("told", flat=True).distinct()[:BATCH]


def _anew(account: Account, numbers: list[str]) -> bool:
    """False where another worker is the account's ingester right now."""
    with locks.ingester(account.pk) as held:
        if held:
            with transaction.atomic():
                news = keeping.refresh(account, dict.fromkeys(numbers, _EVER), set(numbers))
                if news:
                    publish_all(account, [news])
        return held
