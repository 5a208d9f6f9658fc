"""`make bench`: the speed figures of TARGETS.md that are measured so far. A missed target is printed, not failed.

    python -m tests.bench [P1 P3 P7 P8 P9 P12 P13 F46 ...]

BENCH_DATABASE_URL and BENCH_REDIS_URL name servers other than those on the standard ports (as a superuser of the
first), BENCH_ROWS the number of calls to measure among (1,000,000).
"""

from __future__ import annotations

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

from tests.bench import hooks, pages, popups, scale
from tests.bench.table import Line, conditions, show
from tests.faults.console import answers


def main(asked: set[str]) -> None:
    database = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
    redis = os.environ.get("BENCH_REDIS_URL", "redis://127.0.0.1:6379/9" if answers(6379) else "")
    there = answers(5432) or "BENCH_DATABASE_URL" in os.environ
    about = conditions()
    lines: list[Line] = []
    if asked & {"P1", "P2"}:
        lines += (
            hooks.postgres(database, redis) if there else [Line("P1", "PostgreSQL does not answer", None, "", None)]
        )
    if "P3" in asked:
        lines += hooks.sqlite()
    if asked & scale.MEASURED:
        lines += scale.lines(database, asked) if there else [Line("P7", "PostgreSQL does not answer", None, "", None)]
    if "P12" in asked:
        lines += pages.first_minutes()
    if "P13" in asked:
        lines += pages.queries()
    if "F46" in asked:
        lines += popups.timing("", "")
        lines += popups.timing(database, redis) if there else []
    about["rows"] = (
        f"hooks: an inbox that begins empty; run: an empty folder; call log and export: {scale.MANY:,} calls"
    )
    show(lines, about)


if __name__ == "__main__":
    main({name.upper() for name in sys.argv[1:]} or {"P1", "P2", "P3", "P12", "P13", "F46", *scale.MEASURED})
