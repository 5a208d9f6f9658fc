"""F-46: does the time of a pop-up's answer tell whether its number is known?"""

from __future__ import annotations

import math
import random
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from tests.bench.table import Line
from tests.faults.console import Console, Template, manage

TOKEN = "a-popup-token-of-the-bench"
KNOWN, SAMPLES = 40, 2000
_FILL = f"""
from calls.models import Contact, ContactNumber
from voicenter_console.organisation.models import Account, HookToken
account = Account.objects.get()
HookToken.issue(account, ["popup"], {TOKEN!r})
for number in range({KNOWN}):
    contact = Contact.objects.create(account=account, name=f"Contact {{number}}", company="Carmel Foods")
    ContactNumber.of(contact, f"+97254555{{number:04}}").save()
"""


def timing(server: str, redis: str) -> list[Line]:
    """Mann-Whitney over SAMPLES answers of each kind, known and unknown numbers in turn by lot."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        template = Template(Path(folder), server, redis)
        try:
            storage = template.copy()
            manage(storage, "shell", "--verbosity=0", "-c", _FILL)
            console = Console(storage, workers=0, LOG_LEVEL="ERROR")
            console.start()
            try:
                known, unknown = _times(console.ports[0])
            finally:
                console.stop()
        finally:
            template.close()
    p = mann_whitney(known, unknown)
    apart = 1000 * abs(statistics.median(known) - statistics.median(unknown))
    words = f"medians {1000 * statistics.median(known):.2f} and {1000 * statistics.median(unknown):.2f} ms, p {p:.3f}"
    where = "PostgreSQL" if server else "SQLite"
    return [
        Line("F46", f"pop-up, {where}, Mann-Whitney p of known against unknown", p, "> 0.05", p > 0.05, words),
        Line("F46", f"pop-up, {where}, medians apart (ms)", apart, "≤ 5", apart <= 5, words),
    ]


def _times(port: int) -> tuple[list[float], list[float]]:
    """Seconds of each answer. Unknown numbers are few enough to stay under the limit of misses."""
    kinds = random.Random(1).sample([True] * SAMPLES + [False] * SAMPLES, 2 * SAMPLES)
    found: dict[bool, list[float]] = {True: [], False: []}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, trust_env=False) as client:
        for turn, kind in enumerate([True, False] * 20 + kinds):
            phone = f"054555{turn % KNOWN:04}" if kind else f"054556{turn % KNOWN:04}"
            began = time.perf_counter()
            answer = client.get(f"/hooks/{TOKEN}/popup/", params={"phone": phone})
            spent = time.perf_counter() - began
            if answer.json()["TOTAL"] != str(int(kind)):
                raise RuntimeError(f"{phone}: {answer.text}")
            if turn >= 40:
                found[kind].append(spent)
    return found[True], found[False]


def mann_whitney(ones: list[float], others: list[float]) -> float:
    """Two-sided p by the normal approximation, which 2,000 samples bear."""
    ranked = sorted([(value, 0) for value in ones] + [(value, 1) for value in others])
    ranks = sum(rank for rank, (_, kind) in enumerate(ranked, start=1) if kind == 0)
    n, m = len(ones), len(others)
    u = ranks - n * (n + 1) / 2
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))
