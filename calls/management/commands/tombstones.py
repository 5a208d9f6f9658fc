"""`manage.py tombstones`: erased people stay erased when a backup comes back."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from calls.erasure import ledger, running


class Command(BaseCommand):
    help = "export: print all tombstones. apply: after a backup was restored, erase again whom they name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["export", "apply"])
        parser.add_argument("file", nargs="?", type=Path, help="default of apply: DATA_DIR/tombstones.jsonl")

    def handle(self, *args: Any, act: str, file: Path | None, **options: Any) -> None:
        if act == "export":
            text = "".join(ledger.lines())
            file.write_text(text) if file else self.stdout.write(text, ending="")
            return
        file = file or ledger.path()
        try:
            with open(file) as text:
                accounts = ledger.restore(text)
        except (OSError, ValueError) as error:
            raise CommandError(f"{file}: {error}") from error
        for account in accounts:
            counts: Counter[str] = Counter()
            running.forget(account, None, lambda place, n=0, counts=counts: counts.update({place: n}))
            self.stdout.write(f"{account}: {sum(counts.values())} rows changed or deleted")
