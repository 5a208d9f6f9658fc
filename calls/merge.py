"""Make one leg out of all that was said of it. Pure: no clock, no database (ARCHITECTURE, How data flows).

Any order and any repetition of messages gives the same leg; where two of one source contradict each other, the one
whose content was received first gives way to the later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from voicenter_console.voicenter import fields, terms
from voicenter_console.voicenter.records import CallRecord, Source
from voicenter_console.voicenter.terms import Direction

# Where the two sources disagree, the push knows these better: it names queue and wait, and tells leg 2 from leg 1.
_PUSH_KNOWS_BETTER = frozenset(
    {"queue_id", "wait_seconds", "ivr_path", "leg1_status", "caller_country", "target_country"}
)
_TEXTS = (
    "caller", "target", "did", "agent_name", "agent_code", "queue_name", "recording_url", "caller_country",
    "target_country",
)  # fmt: skip
_PRICE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Said:
    """One distinct record and when its content was first received."""

    record: CallRecord
    first_received_at: datetime
    content: str


def merge(said: Iterable[Said]) -> dict[str, Any]:
    """The values of a Cdr row, by field name, without its key. `said` holds at least one record of the key."""
    newest_first = sorted(said, key=lambda one: (one.first_received_at, one.content), reverse=True)
    typed = _typed(newest_first)
    records = [_as_typed(one.record, typed.type_id) for one in newest_first]
    pull = [record for record in records if record.source == Source.PULL]
    push = [record for record in records if record.source == Source.PUSH]
    pull_first, push_first = pull + push, push + pull

    def pick(field: str) -> Any:
        order = push_first if field in _PUSH_KNOWS_BETTER else pull_first
        return _first(order, lambda record: getattr(record, field))

    two_leg = typed.type_id in terms.TWO_LEG
    status = _first(push_first if two_leg else pull_first, lambda record: record.status)
    direction = _direction(typed, pull_first)
    timed = _timed(pull, push)
    price = pick("price")
    return {
        "type_id": typed.type_id,
        "type_name": typed.type_name,
        "direction": direction.value,
        "status": status,
        "leg1_status": pick("leg1_status"),
        "started_at": timed.started_at,
        "time_uncertain": timed.time_uncertain,
        "talk_seconds": _talk(status, push, pull),
        "price": None if price is None else price.quantize(_PRICE),
        # The side that is ours follows from the direction, which not every record knows.
        "extension": fields.extension(direction, pick("caller_extension") or "", pick("target_extension") or "")
        or pick("extension") or "",
        "ivr_path": [asdict(step) for step in pick("ivr_path") or ()],
        "custom_data": _united(record.custom_data for record in reversed(pull_first)),
        "sources": sorted({record.source.value for record in records}),
        "raw": {
            source.value: _united(record.raw for record in reversed(its))
            for source, its in ((Source.PUSH, push), (Source.PULL, pull)) if its
        },
        **{field: pick(field) for field in ("ring_seconds", "wait_seconds", "queue_id", "recording_expected")},
        **{field: pick(field) or "" for field in _TEXTS},
        "original_call_uid": pick("original_call_id") or "",
        "department": pick("department_id"),
    }  # fmt: skip


def _says(value: Any) -> bool:
    """Null, blank text, [] and {} say nothing; 0 does."""
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value not in ([], {}, ())


def _first(records: Sequence[CallRecord], value: Callable[[CallRecord], Any]) -> Any:
    return next((found for record in records if _says(found := value(record))), None)


def _typed(newest_first: Sequence[Said]) -> CallRecord:
    """The record that names the type best: by number and name, then by name alone, then the pull's."""
    return max(
        (one.record for one in newest_first),
        key=lambda record: (record.type_id is not None, bool(record.type), record.source == Source.PULL),
    )


def _as_typed(record: CallRecord, type_id: int | None) -> CallRecord:
    """A pulled row that did not name its type, now that it is known to be one of two legs: its status is leg 1's."""
    if record.type or record.source == Source.PUSH or type_id not in terms.TWO_LEG:
        return record
    status = record.status if type_id == terms.PREDICTIVE_LEG else None
    return replace(record, status=status, leg1_status=record.leg1_status or record.status)


def _timed(pull: Sequence[CallRecord], push: Sequence[CallRecord]) -> CallRecord:
    """A certain time is never displaced by an uncertain one; then the pull's, which is exact, before the push's. Of
    uncertain ones the first received, as its guess was made nearest to the call."""
    certain = (record for record in (*pull, *push) if not record.time_uncertain)
    return next(certain, None) or (pull or push)[-1]


def _direction(typed: CallRecord, records: Sequence[CallRecord]) -> Direction:
    known = (record.direction for record in (typed, *records) if record.direction != Direction.UNKNOWN)
    return next(known, Direction.UNKNOWN)


def _talk(status: str | None, push: Sequence[CallRecord], pull: Sequence[CallRecord]) -> int | None:
    if not terms.has_talk(status):
        return 0
    exact = [record for record in push if record.talk_exact]
    return _first([*exact, *pull, *push], lambda record: record.talk_seconds)


def _united(oldest_first: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """All of them in one, by key; a value that says something is not displaced by one that does not."""
    united: dict[str, Any] = {}
    for said in oldest_first:
        for key, value in said.items():
            if _says(value) or key not in united:
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
