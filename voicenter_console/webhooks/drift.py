"""Words that were new to us: types, statuses, fields. Counted, so that a page can show them (F-26)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.utils import timezone

from voicenter_console.organisation.models import Account, Department
from voicenter_console.voicenter import terms, wire
from voicenter_console.voicenter.records import CallRecord, Source

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
    others = _departments_of_others(account, pushed)
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


def _departments_of_others(account: Account, pushed: Iterable[CallRecord]) -> set[int]:
    numbers = {number for record in pushed for number in (record.department_id, record.top_department_id) if number}
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
    Drift.objects.bulk_create(fresh.values())
