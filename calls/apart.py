"""Work that a beat does for many rows, one apart from the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Row = TypeVar("Row")


def each(rows: Iterable[Row], work: Callable[[Row], object]) -> int:
    """Have all of them done, whatever becomes of one; for how many `work` said something true.

    Raises what failed as one ExceptionGroup, after the last.
    """
    done, failed = 0, []
    for row in rows:
        try:
            done += bool(work(row))
        except Exception as error:
            failed.append(error)
    if failed:
        raise ExceptionGroup(f"{len(failed)} could not be done", failed)
    return done
