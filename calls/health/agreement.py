"""What push and pull say of the same calls, hour by hour."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import ExtractHour
from django.utils import timezone

from calls.models import Cdr
from calls.querysets import CdrQuerySet
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter.records import Source
from voicenter_console.webhooks.models import Delivery

# A call id begins with the time of its call.
_CALL_ID = re.compile(r"(?<![0-9A-Za-z])[0-9]{14}[0-9A-Za-z_.-]{0,50}(?![0-9A-Za-z])")
_MOST_IDS = 200
WEEK = timedelta(days=8)
CORROBORATED_WITHIN = timedelta(days=1)
FORGED_FROM = 0.001  # beyond this share of a week somebody may be forging pushes
MOST_LISTED = 20


def by_hour(accounts: Sequence[Account], start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Per hour of the day [start, end) in which the records began: how many `both` ways told of, and how many
    only `one` of them did: `push` or `pull`."""
    hours = [{"hour": f"{hour:02}", "both": 0, "push": 0, "pull": 0} for hour in range(24)]
    began = Cdr.objects.filter(account__in=accounts, started_at__gte=start, started_at__lt=end)
    zone = timezone.get_current_timezone()
    for row in began.values("sources", at=ExtractHour("started_at", tzinfo=zone)).annotate(n=Count("pk")):
        name = "both" if len(row["sources"]) > 1 else row["sources"][0]
        hours[row["at"]][name] += row["n"]
    for hour in hours:
        hour["one"] = hour["push"] + hour["pull"]
    return hours


def uncorroborated(accounts: Sequence[Account], until: datetime | None, now: datetime) -> tuple[int, int]:
    """Of the records of a week that began over a day ago: how many were pushed and never pulled, and how many there
    are. Only where the call log is pulled, and only as far as that is complete, `until` (FAULTS F-24)."""
    pulled = [account.pk for account in accounts if account.pulls]
    end = min(now - CORROBORATED_WITHIN, until or now - WEEK)
    old = Cdr.objects.filter(account__in=pulled, started_at__gte=now - WEEK, started_at__lt=end)
    found = Counter({tuple(row["sources"]): row["n"] for row in old.values("sources").annotate(n=Count("pk"))})
    return found[(Source.PUSH.value,)], found.total()


def one_sided(legs: CdrQuerySet, start: datetime, end: datetime, now: datetime) -> dict[str, list[Cdr]]:
    """The records of [start, end) that only one way told of, newest first: what the push missed (F-23), and what the
    pull does not show although a day is over (F-24). Each list ends at MOST_LISTED."""
    began = legs.filter(started_at__gte=start, started_at__lt=end).order_by("-started_at", "-pk")
    late = began.filter(sources=[Source.PUSH.value], started_at__lt=now - CORROBORATED_WITHIN)
    return {
        "pull": list(began.filter(sources=[Source.PULL.value])[:MOST_LISTED]),
        "push": list(late[:MOST_LISTED]),
    }


def came_otherwise(letters: Iterable[Delivery]) -> list[Cdr]:
    """The records whose call ids stand in these unreadable bodies: they came by another way."""
    letters = list(letters)
    found = {uid for letter in letters for uid in _CALL_ID.findall(letter.bytes.decode("utf-8", "replace"))}
    accounts = {letter.account_id for letter in letters}
    known = Cdr.objects.filter(account__in=accounts, call_uid__in=sorted(found)[:_MOST_IDS])
    return list(known.only("call_uid", "call_id", "sources", "changed_at").order_by("call_uid"))
