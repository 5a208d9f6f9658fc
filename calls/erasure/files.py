"""Exports of the last day that name them: deleted; who asked for one asks again."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from calls import exports
from voicenter_console.organisation.tombstones import Erased

_CHUNK = 1 << 20
_OVERLAP = 64  # a number that two chunks share


def forget(erased: Erased) -> int:
    """How many files were deleted."""
    deleted = 0
    for path in exports.folder().iterdir():
        if path.is_file() and any(erased(text) != text for text in _texts(path)):
            path.unlink(missing_ok=True)
            deleted += 1
    return deleted


def _texts(path: Path) -> Iterator[str]:
    if not zipfile.is_zipfile(path):
        with open(path, "rb") as file:
            yield from _chunks(file)
        return
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            with book.open(name) as file:
                yield from _chunks(file)


def _chunks(file: IO[bytes]) -> Iterator[str]:
    tail = ""
    while chunk := file.read(_CHUNK):
        yield tail + chunk.decode("utf-8", "replace")
        tail = chunk[-_OVERLAP:].decode("utf-8", "replace")
