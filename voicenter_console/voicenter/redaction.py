"""Take a person out of what the provider said: numbers, recording, transcript and what was sent along.

Pure. `clean` is a function that takes erased numbers out of any text, so that nothing here needs to know them. The same
words always give the same result: a record that comes again after an erasure is the one that is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from voicenter_console.voicenter import charsets, wire
from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.wire import Format, folded_name

Clean = Callable[[str], str]

# What a record holds of the person beside the number. Ids that tie a call to our own rows stay.
_PERSONAL = frozenset({"record", "recordurl", "aidata", "customdata", "callername", "clientname"})
# Digits may hide behind these from whoever reads the bytes alone.
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}|\\u00")
_OURS = frozenset({"var_request", "var_lead"})


def fields(said: Mapping[str, Any], clean: Clean, *, whole: bool = False) -> dict[str, Any] | None:
    """The fields of one record without the person; None where they do not name them.

    `whole`: take out the personal fields of a record that names nobody, as it is part of an erased person's call.
    """
    left = {key: anything(value, clean) for key, value in said.items()}
    if not whole and left == said:
        return None
    left = {key: _impersonal(key, value) for key, value in left.items()}
    return None if left == said else left


def body(kept: bytes, content_type: str, clean: Clean) -> bytes | None:
    """A delivery's bytes without the person, in its own encoding; None where they do not name them."""
    as_text, charset = charsets.to_text(kept, charsets.declared(kept, content_type))
    plain = clean(as_text)
    if plain == as_text and not _ESCAPED.search(as_text):
        return None
    try:
        left = _read(kept, as_text, content_type, clean)
    except Garbled:
        left = None
    if left is None and plain != as_text:
        return plain.encode(charset.partition(" ")[0], "replace")
    return left


def _read(kept: bytes, as_text: str, content_type: str, clean: Clean) -> bytes | None:
    """The same by what the body says, whatever its bytes look like. Raises Garbled."""
    answer = _json_page(as_text)
    if answer is not None:
        left = _page(answer, clean)
        return None if left == answer else json.dumps(left, ensure_ascii=False).encode()
    decoded = wire.decode(kept, content_type)
    left = fields(decoded.payload, clean)
    return left if left is None else wire.encode_call(decoded.format, left, decoded.method or "CDR")


def _json_page(as_text: str) -> dict[str, Any] | None:
    """An answer that lists records: a page of the call log."""
    if wire.sniff(as_text.encode("utf-8", "replace")) is not Format.JSON:
        return None
    value = wire.read_json(as_text.strip("\ufeff \t\r\n"))
    listed = isinstance(value, dict) and any(_rows(inner) for inner in value.values())
    return value if listed else None


def _page(answer: dict[str, Any], clean: Clean) -> dict[str, Any]:
    return {
        key: [fields(row, clean) or row for row in value] if _rows(value) else anything(value, clean)
        for key, value in answer.items()
    }


def _rows(value: object) -> bool:
    """A list of records names its calls; the steps of an IVR do not."""
    return isinstance(value, list) and any(
        isinstance(row, dict) and any(folded_name(key) == "callid" for key in row) for row in value
    )


def anything(value: Any, clean: Clean) -> Any:
    """The same of any JSON value."""
    match value:
        case str():
            return clean(value)
        case bool():
            return value
        case int() | float():
            left = clean(str(value))
            return value if left == str(value) else left
        case dict():
            return {clean(key): anything(inner, clean) for key, inner in value.items()}
        case list():
            return [anything(inner, clean) for inner in value]
        case _:
            return value


def _impersonal(key: str, value: Any) -> Any:
    name = folded_name(key)
    if name == "customdata" and isinstance(value, dict):
        return {inner: kept for inner, kept in value.items() if folded_name(inner) in _OURS}
    if name in _PERSONAL or (name.startswith("var_") and name not in _OURS):
        return ""
    return value
