"""What the ingester does with deliveries of call records: records → merge → Cdr → Call, in its transaction.

Push and pull come this one way. Nothing else writes Cdrs and Calls, and one account has one ingester, so no two
writers ever race.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.utils import timezone

from calls import bulk, components, directory, grouping, merge
from calls.metrics import dirty, queues
from calls.models import Agent, Call, Cdr, CdrRecord, Extension
from calls.signals import calls_changed
from calls.vcc import reading as vcc
from voicenter_console.live.publish import Hint, publish_all
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter import records, wire
from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.records import CallRecord, Source
from voicenter_console.webhooks import drift
from voicenter_console.webhooks.channels import Steps
from voicenter_console.webhooks.models import Delivery

# Records in one transaction: few enough to leave SQLite's only writer free after about a tenth of a second (ADR 2).
SLICE = 100 if connection.vendor == "sqlite" else 2000
_LONGEST = {
    column.name: column.max_length for column in Cdr._meta.concrete_fields if isinstance(column, models.CharField)
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One record as it arrived: the provider's own fields, and where they came from."""

    source: Source
    fields: dict[str, Any]
    received_at: datetime
    delivery_id: int | None

    def read(self, account: Account) -> CallRecord:
        """Raises Garbled where there is no call id."""
        if account.provider == Account.Provider.VCC:
            return vcc.record(self.source, self.fields, account, self.received_at)
        if self.source == Source.PUSH:
            return records.from_notification(self.fields, received_at=self.received_at, reading=account.reading)
        return records.from_call_log(self.fields, received_at=self.received_at)


@dataclass(slots=True)
class _Told:
    """All that was ever said of some call ids: by content, what is new of it and the rows of what is not."""

    fresh: dict[str, Arrival] = field(default_factory=dict)
    rows: dict[str, CdrRecord] = field(default_factory=dict)
    said: dict[str, list[merge.Said]] = field(default_factory=dict)

    def add(self, content: str, record: CallRecord, first_received_at: datetime) -> None:
        self.said.setdefault(record.call_id, []).append(merge.Said(record, first_received_at, content))


def take_notifications(account: Account, deliveries: Sequence[Delivery]) -> Steps:
    """Handler of the channel `cdr`: one record in each body."""
    arrivals: list[Arrival] = []
    dead: dict[int, str] = {}
    for delivery in deliveries:
        try:
            said = wire.decode(delivery.bytes, delivery.content_type).payload
            records.notification_call_id(said)
        except Garbled as error:
            dead[delivery.pk] = error.reason
        else:
            arrivals.append(Arrival(Source.PUSH, said, delivery.received_at, delivery.pk))
    yield from _in_slices(account, arrivals)
    return dead


def take_call_log_pages(account: Account, deliveries: Sequence[Delivery]) -> Steps:
    """Handler of the channel `call_log`: a page of up to 10,000 records in each body."""
    arrivals: list[Arrival] = []
    dead: dict[int, str] = {}
    for delivery in deliveries:
        try:
            rows = records.rows_of_page(delivery.bytes)
        except Garbled as error:
            dead[delivery.pk] = error.reason
        else:
            arrivals += [Arrival(Source.PULL, row, delivery.received_at, delivery.pk) for row in rows]
    yield from _in_slices(account, arrivals)
    return dead


def _in_slices(account: Account, arrivals: Sequence[Arrival]) -> Iterator[None]:
    """One transaction for each: before every one, and so before the first, it yields."""
    for part in bulk.chunks(arrivals, SLICE) if arrivals else [[]]:
        yield
        take(account, part)


def take(account: Account, arrivals: Iterable[Arrival]) -> None:
    """Write what `arrivals` say. Saying it again changes nothing, whatever the order."""
    _write(account, _told(account, arrivals))


def reread(account: Account, call_ids: Iterable[str]) -> None:
    """Write anew what was said of these call ids: after a setting of the account changed how it is read."""
    told = _Told()
    _recall(account, told, call_ids)
    _write(account, told)


def _write(account: Account, told: _Told) -> None:
    if not told.said:
        return
    said = [one for group in told.said.values() for one in group]
    fresh = [one.record for one in sorted(said, key=lambda one: one.first_received_at) if one.content in told.fresh]
    names = directory.Directory(account, (one.record for one in said), fresh)
    changed, gone, homes, hours = _legs(account, told, names)
    touched = components.place(account, changed, gone)
    _save(account, changed)
    _save_records(account, told, homes)
    if gone:
        Cdr.objects.filter(pk__in=[cdr.pk for cdr in gone]).delete()
    if account.provider == Account.Provider.VOICENTER:
        drift.note(account, fresh)
        drift.note_others(account, fresh)
    queues.remember(account, changed)
    dirty.mark(account, [*hours, *(leg.started_at for _, its in touched for leg in its)])
    if touched:
        _tell(account, touched)


def _told(account: Account, arrivals: Iterable[Arrival]) -> _Told:
    """What is new in `arrivals`, with all that was said before of the same call ids: keys and values are decided
    from all of it together. A known content that was received earlier than recorded is dated back."""
    told = _Told()
    for arrival in sorted(arrivals, key=lambda one: one.received_at):
        told.fresh.setdefault(content_of(arrival), arrival)
    of_account = CdrRecord.objects.filter(account=account)
    dated_back = []
    for row in bulk.found(of_account.only("content", "call_uid", "first_received_at"), "content", told.fresh):
        arrival = told.fresh.pop(row.content)
        if arrival.received_at < row.first_received_at:
            row.first_received_at = arrival.received_at
            dated_back.append(row)
    bulk.update(dated_back, ["first_received_at"])
    call_ids = {row.call_uid for row in dated_back}
    for content, arrival in list(told.fresh.items()):
        try:
            record = arrival.read(account)
        except Garbled:  # a row of the call log; a push without an id was a dead letter already
            drift.without_id(account, arrival.source)
            del told.fresh[content]
        else:
            told.add(content, record, arrival.received_at)
            call_ids.add(record.call_id)
    _recall(account, told, call_ids)
    return told


