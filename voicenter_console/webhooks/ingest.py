"""The ingester: takes what waits in the inbox, pushes first, oldest first, and hands it to its channel's handler.

Attempts are committed before the work, so that a body which kills its process is counted. A first-timer is taken
together with up to 199 others; a row that was tried before is taken alone, so that only the poisonous one ends
among the dead letters. When a row is due is told by the database's clock alone (FAULTS F-13).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import InterfaceError, InternalError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from voicenter_console.jobs import stopping
from voicenter_console.organisation.models import Account

from . import channels, erasing, faultpoints, locks
from .models import Delivery

logger = logging.getLogger(__name__)
BATCH = 200
MOST_ATTEMPTS = 5


def drain(account: Account) -> int:
    """Ingest all that is due for `account`; returns how many deliveries were finished.

    Looks again after it let go of the lock: what arrived meanwhile found it held, and nobody else would come.
    """
    finished = 0
    while not stopping.asked() and _due(account).exists():
        with locks.ingester(account.pk) as held:
            if not held:
                break
            while not stopping.asked() and (batch := _take(account)):
                finished += _work(account, batch)
    return finished


def drain_all() -> int:
    """What the sweeps do: every account with something due."""
    due = Delivery.objects.waiting().filter(due_at__lte=Now()).values("account_id").distinct()
    return sum(drain(account) for account in Account.objects.filter(pk__in=due))


def _due(account: Account):
    return Delivery.objects.waiting().filter(account=account, due_at__lte=Now())


def _take(account: Account, *, pushed_alone: bool = False) -> list[Delivery]:
    """Claim the next batch: attempts are committed here, and a lost process comes back to it after a back-off.

    What was pushed goes before the pages of a pull, which take long and tell of calls that ended minutes ago.
    """
    pages = Q(channel__in=channels.long())
    pushed = _due(account).exclude(pages)
    batch = list(pushed.filter(attempts=0).order_by("id")[:BATCH]) or list(pushed.order_by("id")[:1])
    if not batch and not pushed_alone:
        batch = list(_due(account).filter(pages).order_by("attempts", "id")[:1])
    for delivery in batch:
        delivery.attempts += 1
    wait = timedelta(seconds=min(2 ** batch[0].attempts, 60)) if batch else None
    if batch:
        Delivery.objects.filter(pk__in=[row.pk for row in batch], state=Delivery.State.NEW).update(
            attempts=F("attempts") + 1, due_at=Now() + wait
        )
    return batch


def _work(account: Account, batch: Sequence[Delivery]) -> int:
    if batch[0].attempts > MOST_ATTEMPTS:
        _bury(batch[0], f"worker lost ×{MOST_ATTEMPTS}")
        return 1
    by_channel: dict[str, list[Delivery]] = {}
    for delivery in batch:
        by_channel.setdefault(delivery.channel, []).append(delivery)
    finished = len(batch)
    try:
        for channel, deliveries in by_channel.items():
            finished += _handle(account, channel, deliveries)
    except (OperationalError, InterfaceError, InternalError):
        raise  # the database's trouble, not the delivery's: nothing is buried, the sweep comes back
    except Exception as error:
        logger.exception("delivery %s and %s more could not be ingested", batch[0].pk, len(batch) - 1)
        if len(batch) == 1 and batch[0].attempts >= MOST_ATTEMPTS:
            _bury(batch[0], f"{type(error).__name__}: {error}")
            return 1
        if len(batch) > 1:  # each alone, at once
            Delivery.objects.filter(pk__in=[row.pk for row in batch]).update(due_at=Now())
        return 0
    return finished


def _handle(account: Account, channel: str, deliveries: Sequence[Delivery]) -> int:
    """One transaction, or as many as the handler takes; in the last of them the deliveries are done.

    Between two, what was pushed meanwhile is ingested; how many that were. Where this process is told to end
    there, another begins anew: what is written may be said again.
    """
    faultpoints.reached("parse", deliveries)
    erasing.late(account, deliveries)
    handler = channels.handler(channel)
    steps = handler(account, deliveries) if handler else None
    dead = _step(steps) if steps else {}  # it reads, while nothing is locked
    finished, meanwhile = False, 0
    while not finished:
        began = time.monotonic()
        with transaction.atomic():
            dead = _step(steps) if dead is None else dead
            if finished := dead is not None:
                _finish(deliveries, dead, Delivery.State.DONE if steps else Delivery.State.IGNORED)
        if not finished and stopping.asked():
            _give_back(deliveries)
            break
        _let_others_write(time.monotonic() - began)
        while not finished and channel in channels.long() and (batch := _take(account, pushed_alone=True)):
            meanwhile += _work(account, batch)
    return meanwhile


def _let_others_write(seconds: float) -> None:
    """SQLite's waiting writers look again each tenth of a second or so, and whoever asks first has it: an ingester
    that wrote without a pause would starve the hooks until they give up (ADR 2). So it leaves as much as it took."""
    if connection.vendor == "sqlite":
        time.sleep(min(seconds, 1.0))


def _step(steps: channels.Steps) -> dict[int, str] | None:
    """None where there is more to do."""
    try:
        next(steps)
    except StopIteration as end:
        return end.value
    return None


def _finish(deliveries: Sequence[Delivery], dead: Mapping[int, str], state: str) -> None:
    now = timezone.now()
    for pk, reason in dead.items():
        Delivery.objects.filter(pk=pk).update(state=Delivery.State.DEAD, reason=reason[:300], done_at=now)
    good = [row.pk for row in deliveries if row.pk not in dead]
    Delivery.objects.filter(pk__in=good).update(state=state, reason="", done_at=now)


def _give_back(deliveries: Sequence[Delivery]) -> None:
    Delivery.objects.filter(pk__in=[row.pk for row in deliveries], state=Delivery.State.NEW).update(
        attempts=F("attempts") - 1, due_at=Now()
    )


def _bury(delivery: Delivery, reason: str) -> None:
    Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.NEW).update(
        state=Delivery.State.DEAD, reason=reason[:300], done_at=timezone.now()
    )
