"""What the ingester does with deliveries of call records: records → merge → Cdr → Call, in its transaction.

Push and pull come this one way. Nothing else writes Cdrs and Calls, and one account has one ingester, so no two
writers ever race.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from calls import components, merge
from calls.directory import Directory
from calls.models import Cdr, CdrRecord
from calls.signals import calls_changed
from voicenter_console.live.publish import publish
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter import call_log, records, wire
from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.records import CallRecord, Source
from voicenter_console.webhooks import drift
from voicenter_console.webhooks.models import Delivery


@dataclass(frozen=True, slots=True)
class Arrival:
    """One record as it arrived: the provider's own fields, and where they came from."""

    source: Source
    fields: dict[str, Any]
    received_at: datetime
    delivery_id: int | None

    def read(self, account: Account) -> CallRecord:
        """Raises Garbled where there is no call id."""
        if self.source == Source.PUSH:
            return records.from_notification(self.fields, received_at=self.received_at, reading=account.reading)
        return records.from_call_log(self.fields, received_at=self.received_at)


def take_notifications(account: Account, deliveries: Sequence[Delivery]) -> dict[int, str]:
    """Handler of the channel `cdr`: one record in each body."""
    arrivals, dead = [], {}
    for delivery in deliveries:
        try:
            fields = wire.decode(delivery.bytes, delivery.content_type).payload
            arrival = Arrival(Source.PUSH, fields, delivery.received_at, delivery.pk)
            arrival.read(account)
        except Garbled as error:
            dead[delivery.pk] = str(error)
        else:
            arrivals.append(arrival)
    take(account, arrivals)
    return dead


def take_call_log_pages(account: Account, deliveries: Sequence[Delivery]) -> dict[int, str]:
    """Handler of the channel `call_log`: a page of records in each body. A row without an id is drift, not a loss."""
    arrivals = []
    for delivery in deliveries:
        for fields in call_log.rows(delivery.bytes):
            arrivals.append(Arrival(Source.PULL, fields, delivery.received_at, delivery.pk))
    take(account, arrivals)
    return {}


def take(account: Account, arrivals: Iterable[Arrival]) -> None:
    """Write what `arrivals` say. Saying it again changes nothing, whatever the order."""
    fresh, records_by_content = _unknown(account, arrivals)
    if not fresh:
        return
    call_ids = {records_by_content[content].call_id for content in fresh}
    said = _all_said(account, call_ids, fresh, records_by_content)
    directory = Directory(account, (one.record for group in said.values() for one in group))
    changed = _write_cdrs(account, said, fresh, directory)
    drift.note(account, records_by_content.values())
    calls = components.regroup(account, changed)
    if calls:
        calls_changed.send(sender=Cdr, account=account, calls=calls)
        publish(account, "calls", departments={call.department_id for call in calls}, people=components.people(calls))


def _unknown(account: Account, arrivals: Iterable[Arrival]) -> tuple[dict[str, Arrival], dict[str, CallRecord]]:
    """The arrivals whose content was never seen, by content. A content seen earlier than recorded is dated back."""
    by_content: dict[str, Arrival] = {}
    for arrival in sorted(arrivals, key=lambda one: one.received_at):
        by_content.setdefault(_content(arrival), arrival)
    known = {row.content: row for row in CdrRecord.objects.filter(account=account, content__in=by_content)}
    back = []
    for content, row in known.items():
        arrival = by_content.pop(content)
        if arrival.received_at < row.first_received_at:
            row.first_received_at = arrival.received_at
            back.append(row)
    CdrRecord.objects.bulk_update(back, ["first_received_at"])
    read: dict[str, CallRecord] = {}
    for content, arrival in list(by_content.items()):
        try:
            read[content] = arrival.read(account)
        except Garbled:
            drift.unreadable(account, arrival.fields)
            del by_content[content]
    return by_content, read


