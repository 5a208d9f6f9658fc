"""F-01: the web process dies at any moment of a delivery."""

from __future__ import annotations

import contextlib
import os
import sqlite3

import pytest

from tests.faults import oracle, traffic
from tests.faults.chaos import Chaos, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.fault("F-01")]
SECONDS = int(os.environ.get("FAULTS_SECONDS", "60"))

# Between the INSERT and its COMMIT there is no code of ours to stop at: the database itself is made to dawdle there.
_DAWDLE = {
    "postgresql": [
        "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(3); RETURN NEW; END $$",
        "CREATE TRIGGER dawdle AFTER INSERT ON webhooks_delivery FOR EACH ROW EXECUTE FUNCTION dawdle()",
    ],
    "sqlite": [
        "CREATE VIEW long_count AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 50000000) "
        "SELECT count(*) AS total FROM n",
        "CREATE TRIGGER dawdle AFTER INSERT ON webhooks_delivery BEGIN SELECT total FROM long_count; END",
    ],
}


@pytest.mark.parametrize(("point", "kept"), [("pre", 0), ("commit", 1)])
def test_killed_at_a_point_before_the_answer(make_console, sender, ledger, point, kept):
    """No answer, so no acknowledgement; what was committed by then is found again by its resend."""
    console, day = make_console(), traffic.day(1, twice=0)
    web, (message,) = console.webs[0], day.messages
    web.start(FAULT_POINT=point)
    console.ready()

    assert sender(console).post(message).status == 0
    assert web.wait_for_death() == -9
    assert len(console.inbox()) == kept
    assert not ledger.acked

    console.start()
    assert sender(console).until_acknowledged(message)
    console.drained(20)
    assert console.inbox()[message.digest][:2] == ("done", 1 + kept)
    oracle.check(ledger, day, console)


def test_killed_between_insert_and_commit(make_console, sender, ledger):
    console, day = make_console(), traffic.day(1, twice=0)
    (message,) = day.messages
    kind = "postgresql" if console.storage.database else "sqlite"
    console.storage.execute(*_DAWDLE[kind])
    web = console.webs[0]
    web.start()
    console.ready()

    with sender(console).in_background(message) as answer:
        wait_until(lambda: _inserting(console), 20, "the INSERT is on its way")
        web.kill()
    assert answer.result().status == 0
    assert not ledger.acked
    # PostgreSQL's server process ends its statement and commits, SQLite's statement died with ours
    wait_until(lambda: not _inserting(console), 20, "nobody writes")
    assert len(console.inbox()) == (1 if console.storage.database else 0)

    console.storage.execute("DROP TRIGGER dawdle" + (" ON webhooks_delivery" if console.storage.database else ""))
    console.start()
    sender(console).until_acknowledged(message)
    console.drained(20)
    oracle.check(ledger, day, console)


def _inserting(console) -> bool:
    if console.storage.database:
        asked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
        return bool(console.storage.query(asked))
    with contextlib.closing(sqlite3.connect(console.storage.folder / "console.sqlite3", timeout=0)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        return False


def test_killed_at_random_while_days_arrive(make_console, sender, ledger):
    """Every second and a half, whatever they are at, as long as anybody answers. FAULTS_SECONDS: 60 by default."""
    console, day = make_console(webs=2), traffic.day(min(20 * SECONDS, 12_000))
    console.start()
    with Chaos(console.webs, every=1.5, seed=1, fit=console.serving) as chaos:
        sender(console).spread(day.messages, over=SECONDS, at_once=6)
        wait_until(lambda: chaos.kills >= SECONDS // 10, 180, "a kill each ten seconds, at the least")
    assert chaos.deaths_of_their_own == []
    console.drained(60)
    oracle.check(ledger, day, console)
    print(f"{ledger.count(200):,} acknowledgements, {ledger.count(0):,} without an answer, {chaos.kills} kills")
