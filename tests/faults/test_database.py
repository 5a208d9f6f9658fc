"""F-10, F-11: what happens between the console and its database."""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import time
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.faults import oracle, traffic
from tests.faults.chaos import Program
from tests.faults.console import ACCOUNT
from tests.faults.proxy import Proxy

pytestmark = pytest.mark.slow


@pytest.fixture
def sqlite_only(template) -> None:
    if template.server:
        pytest.skip("about SQLite; the run on the embedded default has it")


@pytest.fixture
def postgres_only(template) -> None:
    if not template.server:
        pytest.skip("about PostgreSQL; the run with DATABASE_URL has it")


@pytest.mark.fault("F-10")
def test_a_connection_that_dies_after_the_commit_leads_to_a_resend_that_changes_nothing(
    postgres_only, make_console, sender, ledger, template
):
    storage, day = template.copy(), traffic.day(20, twice=0)
    at = urlsplit(storage.database)
    proxy = Proxy((at.hostname, at.port or 5432))
    through = at._replace(netloc=f"{at.username}:{at.password or ''}@127.0.0.1:{proxy.port}")
    console = make_console(storage=storage, DATABASE_URL=urlunsplit(through))
    console.start()
    client = sender(console)

    proxy.cut_after = b"INSERT INTO webhooks_delivery"
    for message in day.messages:
        answer = client.post(message)
        assert (answer.status, answer.err) == (503, 2)
    assert proxy.cuts == 20
    assert not ledger.acked
    assert console.inbox().keys() == {message.digest for message in day.messages}  # it was committed all the same

    proxy.cut_after = b""
    client.all(day.messages, at_once=4)
    console.drained(30)
    assert {times for _, times, *_ in console.inbox().values()} == {2}
    oracle.check(ledger, day, console, unavailable=True)
    proxy.close()


@pytest.mark.fault("F-10")
def test_a_database_that_refuses_is_503_and_recovers_unaided(postgres_only, make_console, sender, ledger, template):
    storage, day = template.copy(), traffic.day(60, twice=0)
    at = urlsplit(storage.database)
    proxy = Proxy((at.hostname, at.port or 5432))
    through = at._replace(netloc=f"{at.username}:{at.password or ''}@127.0.0.1:{proxy.port}")
    console = make_console(storage=storage, DATABASE_URL=urlunsplit(through))
    console.start()
    client = sender(console)
    client.all(day.messages[:20], at_once=4)

    proxy.refuse = True
    refused = client.all(day.messages[20:40], at_once=4, once=True)
    assert {(answer.status, answer.err) for answer in refused} == {(503, 2)}
    proxy.refuse = False
    client.all(day.messages[20:], at_once=4)
    console.drained(30)
    oracle.check(ledger, day, console, unavailable=True)
    proxy.close()


_KEEPER = f"""
import sys, time
import django
django.setup()
from django.db import DatabaseError, connection
from voicenter_console.organisation.models import Account
from voicenter_console.webhooks import inbox
account = Account.objects.get(name={ACCOUNT!r})
with connection.cursor() as cursor:
    print("synchronous", cursor.execute("PRAGMA synchronous").fetchone()[0], flush=True)
    print("journal", cursor.execute("PRAGMA journal_mode").fetchone()[0], flush=True)
for number in range(int(sys.argv[2])):
    body = f'{{{{"ivruniqueid": "20261101120000{{sys.argv[1]}}{{number:08d}}"}}}}'
    while True:  # refused, it is sent again
        began = time.monotonic()
        try:
            inbox.keep(account.pk, "cdr", body.encode())
        except DatabaseError as error:
            print("refused", error, "after", time.monotonic() - began, flush=True)
        else:
            print("kept", body, flush=True)
            break
"""


@pytest.mark.fault("F-11")
def test_eight_writing_processes_a_long_reader_and_kills_lose_nothing(sqlite_only, template):
    """Each insert waits its turn (IMMEDIATE, 5 s) and is refused when that was not enough; what was kept is kept,
    also of those that were killed."""
    storage = template.copy()
    command = [sys.executable, "-c", _KEEPER]
    writers = [
        Program(f"writer-{n}", [*command, str(n), "2000"], storage.environment, storage.folder) for n in range(8)
    ]
    with contextlib.closing(sqlite3.connect(storage.folder / "console.sqlite3", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM webhooks_delivery").fetchone() == (0,)
        for writer in writers:
            writer.start()
        for writer in writers[:3]:
            _wait_for_lines(writer, 300)
            writer.kill()
        codes = [writer.wait_for_death(120) for writer in writers]
        assert reader.execute("SELECT count(*) FROM webhooks_delivery").fetchone() == (0,)  # it still sees its past
    assert codes == [-9] * 3 + [0] * 5
    said = [writer.log.read_text().splitlines() for writer in writers]
    assert all(lines[:2] == ["synchronous 2", "journal wal"] for lines in said)
    refused = [line for lines in said for line in lines if line.startswith("refused")]
    assert {line.partition(" after ")[0] for line in refused} <= {"refused database is locked"}
    assert all(float(line.partition(" after ")[2]) > 4.5 for line in refused), "none without its five seconds"
    print(f"{len(refused)} of 16,000 inserts waited five seconds in vain and came again")
    assert [sum(line.startswith("kept") for line in lines) for lines in said[3:]] == [2000] * 5
    kept = {line.removeprefix("kept ").encode() for lines in said for line in lines if line.startswith("kept ")}
    assert len(kept) >= 5 * 2000 + 3 * 300
    stored = {bytes(body) for (body,) in storage.query("SELECT body FROM webhooks_delivery")}
    assert kept <= stored
    assert len(stored - kept) <= 3  # killed between the commit and the word
    assert storage.query("PRAGMA integrity_check") == [("ok",)]


def _wait_for_lines(program: Program, lines: int) -> None:
    until = time.monotonic() + 60
    while not program.log.exists() or program.log.read_bytes().count(b"\n") < lines:
        assert time.monotonic() < until, program.log.read_text()[-1000:]
        time.sleep(0.02)


@pytest.mark.fault("F-11")
def test_a_lock_held_over_five_seconds_is_503_and_the_resend_is_taken(sqlite_only, make_console, sender, ledger):
    console, day = make_console(), traffic.day(1, twice=0)
    console.start()
    client, (message,) = sender(console), day.messages
    with console.storage.cursor() as holder:
        holder.execute("BEGIN IMMEDIATE")
        answer = client.post(message)
        assert (answer.status, answer.err) == (503, 2)
        assert 4.5 < answer.seconds < 8
        holder.execute("ROLLBACK")
    client.until_acknowledged(message)
    console.drained(20)
    oracle.check(ledger, day, console, unavailable=True)
