"""F-12, F-18: a new version comes while calls arrive."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults import oracle, traffic
from tests.faults.console import ROOT, Storage, manage
from tests.faults.ledger import Sender

pytestmark = pytest.mark.slow
# What the next version's migrations may do to tables that this version writes (tests/test_migrations.py).
_TOMORROW = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_initial")]
    operations = [
        migrations.AddField("delivery", "seen_by", models.CharField(max_length=40, null=True)),
        migrations.AddField("drift", "note", models.TextField(null=True)),
        migrations.CreateModel("Margin", [("id", models.BigAutoField(primary_key=True)), ("text", models.TextField())]),
    ]
"""


@pytest.fixture
def tomorrow(tmp_path: Path) -> Path:
    """A folder with the settings of a version that is one migration ahead."""
    package = tmp_path / "tomorrows_webhooks"
    shutil.copytree(ROOT / "voicenter_console" / "webhooks" / "migrations", package)
    (package / "0099_tomorrow.py").write_text(_TOMORROW)
    (tmp_path / "tomorrow.py").write_text(
        "from voicenter_console.settings import *\nMIGRATION_MODULES = {'webhooks': 'tomorrows_webhooks'}\n"
    )
    return tmp_path


@contextmanager
def arriving(client: Sender, day: traffic.Day, at_once: int = 2) -> Iterator[None]:
    """The day's messages come, each until it is acknowledged, again and again while the block runs."""
    over = threading.Event()

    def send(place: int) -> None:
        while not over.is_set():
            for message in day.messages[place::at_once]:
                client.until_acknowledged(message)
                if over.wait(0.005):
                    break

    threads = [threading.Thread(target=send, args=(place,)) for place in range(at_once)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


@contextmanager
def a_report(storage: Storage, seconds: float) -> Iterator[None]:
    """Somebody reads the inbox in one long transaction, as an export or a dump does."""
    reading, done = threading.Event(), threading.Event()

    def read() -> None:
        with storage.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT count(*) FROM webhooks_delivery")
            reading.set()
            done.wait(seconds)
            cursor.execute("ROLLBACK")

    thread = threading.Thread(target=read)
    thread.start()
    assert reading.wait(20)
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.mark.fault("F-12")
def test_pushes_are_acknowledged_within_two_seconds_while_the_next_version_migrates(
    make_console, sender, ledger, tomorrow
):
    """The next version's code is not here yet: this one's goes on writing to the new tables."""
    console, day = make_console(), traffic.day(400, twice=0)
    ahead = {"DJANGO_SETTINGS_MODULE": "tomorrow", "PYTHONPATH": f"{ROOT}:{tomorrow}"}
    console.start()
    client = sender(console)
    client.all(day.messages[:100], at_once=2)
    with arriving(client, day), a_report(console.storage, seconds=5):
        began = time.monotonic()
        manage(console.storage, "migrate", "--verbosity=0", seconds=120, **ahead)
        took = time.monotonic() - began
        before = len(ledger.seconds)
        time.sleep(1)
    assert len(ledger.seconds) > before, "old code writes to the new tables"
    client.all(day.messages, at_once=2)
    columns = "SELECT seen_by FROM webhooks_delivery"
    assert set(console.storage.query(columns)) == {(None,)}
    console.drained(60)
    oracle.check(ledger, day, console)
    longest = max(ledger.seconds)
    print(f"{len(ledger.seconds):,} pushes, migration took {took:.1f} s, longest answer {longest * 1000:.0f} ms")
    assert longest < 2
