"""The rows of FAULTS.md: each that must hold has a test that bears its number, and docs/faults.md says which."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "faults.md"


def rows(*spans: int | tuple[int, int]) -> set[str]:
    numbers = [span if isinstance(span, tuple) else (span, span) for span in spans]
    return {f"F-{number:02}" for first, last in numbers for number in range(first, last + 1)}


MAIN_JOB = rows((1, 5), 10, 11, (14, 17), (19, 22), (25, 27), 30, (34, 36), 38, 47, 49, 50, (52, 56), 59, 65)
BOTH_WAYS = rows(6, 31, 33, (42, 46), 57, 58)
CALLS = rows(7, 12, 13, 18, 23, 24, 28, 29, 32, 37, (39, 41), 48, 60, 63, 66)
HOLDS_ON = {"SQLite, PostgreSQL", "SQLite", "PostgreSQL", "needs none"}


def proven() -> dict[str, set[str]]:
    """Row → files with a test that is marked with it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fault":
                found[ast.literal_eval(node.args[0])].add(path.relative_to(TESTS).as_posix())
    return found


def test_every_row_that_must_hold_has_a_test():
    assert not (MAIN_JOB | BOTH_WAYS | CALLS | {"T1"}) - proven().keys()


def test_the_page_names_every_row_with_its_tests():
    listed = re.findall(r"^\| ([FT]-?\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", PAGE.read_text(), re.MULTILINE)
    written = {row: set(re.findall(r"`([^`]+)`", tests)) for row, tests, _ in listed}
    marked = proven()
    assert written.keys() == marked.keys()
    for row, files in written.items():
        assert files, row
        assert files <= marked[row], f"{row}: {files - marked[row]} has no such mark"
    assert {where for *_, where in listed} <= HOLDS_ON
