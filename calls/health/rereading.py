"""After an account's clock was switched, what it said is read again, by the ingester's own hand, as a job."""

from __future__ import annotations

import time

from django.db import transaction
from django.utils.translation import gettext as _

from calls import ingest
from calls.models import CdrRecord
from voicenter_console.jobs import claims
from voicenter_console.jobs.claims import Progress
from voicenter_console.jobs.models import Job
from voicenter_console.organisation import audit
from voicenter_console.organisation.models import Account, User
from voicenter_console.webhooks import locks

KIND = "calls.reread"
PAUSE_SECONDS = 0.05  # between batches the ingester is free for what arrives


@transaction.atomic
def switch_clock(actor: User, account: Account, to: str, *, address: str | None = None) -> Job | None:
    """From now on this account's pushes count by the clock `to`; all it pushed before is read again.

    None where it is so already.
    """
    account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if account.push_clock == to:
        return None
    audit.record(actor, "account.clock", account, before=account.push_clock, after=to, address=address)
    account.push_clock = to
    account.save(update_fields=["push_clock"])
    label = _("Reading the calls of %(account)s by the new clock") % {"account": account.name}
    return claims.enqueue(KIND, label, owner=actor, key=f"{account.pk}:{to}", account=account.pk)


def run(progress: Progress) -> None:
    """The job's runner. Twice changes nothing; after a crash it goes on behind the last batch."""
    account_id = progress.job.parameters["account"]
    uids = (
        CdrRecord.objects.filter(account=account_id).order_by("call_uid").values_list("call_uid", flat=True).distinct()
    )
    seen = {"after": "", "done": 0, **progress.job.result}
    progress.report(seen["done"], seen["done"] + uids.filter(call_uid__gt=seen["after"]).count())
    while batch := list(uids.filter(call_uid__gt=seen["after"])[: ingest.SLICE]):
        while not _reread(account_id, batch):
            progress.report(seen["done"])
            time.sleep(0.2)
        seen = {"after": batch[-1], "done": seen["done"] + len(batch)}
        progress.report(seen["done"], result=seen)
        time.sleep(PAUSE_SECONDS)


def _reread(account_id: int, uids: list[str]) -> bool:
    """False where another worker is the account's ingester right now."""
    with locks.ingester(account_id) as held:
        if held:
            with transaction.atomic():
                ingest.reread(Account.objects.get(pk=account_id), uids)
        return held
