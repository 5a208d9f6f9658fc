"""What hangs on an erased person's calls without naming them: notes, waveforms, the audio that was fetched."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import transaction

from calls.models import Call, Cdr, Note, Waveform


def forget(sender: object, *, calls: Iterable[Call], **_: object) -> None:
    """Receiver of person_erased. How a call was disposed of is a figure, and stays."""
    calls = list(calls)
    legs = list(Cdr.objects.filter(call__in=calls).values_list("pk", flat=True))
    Note.objects.filter(call__in=calls).delete()
    Waveform.objects.filter(cdr__in=legs).delete()
    transaction.on_commit(lambda: _unlink(legs), robust=True)


def _unlink(legs: Iterable[int]) -> None:
    for pk in legs:
        for file in _folder().glob(f"*/{pk}-*"):
            file.unlink(missing_ok=True)


def _folder() -> Path:
    """Where recordings.store keeps them, each under its leg's number."""
    return Path(settings.DATA_DIR) / "media" / "recordings"
