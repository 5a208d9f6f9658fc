"""Tombstones outside of the database, so that a restored backup, which is older than they, can be cleaned of them.

One line of JSON for each, digests only: {"account": "Head office", "digest": "…", "erased_at": "…"}.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from voicenter_console.organisation import tombstones
from voicenter_console.organisation.models import Account, Tombstone


def path() -> Path:
    return Path(settings.DATA_DIR) / "tombstones.jsonl"


def append(account: Account, digests: Iterable[str]) -> None:
    """Add to the file of this machine. A line that stands there twice does no harm."""
    now = timezone.now().isoformat()
    lines = [_line(account.name, digest, now) for digest in digests]
    with open(os.open(path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as file:
        file.writelines(lines)


def lines() -> Iterator[str]:
    """All tombstones of the database."""
    for row in Tombstone.objects.select_related("account").order_by("pk"):
        yield _line(row.account.name, row.digest, row.erased_at.isoformat())


def restore(text: Iterable[str]) -> list[Account]:
    """Write those that the database does not know; the accounts that have any. Raises ValueError."""
    found: dict[str, Account] = {}
    for number, line in enumerate(filter(str.strip, text), start=1):
        try:
            said = json.loads(line)
            name, digest, at = said["account"], said["digest"], datetime.fromisoformat(said["erased_at"])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"line {number} is no tombstone") from error
        account = found.get(name) or Account.objects.filter(name=name).first()
        if account:
            found[name] = account
            Tombstone.objects.get_or_create(account=account, digest=digest, defaults={"erased_at": at})
    tombstones.forget()
    return list(found.values())


def _line(account: str, digest: str, at: str) -> str:
    return json.dumps({"account": account, "digest": digest, "erased_at": at}, ensure_ascii=False) + "\n"
