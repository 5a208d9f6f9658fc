"""P7, P8 and P9: what many calls cost, on databases that are filled once for all of them.

BENCH_ROWS calls (1,000,000 where it does not say) on PostgreSQL, and 100,000 beside them, against which pages are held.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench import exporting, figures, filling, reads
from tests.bench.table import Line
from tests.faults.console import Template

FEW = 100_000
MANY = max(FEW, int(os.environ.get("BENCH_ROWS", "1000000")))
MEASURED = {"P7", "P8", "P9"}


def lines(server: str, asked: set[str]) -> list[Line]:
    """The figures among `asked` that need many calls on `server`; those of SQLite too."""
    found: list[Line] = []
    last = datetime.now(UTC).date() - timedelta(days=1)
    with _template(server) as template:
        many = template.copy()
        filling.fill(many, MANY, last)
        if "P9" in asked:
            found += exporting.csv(many, MANY)
        if asked & {"P7", "P8"}:
            few = template.copy()
            filling.fill(few, FEW, last)
        if "P7" in asked:
            found += reads.call_log((few, FEW), (many, MANY))
        if "P8" in asked:
            found += figures.reports((few, FEW), (many, MANY), last)
    if "P7" in asked:
        with _template("") as template:
            embedded = template.copy()
            filling.fill(embedded, FEW, last)
            found += reads.sqlite(embedded, FEW)
    return found


@contextmanager
def _template(server: str) -> Iterator[Template]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        template = Template(Path(folder), server, "")
        try:
            yield template
        finally:
            template.close()
