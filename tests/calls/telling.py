"""Tell the ingester what the provider says, message by message, and read what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from calls import ingest
from calls.models import Agent, Call, CallId, Cdr, Extension
from voicenter_console.organisation.models import Account, Department
from voicenter_console.voicenter.records import Source

NOON = datetime(2026, 11, 22, 10, tzinfo=UTC)
AFTER = NOON + timedelta(hours=1)

Message = tuple[Source, dict[str, Any]]


def push(fields: dict[str, Any]) -> Message:
    return Source.PUSH, fields


def pull(fields: dict[str, Any]) -> Message:
    return Source.PULL, fields


def tell(account: Account, *batches: Message | Sequence[Message]) -> None:
    """Let the ingester take each batch (one message is one too), each message received a second after the last."""
    number = 0
    for batch in batches:
        messages = [batch] if isinstance(batch, tuple) and isinstance(batch[0], Source) else batch
        arrivals = []
        for source, fields in messages:
            arrivals.append(ingest.Arrival(source, fields, AFTER + timedelta(seconds=number), None))
            number += 1
        with transaction.atomic():
            ingest.take(account, arrivals)


_OF_A_CDR = [f.name for f in Cdr._meta.concrete_fields if f.name not in {"id", "call", "changed_at"}]
_OF_A_CALL = [f.name for f in Call._meta.concrete_fields if f.name not in {"id", "created_at", "changed_at"}]


def rows(account: Account) -> list[dict[str, Any]]:
    """Every Call with its ids and Cdrs: all fields but keys and the times of writing; people, phones and departments
    by what the provider calls them. Comparable between two databases, or two orders of the same messages."""
    found = []
    for call in Call.objects.filter(account=account).select_related("agent", "department"):
        legs = call.cdrs.select_related("agent", "line", "department").order_by("call_uid", "type")
        found.append(
            {name: _plain(getattr(call, name)) for name in _OF_A_CALL}
            | {
                "ids": sorted(CallId.objects.filter(call=call).values_list("call_uid", flat=True)),
                "cdrs": [
                    {name: _plain(getattr(leg, name)) for name in _OF_A_CDR}
                    | {"records": sorted(leg.records.values_list("content", flat=True))}
                    for leg in legs
                ],
            }
        )
    return sorted(found, key=lambda call: call["ids"])


def _plain(value: Any) -> Any:
    match value:
        case Agent():
            return value.key
        case Extension():
            return value.code
        case Department():
            return value.provider_id
        case _:
            return value


def ids(account: Account) -> list[list[str]]:
    """The call ids of each Call."""
    return [call["ids"] for call in rows(account)]


def outcomes(account: Account) -> list[str]:
    return [call.outcome for call in Call.objects.filter(account=account)]


def only(calls: Iterable[Call]) -> Call:
    (call,) = calls
    return call
