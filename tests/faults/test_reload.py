"""F-18: new web processes take over from the old ones a hundred times, and nobody is refused."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.faults import nginx, oracle, traffic
from tests.faults.chaos import wait_until
from tests.faults.console import TOKEN, Console, manage
from tests.faults.ledger import Sender

pytestmark = [pytest.mark.slow, pytest.mark.fault("F-18")]
RELOADS = 100


class Visitors:
    """Pushes and page views, one after the other on each of `at_once` threads, until the block is left."""

    def __init__(self, client: Sender, day: traffic.Day, page: str, at_once: int = 3) -> None:
        self._client, self._day, self._page, self._over = client, day, page, threading.Event()
        self.pages: Counter[int | str] = Counter()
        pushing = [threading.Thread(target=self._push, args=(place, at_once)) for place in range(at_once)]
        self._threads = [*pushing, threading.Thread(target=self._look)]

    def _push(self, place: int, at_once: int) -> None:
        while not self._over.is_set():
            for message in self._day.messages[place::at_once]:
                self._client.post(message)
                if self._over.wait(0.01):
                    break

    def _look(self) -> None:
        while not self._over.wait(0.02):
            try:
                self.pages[httpx.get(self._page, timeout=20, trust_env=False).status_code] += 1
            except httpx.HTTPError as error:
                self.pages[repr(error)] += 1

    def __enter__(self) -> Visitors:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def test_a_hundred_reloads_refuse_nobody(make_console, ledger, tmp_path: Path):
    """Behind the nginx of deploy/ where there is one; else what it does for a push is done by the client."""
    console, day = make_console(web_processes=2), traffic.day(500, twice=0)
    manage(console.storage, "collectstatic", "--no-input", "--verbosity=0")
    console.start()
    proxy = nginx.Nginx(tmp_path, console.ports[0]) if nginx.program() else None
    with proxy or contextlib.nullcontext():
        site = f"http://127.0.0.1:{proxy.port if proxy else console.ports[0]}"
        client = Sender(ledger, lambda: f"{site}/hooks/{TOKEN}/cdr/", like_a_proxy=proxy is None)
        client.all(day.messages, at_once=4)
        with Visitors(client, day, f"{site}/sign-in/") as visitors:
            spent = [_reload(console) for _ in range(RELOADS)]
    console.drained(60)
    oracle.check(ledger, day, console)
    assert visitors.pages.keys() == {200}, visitors.pages
    print(
        f"{RELOADS} reloads in {sum(spent):.0f} s, {len(ledger.seconds):,} pushes and {visitors.pages[200]:,} pages, "
        f"behind {'nginx' if proxy else 'no proxy'}: none refused, longest push {max(ledger.seconds):.2f} s"
    )


def _reload(console: Console) -> float:
    web, began = console.webs[0], time.monotonic()
    old = web.children()
    web.signal(signal.SIGHUP)
    wait_until(lambda: len(now := web.children()) == 2 and not now & old, 120, "both web processes are new")
    return time.monotonic() - began


def test_web_processes_end_with_the_one_that_started_them(make_console):
    """Or its successor would find the port taken."""
    console = make_console(web_processes=2, workers=0)
    console.start()
    web = console.webs[0]
    wait_until(lambda: len(web.children()) == 2, 20, "both web processes are there")
    orphans = web.children()
    web.kill_alone()
    wait_until(lambda: not any(_lives(pid) for pid in orphans), 20, "the orphans end")
    console.start()
    assert console.page("/healthz").status_code == 200


def test_open_pages_are_let_go_when_their_server_is_told_to_end(make_console):
    """Their stream ends as a whole answer; a server that had to wait for it would cut it off."""
    console = make_console(workers=0)
    manage(console.storage, "collectstatic", "--no-input", "--verbosity=0")
    password = manage(console.storage, "person", "add", "tal@centre.example").split()[-1]
    console.start()
    with (
        console.signed_in("tal@centre.example", password) as browser,
        browser.stream("GET", "/live/") as answer,
    ):
        lines = answer.iter_lines()
        assert next(lines).startswith("retry")
        console.webs[0].signal(signal.SIGTERM)
        assert "event: ping" in list(lines)
    console.webs[0].wait_for_death(20)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