def _recall(account: Account, told: _Told, call_ids: Iterable[str]) -> None:
    """Add all that is kept of these call ids."""
    for row in bulk.found(CdrRecord.objects.filter(account=account), "call_uid", call_ids):
        arrival = Arrival(Source(row.source), row.fields, row.first_received_at, row.delivery_id)
        told.rows[row.content] = row
        told.add(row.content, arrival.read(account), row.first_received_at)


def content_of(arrival: Arrival) -> str:
    """The same words in another encoding, order or casing of keys are the same content."""
    plain = {str(key).strip().casefold(): _plain(_unpacked(value)) for key, value in arrival.fields.items()}
    text = json.dumps([arrival.source.value, plain], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _unpacked(value: Any) -> Any:
    """A form carries objects as their JSON."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return wire.bounded(wire.read_json(value))
    except Garbled:
        return value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key).strip().casefold(): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return "" if value is None else str(value).strip()


def _legs(
    account: Account, told: _Told, names: directory.Directory
) -> tuple[list[Cdr], list[Cdr], dict[str, Cdr], list[datetime]]:
    """The legs whose values are new or changed, not written yet; those that are no more, as their untyped records
    found their typed home; the leg of each content; and when those began until now that change or go."""
    merged = {
        (call_uid, type_key): (merge.merge(members), members)
        for call_uid, group in told.said.items()
        for type_key, members in merge.group_by_type(group).items()
    }
    agents = names.agents((values["agent_code"], values["agent_name"]) for values, _ in merged.values())
    of_account = Cdr.objects.filter(account=account)
    known = {(cdr.call_uid, cdr.type): cdr for cdr in bulk.found(of_account, "call_uid", told.said)}
    now = timezone.now()
    changed: list[Cdr] = []
    homes: dict[str, Cdr] = {}
    began: list[datetime] = []
    for key, (values, members) in merged.items():
        cdr = known.pop(key, None) or Cdr(account=account, call_uid=key[0], type=key[1])
        if cdr.pk and cdr.started_at != values["started_at"]:
            began.append(cdr.started_at)
        if _fill(cdr, _row(values, names, agents)) or cdr.pk is None:
            cdr.changed_at = now
            changed.append(cdr)
        homes |= {member.content: cdr for member in members}
    return changed, list(known.values()), homes, began + [cdr.started_at for cdr in known.values()]


def _row(merged: dict[str, Any], names: directory.Directory, agents: dict[str, Agent]) -> dict[str, Any]:
    agent = agents.get(directory.key_of(merged["agent_code"], merged["agent_name"]))
    merged["line_id"] = names.extension(merged["extension"])
    merged["department_id"] = names.department(merged.pop("department"))
    merged["agent_id"] = agent.pk if agent else None
    merged["internal"] = grouping.is_internal(
        merged["type_id"], merged["direction"], merged["caller"], merged["target"]
    )
    for name, longest in _LONGEST.items():
        if isinstance(merged.get(name), str):
            merged[name] = merged[name][:longest]
    return merged


def _fill(cdr: Cdr, values: dict[str, Any]) -> bool:
    """Whether that changed anything."""
    changed = False
    for name, value in values.items():
        if getattr(cdr, name) != value:
            setattr(cdr, name, value)
            changed = True
    return changed


def _save(account: Account, cdrs: Sequence[Cdr]) -> None:
    fresh = {(cdr.call_uid, cdr.type): cdr for cdr in cdrs if cdr.pk is None}
    bulk.update([cdr for cdr in cdrs if cdr.pk is not None])
    bulk.insert(list(fresh.values()))
    of_account = Cdr.objects.filter(account=account).only("call_uid", "type")
    for row in bulk.found(of_account, "call_uid", {call_uid for call_uid, _ in fresh}):
        if cdr := fresh.get((row.call_uid, row.type)):
            cdr.pk = row.pk


def _save_records(account: Account, told: _Told, homes: dict[str, Cdr]) -> None:
    moved = [row for content, row in told.rows.items() if row.cdr_id != homes[content].pk]
    for row in moved:
        row.cdr = homes[row.content]
    bulk.update(moved, ["cdr"])
    bulk.insert(
        [
            CdrRecord(
                account_id=account.pk, cdr_id=homes[content].pk, call_uid=homes[content].call_uid,
                source=arrival.source.value, content=content, first_received_at=arrival.received_at,
                delivery_id=arrival.delivery_id, fields=arrival.fields,
            )
            for content, arrival in told.fresh.items()
        ]
    )  # fmt: skip


def _tell(account: Account, touched: Sequence[tuple[Call, Sequence[Cdr]]]) -> None:
    """The floors above, and the open pages of those whose departments or own calls these are."""
    answers = calls_changed.send(sender=Cdr, account=account, calls=[call for call, _ in touched])
    legs = [leg for _, its in touched for leg in its]
    tied = [
        *bulk.found(Agent.objects.exclude(user=None), "pk", {leg.agent_id for leg in legs}),
        *bulk.found(Extension.objects.exclude(user=None), "pk", {leg.line_id for leg in legs}),
    ]
    people = {row.user_id for row in tied}
    of_calls = Hint("calls", {call.department_id for call, _ in touched}, people)
    publish_all(account, [*(hint for _, hint in answers if hint), of_calls])
