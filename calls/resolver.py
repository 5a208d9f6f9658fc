"""What became of requests whose answer was lost: the call's records carry the request's id (FAULTS F-43)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from calls.models import Call, Cdr, DialRequest
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter.click2call import REQUEST

State = DialRequest.State
# A call may last two hours, and a pull may bring its record a day late.
LOOKED_FOR = timedelta(days=2)


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
        named = {str(value) for key, value in custom.items() if key.casefold() == REQUEST}
        for pk in named & missing:
            DialRequest.objects.filter(pk=pk, state__in=[State.SENT, State.UNKNOWN]).update(
                state=State.RESOLVED, call_uid=call_uid, settled_at=timezone.now()
            )
            missing.discard(pk)
