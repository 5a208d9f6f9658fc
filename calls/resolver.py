"""What became of requests whose answer was lost: the running call and its records carry the request's id (F-43)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from calls.board import glance
from calls.guard import ANSWER_LOST
from calls.models import Call, Cdr, DialRequest
from voicenter_console import phones
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter.click2call import request_of
from voicenter_console.voicenter.errors import VoicenterError
from voicenter_console.voicenter.records import Direction

logger = logging.getLogger(__name__)
Action, State = DialRequest.Action, DialRequest.State
# A call may last two hours, and a pull may bring its record a day late.
LOOKED_FOR = timedelta(days=2)
# A call that nobody named is ours only where it began as ours would have: at once, but for what clocks differ.
RINGS_WITHIN, CLOCKS_DIFFER = timedelta(minutes=1), timedelta(seconds=10)


def heard(sender: object, *, account: Account, calls: Iterable[Call], **_: object) -> None:
    """Receiver of calls_changed. One query while no answer is missing."""
    since = timezone.now() - LOOKED_FOR
    open_ones = DialRequest.objects.filter(
        account=account, state__in=[State.SENT, State.UNKNOWN], created_at__gte=since
    )
    missing = {str(pk) for pk in open_ones.values_list("pk", flat=True)}
    if missing:
        legs = Cdr.objects.filter(call__in=[call.pk for call in calls]).exclude(custom_data={})
        _match(missing, legs.values_list("call_uid", "custom_data"))


def look_back(pk: UUID) -> None:
    """Its record may have come while its answer was awaited."""
    with transaction.atomic():
        asked = DialRequest.objects.filter(pk=pk, state=State.UNKNOWN).first()
        if asked:
            legs = Cdr.objects.filter(account=asked.account_id, started_at__gte=asked.created_at - timedelta(minutes=5))
            _match({str(pk)}, legs.exclude(custom_data={}).values_list("call_uid", "custom_data"))


def _match(missing: set[str], legs: Iterable[tuple[str, Any]]) -> None:
    for call_uid, custom in legs:
        if (pk := request_of(custom)) in missing:
            _resolve(pk, call_uid)
            missing.discard(pk)


def _resolve(pk: UUID | str, call_uid: str) -> None:
    DialRequest.objects.filter(pk=pk, state__in=[State.SENT, State.UNKNOWN]).update(
        state=State.RESOLVED, call_uid=call_uid, settled_at=timezone.now()
    )


# --- while the call runs ------------------------------------------------------------------------------------


def look_at_phones(may_ask: Callable[[int], bool] = lambda account_id: True) -> None:
    """Find the calls that run: their records come when they are over. One query while no answer is missing.

    Asks Voicenter once an account, at most, whose live events nobody collects, and of which `may_ask` says that it is
    time: every five seconds, no faster.
    """
    lost = DialRequest.objects.filter(state=State.UNKNOWN, created_at__gte=timezone.now() - ANSWER_LOST)
    by_account: dict[Account, list[DialRequest]] = {}
    for asked in lost.exclude(action=Action.TERMINATE).select_related("account"):
        by_account.setdefault(asked.account, []).append(asked)
    for account, some in by_account.items():
        if not may_ask(account.pk):
            continue
        try:
            extensions = glance.phones(account)
        except (VoicenterError, ValueError):
            logger.warning("the phones of account %s cannot be seen now", account.pk, exc_info=True)
            continue
        _find(some, extensions)


def _find(lost: Sequence[DialRequest], extensions: Sequence[dict[str, Any]]) -> None:
    named = {call.get("request"): call["call_id"] for one in extensions for call in one["calls"]}
    for asked in lost:
        if call_uid := named.get(str(asked.pk)) or _only_one(asked, lost, extensions):
            _resolve(asked.pk, call_uid)


def _only_one(asked: DialRequest, lost: Sequence[DialRequest], extensions: Sequence[dict[str, Any]]) -> str:
    """The one call on its phone that it may have become; '' where there is none, or more than one of either."""
    alike = [one for one in lost if (one.phone, one.target) == (asked.phone, asked.target)]
    fit = set(_fitting(asked, extensions))
    fit -= set(DialRequest.objects.filter(account=asked.account, call_uid__in=fit).values_list("call_uid", flat=True))
    return fit.pop() if len(fit) == len(alike) == 1 else ""


def _fitting(asked: DialRequest, extensions: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Calls from its extension to its number, of nobody's request, that began when it was sent."""
    own = [one for one in extensions if asked.phone in (one["code"], one["number"])]
    for call in (call for one in own for call in one["calls"]):
        if call.get("request") or call["direction"] != Direction.OUT or not call["started_at"] or not asked.sent_at:
            continue
        began = datetime.fromisoformat(call["started_at"]) - asked.sent_at
        if -CLOCKS_DIFFER <= began <= RINGS_WITHIN and _same(call["number"], asked.target):
            yield call["call_id"]


def _same(said: str, target: str) -> bool:
    number = phones.parse(said).e164
    return bool(target) and (said == target or number == f"+{target}")
