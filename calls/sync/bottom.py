"""Where time cannot be divided any more: by type, then by extension, then a declared gap (PROTOCOL S3, FAULTS F-37)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from calls.models import Extension
from voicenter_console.voicenter.call_log import CallLogPage
from voicenter_console.voicenter.errors import TooMuch
from voicenter_console.voicenter.records import CALL_TYPES

from .asking import Asker


@dataclass(slots=True)
class Found:
    """Which legs came of [start, end), and how many Voicenter counts there: None where it only said 'too many'."""

    start: datetime
    end: datetime
    total: int | None
    legs: set[tuple[str, str]] = field(default_factory=set)

    @property
    def missing(self) -> int | None:
        return None if self.total is None else max(0, self.total - len(self.legs))


def read(asker: Asker, start: datetime, end: datetime, whole: CallLogPage | None) -> Found:
    """All that can be had of the span whose answer `whole` was incomplete; None: it was refused as too much.

    What is missing is counted against every leg that came, so the calls of types that nobody knows count, too.
    Raises VoicenterError's kinds.
    """
    found = Found(start, end, whole.total_hits if whole else 0)
    if whole:
        _take(asker, found, whole)
    for kind in CALL_TYPES:
        page = _by_type(asker, found, kind.id)
        if whole is None:
            found.total = None if page is None or found.total is None else found.total + page.total_hits
    return found


def _by_type(asker: Asker, found: Found, type_id: int) -> CallLogPage | None:
    page = _ask(asker, found, types=[type_id])
    if page is None or not page.complete:
        codes = Extension.objects.filter(account=asker.account).order_by("code").values_list("code", flat=True)
        _by_extensions(asker, found, type_id, list(codes))
    return page


def _by_extensions(asker: Asker, found: Found, type_id: int, codes: Sequence[str]) -> None:
    """Half of the extensions at a time, so that a hundred of them do not cost a hundred questions."""
    if not codes:
        return
    page = _ask(asker, found, types=[type_id], extensions=codes)
    if len(codes) > 1 and (page is None or not page.complete):
        half = len(codes) // 2
        _by_extensions(asker, found, type_id, codes[:half])
        _by_extensions(asker, found, type_id, codes[half:])


def _ask(asker: Asker, found: Found, **wanted: Sequence) -> CallLogPage | None:
    """None where it is too much for one answer."""
    try:
        page = asker.ask(found.start, found.end, **wanted)
    except TooMuch:
        return None
    _take(asker, found, page)
    return page


def _take(asker: Asker, found: Found, page: CallLogPage) -> None:
    asker.keep(page)
    found.legs |= {(one.call_id, one.type) for one in asker.outlines(page)}
