"""One table of figures, as text and as JSON, with the last run beside it."""

from __future__ import annotations

import json
import platform
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from os import cpu_count
from pathlib import Path
from typing import Any

KEPT = Path(__file__).resolve().parents[2] / "bench.json"


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of TARGETS.md. `met` is None where there is nothing to compare; a missed target fails nothing."""

    number: str
    what: str
    figure: float | None
    target: str
    met: bool | None
    note: str = ""

    @property
    def key(self) -> str:
        return f"{self.number} {self.what}"


def conditions() -> dict[str, Any]:
    """Machine, versions and commit: a figure means nothing without them."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    changed = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True).stdout.strip()
    packages = ("Django", "djangorestframework", "uvicorn", "a2wsgi", "psycopg", "celery", "duckdb")
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": cpu_count(),
        "load": Path("/proc/loadavg").read_text().split()[0] if Path("/proc/loadavg").exists() else "?",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in packages},
        "commit": f"{commit or 'none'}{' with changes' if changed else ''}",
        "load_generator": "asyncio, a process of its own on the same cores",
    }


def show(lines: list[Line], about: dict[str, Any]) -> None:
    """Print the table, with the last run's figures where it has them, and keep this one."""
    last = json.loads(KEPT.read_text()) if KEPT.exists() else {"lines": [], "about": {}}
    before = {f"{line['number']} {line['what']}": line["figure"] for line in last["lines"]}
    for name, value in about.items():
        print(f"{name.replace('_', ' ')}: {value}")
    print(f"last run: {last['about'].get('at', 'none')}, commit {last['about'].get('commit', '-')}\n")
    width = max(len(line.what) for line in lines)
    print(f"{'#':4}{'what':{width}}  {'now':>8} {'last':>8}  {'target':8} {'':7} ")
    for line in lines:
        word = {True: "met", False: "MISSED", None: ""}[line.met]
        now, then = _figure(line.figure), _figure(before.get(line.key))
        print(f"{line.number:4}{line.what:{width}}  {now:>8} {then:>8}  {line.target:8} {word:7} {line.note}")
    KEPT.write_text(
        json.dumps({"about": about, "lines": [asdict(line) for line in lines]}, indent=1, ensure_ascii=False)
    )


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
