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

_SAMPLE = 50  # of an account's latest calls that came by both ways: enough, and few enough to see a change soon
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
    return [_check(account, _seen(account)) for account in accounts]


def _seen(account: Account) -> Counter[Clock | None]:
    both_ways = CdrRecord.objects.filter(
        account=account, source=Source.PUSH, cdr__sources=[Source.PULL.value, Source.PUSH.value],
        cdr__time_uncertain=False,
    )  # fmt: skip
    latest = both_ways.order_by("-cdr__started_at").values_list("fields", "cdr__started_at")[:_SAMPLE]
    return Counter(_clock_of(records.notification_offset(said, at), at) for said, at in latest)


def _check(account: Account, seen: Counter[Clock | None]) -> Check:
    setting = Clock(account.push_clock)
    other = Clock.TRUE if setting is Clock.WALL else Clock.WALL
    proposed = seen.total() == _SAMPLE and seen[other] >= _NEARLY_ALL * _SAMPLE
    return Check(account, seen.total(), seen[setting], other if proposed else None)


def _clock_of(offset: int | None, started_at: datetime) -> Clock | None:
    if offset is None:
        return None
    wall = started_at.astimezone(ISRAEL).utcoffset()
    if abs(offset) <= _NEAR_SECONDS:
        return Clock.TRUE
    return Clock.WALL if wall and abs(offset - wall.total_seconds()) <= _NEAR_SECONDS else None
