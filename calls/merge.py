"""Make one leg out of all that was said of it. Pure: no clock, no database (ARCHITECTURE, How data flows).

Any order and any repetition of messages gives the same leg; where two of one source contradict each other, the one
whose content was received first gives way to the later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from voicenter_console.voicenter import terms
from voicenter_console.voicenter.records import CallRecord, Source
from voicenter_console.voicenter.terms import Direction

# Where the two sources disagree, the push knows these better: it names queue and wait, and tells leg 2 from leg 1.
_PUSH_KNOWS_BETTER = frozenset(
    {"queue_id", "wait_seconds", "ivr_path", "leg1_status", "caller_country", "target_country"}
)
_EMPTY = (None, "", [], {}, ())


@dataclass(frozen=True, slots=True)
class Said:
    """One distinct record and when its content was first received."""

    record: CallRecord
    first_received_at: datetime
    content: str


def merge(said: Iterable[Said]) -> dict[str, Any]:
    """The values of a Cdr row, by field name, without its key. `said` holds at least one record of the key."""
    newest_first = sorted(said, key=lambda one: (one.first_received_at, one.content), reverse=True)
    pull = [one.record for one in newest_first if one.record.source == Source.PULL]
    push = [one.record for one in newest_first if one.record.source == Source.PUSH]
    pull_first, push_first = pull + push, push + pull

    def pick(field: str) -> Any:
        order = push_first if field in _PUSH_KNOWS_BETTER else pull_first
        return _first(order, lambda record: getattr(record, field))

    typed = next((record for record in pull_first if record.type), pull_first[0])
    two_leg = typed.type_id in terms.TWO_LEG
    status = _first(push_first if two_leg else pull_first, lambda record: record.status)
    # A certain time is never displaced by an uncertain one; then the pull's, which is exact, before the push's.
    timed = next((record for record in pull_first if not record.time_uncertain), pull_first[0])
    return {
        "type_id": typed.type_id,
        "type_name": typed.type_name,
        "direction": _direction(typed, pull_first),
        "status": status,
        "leg1_status": pick("leg1_status"),
        "started_at": timed.started_at,
        "time_uncertain": timed.time_uncertain,
        "talk_seconds": _talk(status, push, pull),
        "ivr_path": [asdict(step) for step in pick("ivr_path") or ()],
        "custom_data": _united(reversed(pull_first)),
        "sources": sorted({record.source.value for record in pull_first}),
        "raw": {record.source.value: dict(record.raw) for record in reversed(pull_first)},
        **{field: pick(field) for field in ("ring_seconds", "wait_seconds", "queue_id", "price", "recording_expected")},
        **{field: pick(field) or "" for field in _TEXTS},
        "original_call_uid": pick("original_call_id") or "",
        "department": pick("department_id"),
    }


_TEXTS = (
    "caller", "target", "did", "extension", "agent_name", "agent_code", "queue_name", "recording_url",
    "caller_country", "target_country",
)  # fmt: skip


def _first(records: Sequence[CallRecord], value: Callable[[CallRecord], Any]) -> Any:
    """The first value that says something. 0 does; blank text, null, [] and {} do not."""
    return next((found for record in records if (found := value(record)) not in _EMPTY), None)


def _direction(typed: CallRecord, records: Sequence[CallRecord]) -> Direction:
    known = [record.direction for record in (typed, *records) if record.direction != Direction.UNKNOWN]
    return known[0] if known else Direction.UNKNOWN


def _talk(status: str | None, push: Sequence[CallRecord], pull: Sequence[CallRecord]) -> int | None:
    if not terms.has_talk(status):
        return 0
    exact = [record for record in push if record.talk_exact]
    return _first([*exact, *pull, *push], lambda record: record.talk_seconds)


def _united(oldest_first: Iterable[CallRecord]) -> dict[str, Any]:
    """Custom data of all records; a value that says something is not displaced by one that does not."""
    united: dict[str, Any] = {}
    for record in oldest_first:
        for key, value in record.custom_data.items():
            if value not in _EMPTY or key not in united:
                united[key] = value
    return united


def group_by_type(said: Iterable[Said]) -> dict[str, list[Said]]:
    """All records of one call id, by the key of their type. An untyped record belongs to the only typed one; with
    none or several it is a leg of type ''."""
    groups: dict[str, list[Said]] = {}
    untyped: list[Said] = []
    for one in said:
        if one.record.type:
            groups.setdefault(one.record.type, []).append(one)
        else:
            untyped.append(one)
    if untyped:
        home = next(iter(groups)) if len(groups) == 1 else ""
        groups.setdefault(home, []).extend(untyped)
    return groups
