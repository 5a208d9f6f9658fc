"""A process of the console's own on some storage, for figures that are taken inside it: database time, memory.

What it is asked to do are functions of the bench's modules. They import the console only when they are called, as it
can be imported only once its settings are known.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.faults.console import Storage


class Inside:
    """The process. It does one thing at a time."""

    def __init__(self, storage: Storage) -> None:
        self._pool = ProcessPoolExecutor(1, get_context("spawn"), _begin, (storage.environment,))

    def __call__(self, act: Callable[..., Any], *arguments: Any) -> Any:
        return self._pool.submit(act, *arguments).result()

    def stop(self) -> None:
        self._pool.shutdown()


def _begin(environment: dict[str, str]) -> None:
    os.environ.update(environment)
    import django

    django.setup()


@dataclass(slots=True)
class Spent:
    """Seconds in all, and in statements of the database; how many of those."""

    seconds: float = 0.0
    database: float = 0.0
    statements: int = 0


@contextmanager
def spent() -> Iterator[Spent]:
    """What the block spends."""
    from django.db import connection

    found = Spent()

    def timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            found.database += time.perf_counter() - began
            found.statements += 1

    began = time.perf_counter()
    with connection.execute_wrapper(timed):
        yield found
    found.seconds = time.perf_counter() - began


def administrator() -> Any:
    """The person who looks: one, made where there is none."""
    from voicenter_console.organisation.models import User
    from voicenter_console.organisation.roles import Role

    found = User.objects.filter(email="bench@centre.example").first()
    return found or User.objects.create_user("bench@centre.example", "a password of the bench", role=Role.ADMIN)


@contextmanager
def peak() -> Iterator[list[int]]:
    """Resident bytes at the beginning, and the most there were until the end (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak that was
    found = [_memory("VmRSS")]
    yield found
    found.append(_memory("VmHWM"))


def _memory(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
