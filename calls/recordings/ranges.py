"""Part of a file, as a player asks for it when somebody jumps (RFC 9110, section 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpResponse, StreamingHttpResponse

_RANGE = re.compile(r"bytes=([0-9]{0,12})-([0-9]{0,12})", re.ASCII)
_BLOCK = 64 * 2**10


def answer(file: Path, content_type: str, asked: str) -> HttpResponse | StreamingHttpResponse:
    """All of the file, or the one range that `asked` names; a range beyond it is 416, several are answered by all."""
    size = file.stat().st_size
    found = _RANGE.fullmatch(asked.strip()) if asked else None
    first, last, status = 0, size - 1, 200
    if found and (found[1] or found[2]):
        status = 206
        if found[1]:
            first, last = int(found[1]), min(int(found[2]) if found[2] else size - 1, size - 1)
        else:
            first = max(size - int(found[2]), 0)
        if first >= size or last < first:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers = {
        "Content-Length": str(last - first + 1),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "Content-Disposition": "inline",
    }
    if status == 206:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return StreamingHttpResponse(
        _blocks(file, first, last - first + 1), status=status, content_type=content_type, headers=headers
    )


def _blocks(file: Path, first: int, length: int) -> Iterator[bytes]:
    with open(file, "rb") as opened:
        opened.seek(first)
        while length > 0 and (block := opened.read(min(_BLOCK, length))):
            length -= len(block)
            yield block
