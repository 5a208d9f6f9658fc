"""What Voicenter says instead of a page: what we remember, and when we may ask again (FAULTS F-34, F-35, F-42)."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from calls.models import SyncState
from voicenter_console.organisation.refusals import silence_of
from voicenter_console.voicenter.errors import AddressNotTrusted, NotAuthorised, Refused, VoicenterError

# Only a person or a changed setting can help: three requests an hour until then.
STOPPED = timedelta(minutes=20, seconds=1)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)


def note(state: SyncState, error: VoicenterError | ValueError, now: datetime) -> str:
    """Remember the refusal and when to try again; returns it as one sentence, which never holds the code."""
    state.error = str(error)[:500]
    state.error_code = error.code if isinstance(error, Refused) else None
    state.words = error.words[:300] if isinstance(error, Refused) else silence_of(error)
    state.address = error.address if isinstance(error, AddressNotTrusted) else ""
    state.error_at = state.error_at or now
    state.next_try_at = now + _wait(state, error)
    state.failures += 1
    state.save()
    return state.error


def clear(state: SyncState, now: datetime) -> None:
    """It answers."""
    state.last_read_at = now
    changed = ["last_read_at"]
    if state.error or state.failures:
        state.error = state.words = state.address = ""
        state.error_code = state.error_at = state.next_try_at = None
        state.failures = 0
        changed += ["error", "words", "address", "error_code", "error_at", "next_try_at", "failures"]
    state.save(update_fields=changed)


def _wait(state: SyncState, error: VoicenterError | ValueError) -> timedelta:
    if isinstance(error, NotAuthorised | AddressNotTrusted | ValueError):
        return STOPPED
    wait = min(FIRST_WAIT * 2 ** min(state.failures, 6), LONGEST_WAIT)
    return wait * random.uniform(1, 1.3)  # noqa: S311 - no secret: that accounts do not come back together
