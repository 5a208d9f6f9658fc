"""Words that were new to us: types, statuses, fields. Counted, so that a page can show them (F-26)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.utils import timezone

from voicenter_console.organisation.models import Account
from voicenter_console.voicenter import terms
from voicenter_console.voicenter.records import CallRecord

from .models import Drift


def note(account: Account, seen: Iterable[CallRecord]) -> None:
    """Count what `seen` holds that the library has no name for."""
    words: Counter[tuple[str, str]] = Counter()
    for record in seen:
        if record.type and record.type_id not in terms.BY_ID:
            words[Drift.Kind.TYPE, record.type_name or record.type] += 1
        for status in (record.status, record.leg1_status):
            if status and status not in terms.STATUSES:
                words[Drift.Kind.STATUS, status] += 1
        words.update((Drift.Kind.FIELD, name) for name in record.unknown)
    _count(account, words)


def _count(account: Account, words: Counter[tuple[str, str]]) -> None:
    if not words:
        return
    now = timezone.now()
    known = {(row.kind, row.word): row for row in Drift.objects.filter(account=account, word__in={w[:100] for _, w in words})}
    fresh = []
    for (kind, word), times in words.items():
        row = known.get((kind, word[:100]))
        if row is None:
            row = known[kind, word[:100]] = Drift(account=account, kind=kind, word=word[:100])
            fresh.append(row)
        row.times += times
        row.last_seen = now
    Drift.objects.bulk_create(fresh)
    Drift.objects.bulk_update([row for row in known.values() if row not in fresh], ["times", "last_seen"])
