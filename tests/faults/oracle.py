"""The one oracle of all ingest tests (FAULTS §2): nothing acknowledged is lost, nothing is doubled, all is true."""

from __future__ import annotations

from collections import Counter

from tests.faults.console import Console
from tests.faults.ledger import Ledger
from tests.faults.traffic import Day


def check(ledger: Ledger, day: Day, console: Console, *, unavailable: bool = False) -> None:
    """Of a day that was sent whole and acknowledged whole. With `unavailable` a 503 is an answer too."""
    check_kept(ledger, console)
    check_projection(day, console)
    allowed = {200, 0, 503} if unavailable else {200, 0}
    strange = {status for status, _ in ledger.answers} - allowed
    assert not strange, f"unexplained answers: {ledger.answers}"


def check_kept(ledger: Ledger, console: Console) -> None:
    """acked ⊆ stored, and no body is stuck or dead."""
    inbox = console.inbox()
    lost = ledger.acked.keys() - inbox.keys()
    assert not lost, f"{len(lost)} of {len(ledger.acked)} acknowledged bodies are lost"
    states = Counter(state for state, *_ in inbox.values())
    assert set(states) == {"done"}, states


def check_projection(day: Day, console: Console) -> None:
    """Exactly the day's CDRs, each with what is true of it, in exactly its contacts."""
    cdrs = console.cdrs()
    assert sorted(row[:5] for row in cdrs) == sorted(fact.row for fact in day.facts)
    families: dict[int, set[tuple[str, int]]] = {}
    for call_id, type_id, _status, _at, _talk, call in cdrs:
        families.setdefault(call, set()).add((call_id, type_id))
    assert {frozenset(keys) for keys in families.values()} == day.families()
    calls = console.storage.query("SELECT id, cdr_count FROM calls_call")
    assert dict(calls) == {pk: len(keys) for pk, keys in families.items()}
