"""Queues by number and name. A record may lack its queue's number (a pull does): then it is the queue that was last
seen with that name; and a number is called by the last name it came with (PROTOCOL S4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db.models import Q

from calls.models import Cdr, QueueName
from voicenter_console.organisation.models import Account

from .cubes import hour_of

# (account, number or None, name)
Queue = tuple[int, int | None, str]


def remember(account: Account, legs: Iterable[Cdr]) -> None:
    """Numbers and names that came together, and when last. Called by the ingester, in its transaction."""
    zone, seen = ZoneInfo(account.zone), {}
    for leg in legs:
        if leg.queue_id and leg.queue_name:
            pair, hour = (leg.queue_id, leg.queue_name), hour_of(leg.started_at, zone)
            seen[pair] = max(seen.get(pair, hour), hour)
    if not seen:
        return
    known = {(row.number, row.name): row for row in QueueName.objects.filter(account=account)}
    fresh = [pair for pair in seen if pair not in known]
    QueueName.objects.bulk_create(
        [QueueName(account=account, number=n, name=name, last_hour=seen[n, name]) for n, name in fresh]
    )
    for pair, hour in seen.items():
        if pair in known and known[pair].last_hour < hour:
            QueueName.objects.filter(pk=known[pair].pk, last_hour__lt=hour).update(last_hour=hour)


class Names:
    """What the queues of some accounts are called, in one query."""

    def __init__(self, accounts: Iterable[int]) -> None:
        self._number: dict[tuple[int, str], int] = {}
        self._name: dict[tuple[int, int], str] = {}
        self._names: dict[tuple[int, int], list[str]] = defaultdict(list)
        rows = QueueName.objects.filter(account__in=accounts).order_by("last_hour", "pk")
        for account, number, name in rows.values_list("account_id", "number", "name"):
            self._number[account, name] = number
            self._name[account, number] = name
        for (account, name), number in self._number.items():
            self._names[account, number].append(name)

    def of(self, account: int, number: int, name: str) -> Queue:
        """The queue of a record that says this `number` (0: none) and this name."""
        number = number or self._number.get((account, name), 0)
        return account, number or None, self._name.get((account, number), name)

    def legs(self, queue: Queue) -> Q:
        """The condition on legs that finds all records of the queue, and no others."""
        account, number, name = queue
        if number is None:
            return Q(account=account, queue_id=None, queue_name=name)
        nameless = Q(queue_id=None, queue_name__in=self._names[account, number])
        return Q(account=account) & (Q(queue_id=number) | nameless)

    def choices(self) -> list[Queue]:
        return sorted(((account, number, name) for (account, number), name in self._name.items()), key=lambda q: q[2])
