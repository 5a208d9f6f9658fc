"""Words that were new to us: types, statuses, fields. Counted, so that a page can show them (F-26)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from voicenter_console.organisation.models import Account, Department
from voicenter_console.voicenter import terms, wire
from voicenter_console.voicenter.records import CallRecord, Source
from voicenter_console.voicenter.values import whole

from . import one_writer
from .models import Drift

# Field names are the sender's to choose: the list stays one that a person can read.
MOST_OF_A_RECORD = 20
MOST_WORDS = 1000


def note(account: Account, seen: Iterable[CallRecord]) -> None:
    """Count what `seen` holds that the library has no name for."""
    words: Counter[tuple[str, str]] = Counter()
    for record in seen:
        if record.type and record.type_id not in terms.BY_ID:
            words[Drift.Kind.TYPE, record.type_name or record.type] += 1
        for status in (record.status, record.leg1_status):
            if status and status not in terms.STATUSES:
                words[Drift.Kind.STATUS, status] += 1
        words.update((Drift.Kind.FIELD, name) for name in record.unknown[:MOST_OF_A_RECORD])
    _count(account, words)


def note_others(account: Account, seen: Iterable[CallRecord]) -> None:
    """Count the pushes that name another account of this console: its department, or its code (FAULTS F-31).

    The account stays the token's. A department is the account's that had it first; a code is not kept in the word.
    """
    pushed = [record for record in seen if record.source == Source.PUSH]
    words: Counter[tuple[str, str]] = Counter()
    told = {number for record in pushed for number in (record.department_id, record.top_department_id) if number}
    others = _departments_of_others(account, told)
    for record in pushed:
        for name, number in (
            ("DepartmentID", record.department_id),
            ("TopDepartmentID", record.top_department_id),
        ):
            if number in others:
                words[Drift.Kind.OTHER, f"{name} {number}"] += 1
    coded = [code for record in pushed if isinstance(code := wire.fold(record.raw).get("code"), str) and code]
    if coded:
        codes = {other.code for other in Account.objects.exclude(pk=account.pk).only("code")}
        words[Drift.Kind.OTHER, "Code"] += sum(code in codes for code in coded)
    _count(account, +words)


def named_in(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What a body says that belongs to one account: names in lower case, none in most. In memory only."""
    got = wire.fold(payload)
    got |= wire.fold(data) if isinstance(data := got.get("data"), Mapping) else {}
    return {name: got[name] for name in ("code", "customer", "departmentid", "topdepartmentid") if got.get(name)}


def others_in(account: Account, named: Mapping[str, Any]) -> list[str]:
    """What `named_in` found that is another account's, as words for Delivery health; no code is kept in them."""
    words: list[str] = []
    departments = {number for name in ("departmentid", "topdepartmentid") if (number := whole(named.get(name)))}
    words += [f"DepartmentID {number}" for number in sorted(_departments_of_others(account, departments))]
    elsewhere = Account.objects.exclude(pk=account.pk)
    if named.get("code") and named["code"] in {other.code for other in elsewhere.only("code")}:
        words.append("Code")
    if named.get("customer") and elsewhere.filter(customer=str(named["customer"])[:80]).exists():
        words.append("customer")
    return words


def count_others(account: Account, words: Iterable[str]) -> None:
    """Count things said to this account that are another's (FAULTS F-31), in the ingester's transaction."""
    _count(account, Counter((Drift.Kind.OTHER, word) for word in words))


def note_named(account: Account, named: Mapping[str, Any]) -> None:
    """The same of one body, after its answer; outside of any transaction."""
    for word in others_in(account, named):
        note_other(account.pk, word)


def note_other(account_id: int, word: str) -> None:
    """Count one thing said to this account that is another's; outside of any transaction."""
    with one_writer.turn(), transaction.atomic():
        row, _ = Drift.objects.get_or_create(account_id=account_id, kind=Drift.Kind.OTHER, word=word[:100])
        Drift.objects.filter(pk=row.pk).update(times=F("times") + 1, last_seen=timezone.now())


def _departments_of_others(account: Account, numbers: set[int]) -> set[int]:
    if not numbers:
        return set()
    first: dict[int, int] = {}
    for number, owner in (
        Department.objects.filter(provider_id__in=numbers).order_by("pk").values_list("provider_id", "account_id")
    ):
        first.setdefault(number, owner)
    return {number for number, owner in first.items() if owner != account.pk}


def without_id(account: Account, source: str) -> None:
    """A record that names no call: nobody's, so it is only counted."""
    _count(account, Counter({(Drift.Kind.FIELD, f"({source} without a call id)"): 1}))


def _count(account: Account, words: Counter[tuple[str, str]]) -> None:
    if not words:
        return
    now = timezone.now()
    rows = Drift.objects.filter(account=account)
    known = {(row.kind, row.word): row for row in rows.filter(word__in={word[:100] for _, word in words})}
    room = MOST_WORDS - rows.count()
    fresh: dict[tuple[str, str], Drift] = {}
    for (kind, long), times in words.items():
        word = long[:100]
        row = known.get((kind, word)) or fresh.get((kind, word))
        if row is None and len(fresh) >= room:
            continue
        row = row or fresh.setdefault((kind, word), Drift(account=account, kind=kind, word=word))
        row.times += times
        row.last_seen = now
    Drift.objects.bulk_update(known.values(), ["times", "last_seen"], batch_size=100)
    Drift.objects.bulk_create(fresh.values(), ignore_conflicts=True)  # a hook may count the same word just now
