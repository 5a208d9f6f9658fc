"""What the deliveries tell of the lines they come by: signs of life, hours, causes of dead letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import ExtractHour, Length
from django.utils import timezone

from voicenter_console.organisation.models import Account
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

from .models import Delivery, DeliveryQuerySet

# Without a push for so long, where the same span a week ago had so many, the line is silent.
SILENT_AFTER = timedelta(minutes=30)
SILENT_FROM = 10
MOST_CAUSES = 50

Channel, State = Delivery.Channel, Delivery.State


def accounts_led(actor: Actor) -> QuerySet[Account]:
    """The accounts whose deliveries the actor sees and acts upon; as Delivery.objects.visible_to."""
    if not actor.may(Right.SEE_DELIVERIES):
        return Account.objects.none()
    if actor.may(Right.SEE_ALL_ACCOUNTS):
        return Account.objects.all()
    return Account.objects.filter(pk__in=actor.whole_account_ids)


def accounts_watched(actor: Actor) -> QuerySet[Account]:
    """The accounts whose health the actor sees, figures and no bodies: every manager counts on it."""
    if not actor.may(Right.SEE_DELIVERIES):
        return Account.objects.none()
    if actor.may(Right.SEE_ALL_ACCOUNTS):
        return Account.objects.all()
    return Account.objects.filter(departments__in=actor.department_ids).distinct()


def with_last_push(accounts: QuerySet[Account]) -> list[Account]:
    """Each account with `last_push`, when a call record was last pushed, or None."""
    pushes = Delivery.objects.filter(account=OuterRef("pk"), channel=Channel.CDR).order_by("-received_at")
    last = Subquery(pushes.values("last_received_at")[:1])
    return list(accounts.annotate(last_push=last).order_by("name"))


def usual_pushes(accounts: Sequence[Account], now: datetime) -> dict[int, int]:
    """By account: how many pushes came a week ago in the span for which it has been silent now."""
    week = timedelta(days=7)
    spans = {
        f"of_{account.pk}": Count(
            "pk",
            filter=Q(account=account, received_at__gt=account.last_push - week, received_at__lte=now - week),
        )
        for account in accounts
        if account.last_push and account.last_push < now - SILENT_AFTER
    }  # fmt: skip
    if not spans:
        return {}
    earliest = min(account.last_push for account in accounts if account.last_push) - week
    pushes = Delivery.objects.filter(
        account__in=accounts, channel=Channel.CDR, received_at__gt=earliest, received_at__lte=now - week
    )  # fmt: skip
    return {int(name.removeprefix("of_")): count for name, count in pushes.aggregate(**spans).items()}


def hours(pushed: DeliveryQuerySet, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Per hour of the local day [start, end): bodies by what became of them, and how often one came again.

    A hundred resends of a body count in the hour of the last of them.
    """
    found = {hour: {"hour": f"{hour:02}", "understood": 0, "waiting": 0, "again": 0, "unread": 0} for hour in range(24)}
    zone = timezone.get_current_timezone()
    first = pushed.filter(received_at__gte=start, received_at__lt=end)
    for row in first.values(at=ExtractHour("received_at", tzinfo=zone)).annotate(
        new=Count("pk", filter=Q(state=State.NEW)),
        dead=Count("pk", filter=Q(state=State.DEAD)),
        n=Count("pk"),
    ):
        hour = found[row["at"]]
        hour["waiting"], hour["unread"] = row["new"], row["dead"]
        hour["understood"] = row["n"] - row["new"] - row["dead"]
    again = first.filter(times__gt=1, last_received_at__lt=end)
    for row in again.values(at=ExtractHour("last_received_at", tzinfo=zone)).annotate(more=Sum("times") - Count("pk")):
        found[row["at"]]["again"] = row["more"]
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Cause:
    """Dead letters that could not be read for the same reason; `address` where all came from one."""

    reason: str
    count: int
    readable: int
    first: datetime
    last: datetime
    address: str


def causes(letters: DeliveryQuerySet) -> list[Cause]:
    """The MOST_CAUSES most frequent reasons. `readable` bodies were kept and can be replayed."""
    rows = (
        letters.annotate(length=Length("body"))
        .values("reason")
        .annotate(
            n=Count("pk"), first=Min("received_at"), last=Max("last_received_at"),
            kept=Count("pk", filter=Q(length__gt=0)), lowest=Min("address"), highest=Max("address"),
        )
        .order_by("-n", "reason")[:MOST_CAUSES]
    )  # fmt: skip
    return [
        Cause(row["reason"], row["n"], row["kept"], row["first"], row["last"],
              row["lowest"] or "" if row["lowest"] == row["highest"] else "")
        for row in rows
    ]  # fmt: skip
