"""Extensions, agents and names of statuses as the provider lists them. An empty list deletes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import models, transaction
from django.utils import timezone

from calls import bulk
from calls.models import Agent, AgentStatus, Extension, MirrorChange
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account, Department
from voicenter_console.voicenter import agents, monitor

LONGEST_NAME = 200


def refresh(account: Account) -> int:
    """Ask for the lists and write what is different, with what changed and when; how many changes that were.

    Raises VoicenterError and Locked; nothing of an account is written then.
    """
    with gateway.client(account) as client:
        extensions = monitor.extensions(client)
        present = monitor.extensions_calls(client)
        statuses = agents.statuses(client)
    with transaction.atomic():
        departments = _departments(account, extensions)
        changes = [
            *_extensions(account, extensions, departments),
            *_agents(account, present),
            *_statuses(account, statuses),
        ]
        MirrorChange.objects.bulk_create(changes)
    return len(changes)


def _departments(account: Account, listed: Iterable[monitor.ListedExtension]) -> dict[int, Department]:
    named = {one.account_id: one.account_name for one in listed if one.account_id}
    known = {one.provider_id: one for one in Department.objects.filter(account=account, provider_id__in=named)}
    fresh = [
        Department(account=account, provider_id=number, name=name[:LONGEST_NAME])
        for number, name in sorted(named.items())
        if number not in known
    ]
    bulk.grow(fresh, "account", "provider_id")
    return known | {one.provider_id: one for one in fresh}


def _extensions(
    account: Account, listing: monitor.Listing[monitor.ListedExtension], departments: Mapping[int, Department]
) -> list[MirrorChange]:
    known = {one.code: one for one in Extension.objects.filter(account=account)}
    changes = []
    for row in listing:
        if not row.sip:
            continue
        department = departments.get(row.account_id)
        said = {
            "name": row.name[:LONGEST_NAME], "number": row.speed_dial[:64],
            "department_id": department.pk if department else None, "gone_since": None,
        }  # fmt: skip
        changes += _take(account, Extension, {"code": row.sip}, known.get(row.sip), said)
    if listing.conclusive:
        listed = {row.sip for row in listing}
        now = timezone.now()
        for one in known.values():
            if one.code not in listed and one.gone_since is None:
                changes += _take(account, Extension, {"code": one.code}, one, {"gone_since": now})
    return changes


def _agents(account: Account, listing: Iterable[monitor.BusyExtension]) -> list[MirrorChange]:
    named = {row.user_id: row.representative for row in listing if row.user_id not in ("", "0")}
    known = {one.key: one for one in Agent.objects.filter(account=account, key__in=named)}
    changes = []
    for code, name in sorted(named.items()):
        said = {"name": name[:LONGEST_NAME]} if name else {}
        changes += _take(account, Agent, {"key": code, "code": code}, known.get(code), said)
    return changes


def _statuses(account: Account, listing: Iterable[agents.StatusName]) -> list[MirrorChange]:
    known = {one.number: one for one in AgentStatus.objects.filter(account=account)}
    changes = []
    for row in listing:
        said = {"name": row.name[:100], "colour": row.colour[:40]}
        changes += _take(account, AgentStatus, {"number": row.id}, known.get(row.id), said)
    return changes


def _take(
    account: Account, model: type[models.Model], key: Mapping[str, object], row: models.Model | None,
    said: Mapping[str, object],
) -> list[MirrorChange]:  # fmt: skip
    """Write what was said of one row, where it is new or different; the changes."""
    which = {"account": account, "kind": model._meta.model_name, "key": str(next(iter(key.values())))}
    if row is None:
        row, made = model.objects.get_or_create(account=account, **key, defaults=said)  # a CDR may name it meanwhile
        if made:
            return [MirrorChange(**which, field="", after=str(said.get("name", "")))]
    different = {field: value for field, value in said.items() if getattr(row, field) != value}
    changes = [
        MirrorChange(**which, field=field, before=_text(getattr(row, field)), after=_text(value))
        for field, value in different.items()
    ]
    for field, value in different.items():
        setattr(row, field, value)
    if different:
        row.save(update_fields=list(different))
    return changes


def _text(value: object) -> str:
    return "" if value is None else str(value)
