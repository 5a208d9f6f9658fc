"""By which clock an account's pushes count, as its own calls show (PROTOCOL, Time)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from calls.models import CdrRecord
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter import records
from voicenter_console.voicenter.clock import ISRAEL
from voicenter_console.voicenter.records import Source

_SAMPLE = 200  # of the latest calls that came by both ways
_ENOUGH = 20
_NEARLY_ALL = 0.9
_NEAR_SECONDS = 120

Clock = Account.Clock


@dataclass(frozen=True, slots=True)
class Check:
    """`agree` of `seen` calls fit the setting; `proposal` is the other clock where nearly all fit that."""

    account: Account
    seen: int
    agree: int
    proposal: Clock | None


def checks(accounts: Sequence[Account]) -> list[Check]:
    """Compares the times that were pushed with the exact ones of the pull."""
    both_ways = CdrRecord.objects.filter(
        account__in=accounts, source=Source.PUSH, cdr__sources=[Source.PULL.value, Source.PUSH.value],
        cdr__time_uncertain=False,
    )  # fmt: skip
    seen: Counter[tuple[int, Clock | None]] = Counter()
    latest = both_ways.order_by("-cdr__started_at").values_list("account", "fields", "cdr__started_at")
    for account_id, said, started_at in latest[:_SAMPLE]:
        seen[account_id, _clock_of(records.notification_offset(said, started_at), started_at)] += 1
    return [_check(account, {clock: seen[account.pk, clock] for clock in (*Clock, None)}) for account in accounts]


def _check(account: Account, seen: dict[Clock | None, int]) -> Check:
    total = sum(seen.values())
    setting = Clock(account.push_clock)
    other = Clock.TRUE if setting is Clock.WALL else Clock.WALL
    proposed = total >= _ENOUGH and seen[other] >= _NEARLY_ALL * total
    return Check(account, total, seen[setting], other if proposed else None)


def _clock_of(offset: int | None, started_at: datetime) -> Clock | None:
    if offset is None:
        return None
    wall = started_at.astimezone(ISRAEL).utcoffset()
    if abs(offset) <= _NEAR_SECONDS:
        return Clock.TRUE
    return Clock.WALL if wall and abs(offset - wall.total_seconds()) <= _NEAR_SECONDS else None
