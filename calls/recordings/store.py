"""The cache of recordings in DATA_DIR/media: fetched once, readable by the console alone, dropped after some days."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from pathlib import Path

from django.conf import settings

from calls.models import Cdr
from voicenter_console.organisation import gateway

KEPT_SECONDS = 7 * 24 * 3600


def digest(leg: Cdr) -> str:
    """Of the recording's address: another one is another recording."""
    return hashlib.sha256(leg.recording_url.encode()).hexdigest()


def place(leg: Cdr) -> Path:
    folder = Path(settings.DATA_DIR) / "media" / "recordings" / f"{leg.pk % 256:02x}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{leg.pk}-{digest(leg)[:16]}"


def ensure(leg: Cdr) -> Path:
    """The file, fetched if it is not here. Two at once fetch it twice, and one stays. Raises VoicenterError's kinds."""
    file = place(leg)
    if file.exists():
        os.utime(file)  # what is heard is kept
        return file
    part = file.with_name(f"{file.name}.{uuid.uuid4().hex}.part")
    try:
        with open(part, "wb", opener=_private) as out:
            gateway.recording(leg.account, leg.recording_url, out)
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
    return file


def tidy() -> int:
    """Drop recordings that nobody heard for a week; returns how many. They can be fetched again."""
    oldest = time.time() - KEPT_SECONDS
    files = (Path(settings.DATA_DIR) / "media" / "recordings").glob("*/*")
    old = [file for file in files if file.stat().st_mtime < oldest]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
