"""Dead letters once more: one, all of one cause, or all, as a job (FAULTS F-27, F-28).

Replay puts a body back where it came in: state new, attempts 0, the same ingester. What still cannot be read
ends among the dead letters again, with the answer it was given then. Doing it twice changes nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from voicenter_console.jobs import claims
from voicenter_console.jobs.claims import Progress
from voicenter_console.jobs.models import Job
from voicenter_console.organisation import audit
from voicenter_console.organisation.models import Account, User

from . import ingest
from .models import Delivery, DeliveryQuerySet

KIND = "deliveries.replay"
# Live deliveries wait for one batch at most, and then have the database to themselves for as long: a replay of 50,000
# takes minutes, and nobody notices it (F-28). A batch is as many as BATCH_SECONDS are enough for, the last one tells.
BATCH, MOST_IN_A_BATCH = 20, 200
BATCH_SECONDS = 0.1
PAUSE_SECONDS = 0.05
# How long a batch is waited for; the sweep goes on with what needs longer.
PATIENCE_SECONDS = 5.0

State = Delivery.State


def chosen(actor: User, *, reason: str | None = None, pk: int | None = None) -> DeliveryQuerySet:
    """The dead letters this person sees: all, those of one cause, or one."""
    dead = Delivery.objects.visible_to(actor).dead()
    if reason is not None:
        dead = dead.filter(reason=reason)
    return dead if pk is None else dead.filter(pk=pk)


def ask(actor: User, *, reason: str | None = None, pk: int | None = None, address: str | None = None) -> Job | None:
    """A job that replays the chosen dead letters; the one that does so already; None where there are none.

    A body that was refused unread (413, 415) has nothing to be read again.
    """
    letters = chosen(actor, reason=reason, pk=pk).exclude(body=b"")
    pks = letters.order_by("-pk").values_list("pk", flat=True)
    count, newest = pks.count(), pks.first()
    if newest is None:
        return None
    accounts = sorted(letters.order_by().values_list("account_id", flat=True).distinct())
    key = hashlib.sha256(repr((accounts, reason, pk)).encode()).hexdigest()
    if asked := claims.unfinished(KIND, key):
        return asked
    label = ngettext("Replay of %(n)s delivery", "Replay of %(n)s deliveries", count) % {"n": f"{count:,}"}
    with transaction.atomic():
        audit.record(
            actor,
            KIND,
            reason or pk or "all",
            after={"deliveries": count, "accounts": accounts},
            address=address,
        )
        return claims.enqueue(
            KIND, label, owner=actor, key=key, accounts=accounts, reason=reason, pk=pk, newest=newest,
            count=count, language=translation.get_language(),
        )  # fmt: skip


def run(progress: Progress) -> None:
    """The job's runner. Called again after a crash, it goes on behind the last batch that was finished."""
    asked = progress.job.parameters
    seen = {"after": 0, "done": 0, "understood": 0, "unread": 0, **progress.job.result}
    progress.report(seen["done"], asked["count"])
    size = BATCH
    while pks := _next(asked, seen["after"], size):
        began = time.monotonic()
        again = Delivery.objects.filter(pk__in=pks, state=State.DEAD)
        again.update(state=State.NEW, attempts=0, due_at=Now(), done_at=None)
        _settle(asked["accounts"], pks, partial(progress.report, seen["done"]))
        replayed = Delivery.objects.filter(pk__in=pks)
        seen["understood"] += replayed.filter(state__in=[State.DONE, State.IGNORED]).count()
        seen["unread"] += replayed.filter(state=State.DEAD).count()
        seen["after"] = pks[-1]
        seen["done"] += len(pks)
        with translation.override(asked["language"]):
            progress.report(seen["done"], message=_outcome(seen), result=seen)
        took = time.monotonic() - began
        time.sleep(max(PAUSE_SECONDS, took))
        size = _size(size, took)


def _size(last: int, took: float) -> int:
    """How many next: at most twice as many as last time, as those were perhaps the quick ones."""
    return max(1, min(int(last * BATCH_SECONDS / took), 2 * last, MOST_IN_A_BATCH))


def _next(asked: dict[str, object], after: int, size: int) -> list[int]:
    dead = Delivery.objects.dead().exclude(body=b"")
    dead = dead.filter(account_id__in=asked["accounts"], pk__gt=after, pk__lte=asked["newest"])
    if asked["reason"] is not None:
        dead = dead.filter(reason=asked["reason"])
    if asked["pk"] is not None:
        dead = dead.filter(pk=asked["pk"])
    return list(dead.order_by("pk").values_list("pk", flat=True)[:size])


def _settle(account_ids: Sequence[int], pks: Sequence[int], report: partial[None]) -> None:
    """Ingest until these are done or dead. Another worker may hold the ingester; then they are its to do."""
    accounts = list(Account.objects.filter(pk__in=account_ids))
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        for account in accounts:
            ingest.drain(account)
        if time.monotonic() > until or not Delivery.objects.filter(pk__in=pks, state=State.NEW).exists():
            return
        report()
        time.sleep(0.2)


def _outcome(seen: dict[str, int]) -> str:
    words = _("%(understood)s understood, %(unread)s still cannot be read")
    return words % {"understood": f"{seen['understood']:,}", "unread": f"{seen['unread']:,}"}


@transaction.atomic
def set_aside(actor: User, *, reason: str | None = None, pk: int | None = None, address: str | None = None) -> int:
    """Nobody needs to look at the chosen dead letters any more; they stay kept. Returns how many."""
    count = chosen(actor, reason=reason, pk=pk).update(state=State.IGNORED)
    if count:
        audit.record(actor, "deliveries.set_aside", reason or pk or "all", after={"deliveries": count}, address=address)
    return count


@transaction.atomic
def put_back(actor: User, *, reason: str | None = None, pk: int | None = None, address: str | None = None) -> int:
    """The undo of `set_aside`."""
    letters = aside(Delivery.objects.visible_to(actor))
    if reason is not None:
        letters = letters.filter(reason=reason)
    if pk is not None:
        letters = letters.filter(pk=pk)
    count = letters.update(state=State.DEAD)
    if count:
        audit.record(actor, "deliveries.put_back", reason or pk or "all", after={"deliveries": count}, address=address)
    return count


def aside(deliveries: DeliveryQuerySet) -> DeliveryQuerySet:
    """Dead letters that were set aside; a delivery of a channel without a handler has no reason to show."""
    return deliveries.filter(state=State.IGNORED).exclude(reason="")