def _content(arrival: Arrival) -> str:
    """The same words in another encoding, order or casing of keys are the same content."""
    plain = json.dumps([arrival.source.value, _plain(arrival.fields)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key).strip().casefold(): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    text = "" if value is None else str(value).strip()
    if text[:1] in ("{", "["):  # a form carries objects as their JSON
        try:
            return _plain(wire.read_json(text))
        except Garbled:
            return text
    return text


def _all_said(
    account: Account, call_ids: set[str], fresh: dict[str, Arrival], read: dict[str, CallRecord]
) -> dict[str, list[merge.Said]]:
    """By call id, everything that was ever said of it: keys are decided from all of it together."""
    said: dict[str, list[merge.Said]] = {call_id: [] for call_id in call_ids}
    for row in CdrRecord.objects.filter(account=account, call_uid__in=call_ids):
        arrival = Arrival(Source(row.source), row.fields, row.first_received_at, row.delivery_id)
        said[row.call_uid].append(merge.Said(arrival.read(account), row.first_received_at, row.content))
    for content, arrival in fresh.items():
        record = read[content]
        said[record.call_id].append(merge.Said(record, arrival.received_at, content))
    return said


def _write_cdrs(
    account: Account, said: dict[str, list[merge.Said]], fresh: dict[str, Arrival], directory: Directory
) -> list[Cdr]:
    """Write the rows whose merged values changed; returns them, unsaved ones excluded, each with its records moved."""
    existing = {(c.call_uid, c.type): c for c in Cdr.objects.filter(account=account, call_uid__in=said)}
    now = timezone.now()
    changed: list[Cdr] = []
    homes: dict[str, Cdr] = {}
    for call_uid, group in said.items():
        for type_key, members in merge.group_by_type(group).items():
            cdr = existing.pop((call_uid, type_key), None)
            values = _row(merge.merge(members), directory)
            if cdr is None:
                cdr = Cdr(account=account, call_uid=call_uid, type=type_key)
            if cdr.pk is None or any(getattr(cdr, name) != value for name, value in values.items()):
                for name, value in values.items():
                    setattr(cdr, name, value)
                cdr.changed_at = now
                changed.append(cdr)
            homes |= {member.content: cdr for member in members}
    components.place(account, changed)
    _save(changed)
    _save_records(account, homes, fresh)
    # What is left over is an untyped leg whose records found their typed home.
    Cdr.objects.filter(pk__in=[cdr.pk for cdr in existing.values()]).delete()
    return changed + list(existing.values())


def _row(merged: dict[str, Any], directory: Directory) -> dict[str, Any]:
    agent = directory.agent(merged["agent_code"], merged["agent_name"])
    line = directory.extension(merged["extension"])
    department = directory.department(merged.pop("department"))
    return {**merged, "agent_id": agent.pk if agent else None, "line_id": line.pk if line else None,
            "department_id": department}  # fmt: skip


def _save(cdrs: Sequence[Cdr]) -> None:
    new = [cdr for cdr in cdrs if cdr.pk is None]
    old = [cdr for cdr in cdrs if cdr.pk is not None]
    Cdr.objects.bulk_create(new, batch_size=500)
    columns = [field.name for field in Cdr._meta.concrete_fields if not field.primary_key]
    Cdr.objects.bulk_update(old, columns, batch_size=100)


def _save_records(account: Account, homes: dict[str, Cdr], fresh: dict[str, Arrival]) -> None:
    moved = []
    for row in CdrRecord.objects.filter(account=account, content__in=homes.keys() - fresh.keys()):
        if row.cdr_id != homes[row.content].pk:
            row.cdr = homes[row.content]
            moved.append(row)
    CdrRecord.objects.bulk_update(moved, ["cdr"], batch_size=200)
    CdrRecord.objects.bulk_create(
        [
            CdrRecord(
                account=account, cdr=homes[content], call_uid=homes[content].call_uid, source=arrival.source.value,
                content=content, first_received_at=arrival.received_at, delivery_id=arrival.delivery_id,
                fields=arrival.fields,
            )
            for content, arrival in fresh.items()
        ],
        batch_size=500,
    )  # fmt: skip
