"""What the ingester does with deliveries of VCC Live: notifications, and the answers that we fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from calls import ingest
from calls.models import AwaitedCall
from calls.vcc import fetching
from voicenter_console.organisation.models import Account
from voicenter_console.vcc_live import cdr
from voicenter_console.vcc_live.errors import Garbled, NotYet, Refused
from voicenter_console.voicenter import wire
from voicenter_console.voicenter.errors import Garbled as GarbledBody
from voicenter_console.voicenter.records import Source
from voicenter_console.webhooks import drift
from voicenter_console.webhooks.channels import Steps
from voicenter_console.webhooks.models import Delivery

FIRST_AFTER = timedelta(minutes=5)
ELSEWHERE = "this account is not one at VCC Live"


def take_notifications(account: Account, deliveries: Sequence[Delivery]) -> Steps:
    """Handler of the channel `vcc`: the call is there at once, its record is asked for in five minutes."""
    told: list[tuple[Delivery, Mapping[str, Any]]] = []
    dead: dict[int, str] = {}
    for delivery in deliveries:
        try:
            told.append((delivery, notification(account, wire.decode(delivery.bytes, delivery.content_type).payload)))
        except (Garbled, GarbledBody) as error:
            dead[delivery.pk] = error.reason
    yield
    _flag_others(account, [said for _, said in told])
    zone = ZoneInfo(account.zone)
    for delivery, said in told:
        day = cdr.day_of(said, delivery.received_at, zone)
        awaited, fresh = AwaitedCall.objects.get_or_create(
            account=account, call_uid=cdr.uuid_of(said), defaults={"day": day, "told_at": delivery.received_at}
        )
        if fresh:
            fetching.await_until(awaited, delivery.received_at + FIRST_AFTER)
    ingest.take(
        account,
        [ingest.Arrival(Source.PUSH, dict(said), delivery.received_at, delivery.pk) for delivery, said in told],
    )
    return dead


def _flag_others(account: Account, told: Sequence[Mapping[str, Any]]) -> None:
    """Calls that another account was told of, and notifications that name another's customer (FAULTS F-31)."""
    uuids = [cdr.uuid_of(said) for said in told]
    elsewhere = AwaitedCall.objects.filter(call_uid__in=uuids).exclude(account=account)
    words = [f"uuid {uuid}" for uuid in elsewhere.values_list("call_uid", flat=True)]
    words += [word for said in told if (named := drift.named_in(said)) for word in drift.others_in(account, named)]
    drift.count_others(account, words)


def notification(account: Account, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of a notification, names in lower case. Raises Garbled where it names no call."""
    if account.provider != Account.Provider.VCC:
        raise Garbled(ELSEWHERE)
    said = wire.fold(payload)
    cdr.uuid_of(said)
    return said


def take_answers(account: Account, deliveries: Sequence[Delivery]) -> Steps:
    """Handler of the channel `vcc_cdr`: one record in each body."""
    arrivals: list[ingest.Arrival] = []
    dead: dict[int, str] = {}
    for delivery in deliveries:
        try:
            said = cdr.response_of(delivery.bytes)
        except (Garbled, NotYet, Refused) as error:
            dead[delivery.pk] = str(error)
        else:
            arrivals.append(ingest.Arrival(Source.PULL, dict(said), delivery.received_at, delivery.pk))
    yield
    ingest.take(account, arrivals)
    return dead
