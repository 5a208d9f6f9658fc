"""A body as a person may see it: its text, where it breaks, numbers as that person's rights say."""

from __future__ import annotations

from dataclasses import dataclass

from voicenter_console import phones
from voicenter_console.voicenter import wire
from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.records import rows_of_page

from .models import Delivery

MOST_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Letter:
    """`before` and `after` the breaking point, byte `at`; that is None where there is none to show."""

    before: str
    after: str
    at: int | None
    length: int
    ends: bool
    cut_before: bool
    cut_after: bool


def opened(delivery: Delivery, *, whole_numbers: bool) -> Letter:
    """At most MOST_BYTES of the body, around the point where it breaks. What is no text shows as �."""
    body = delivery.bytes
    at = _breaks_at(delivery, body)
    start = 0 if at is None else max(0, at - MOST_BYTES // 2)
    stop = start + MOST_BYTES
    before = body[start : stop if at is None else at].decode("utf-8", "replace")
    after = "" if at is None else body[at:stop].decode("utf-8", "replace")
    if not whole_numbers:  # as one text, or a number that the point cuts in two would show
        text = phones.masked(before + after)
        before, after = text[: len(before)], text[len(before) :]
    return Letter(before, after, at, len(body), at == len(body), start > 0, stop < len(body))


def _breaks_at(delivery: Delivery, body: bytes) -> int | None:
    """Read it once more: the offset is not kept, so that bodies of any length are one cause."""
    if delivery.state != Delivery.State.DEAD or not body:
        return None
    try:
        if delivery.channel == Delivery.Channel.CALL_LOG:
            rows_of_page(body)
        else:
            wire.decode(body, delivery.content_type)
    except Garbled as error:
        return error.at
    return None
