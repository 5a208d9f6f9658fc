"""Words that were new to us: types, statuses, fields. Counted, so that a page can show them (F-26)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.utils import timezone

from voicenter_console.organisation.models import Account
from voicenter_console.voicenter import terms
from voicenter_console.voicenter.records import CallRecord

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
