"""A whole console with its simulated cloud, as `make run` starts it, and a real browser in front of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
ROOT = Path(__file__).parent.parent.parent
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# Far enough that every kind of call has ended and Dana has answered some of them.
FIRST_CALLS_SECONDS = 240
OWNER = "owner@centre.example"
expect.set_options(timeout=15_000)  # ms; a machine may be busy with other tests


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.whole)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@dataclass(frozen=True)
class Console:
    """A running demo: where it is, who may sign in with which password, and who has done so."""

    url: str
    sandbox: str
    passwords: dict[str, str]
    sessions: dict[str, Any] = field(default_factory=dict)

    def cloud(self, door: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask the simulated cloud's own door: GET, or POST where there is a body."""
        data = json.dumps(body).encode() if body is not None else None
        with urllib.request.urlopen(f"{self.sandbox}/sandbox/{door}", data, timeout=60) as answer:
            return json.load(answer)


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """`manage.py demo` on free ports with a data folder of its own, on the database of this test run."""
    folder = tmp_path_factory.mktemp("demo")
    web, sandbox = _free_port(), _free_port()
    with database("browser") as database_url:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "voicenter_console.settings",
            "DATA_DIR": str(folder),
            "DATABASE_URL": database_url,
            "REDIS_PREFIX": f"browser-{web}:",
            "PORT": str(web),
            "SANDBOX_PORT": str(sandbox),
            "DEMO": "1",
            "SECRET_KEY": "a key for browser tests",
            "ALLOWED_HOSTS": "127.0.0.1",
        }
        log = folder / "out.log"
        with open(log, "wb") as out:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "demo"], cwd=ROOT, env=environment, stdout=out, stderr=out
            )
        try:
            _wait(lambda: _answers(web) and _answers(sandbox), seconds=90)
            passwords = dict(re.findall(r"(\S+@centre\.example)\s+(\S+)", log.read_text()))
            console = Console(f"http://127.0.0.1:{web}", f"http://127.0.0.1:{sandbox}", passwords)
            console.cloud("advance", {"seconds": FIRST_CALLS_SECONDS})
            _wait(lambda: _pulled(console), seconds=120)
            yield console
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)
        assert not _answers(web), "Ctrl-C left the web process"
        assert not _answers(sandbox), "Ctrl-C left the sandbox"


def _pulled(console: Console) -> bool:
    """Whether the calls of the days before are all here: while they come, the pages move under the reader's hand."""
    with httpx.Client(base_url=console.url, follow_redirects=True, timeout=30) as client:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/").text)[1]
        form = {"username": OWNER, "password": console.passwords[OWNER], "csrfmiddlewaretoken": token}
        client.post("/sign-in/", data=form)
        ledger = client.get("/api/v1/sync/").json()
    return ledger["complete_until"] is not None and {row["state"] for row in ledger["results"]} == {"closed"}


@contextmanager
def database(name: str) -> Iterator[str]:
    """The URL of a database of its own on the server that DATABASE_URL names; '' for the embedded default."""
    server = os.environ.get("DATABASE_URL", "")
    if not server:
        yield ""
        return
    name = f"console_{name}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield server.rpartition("/")[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


# Not for the session: its event loop in this thread would refuse the database to the tests after these.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def sign_in(console: Console, browser: Browser) -> Iterator[Callable[..., Page]]:
    """A page of somebody of the cast. The test fails on a script error, on what the browser refused (scripts
    and styles against the CSP, requests that failed) and on a request to another host."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def signed_in(
        who: str, *, language: str = "en", theme: str = "light", width: int = 1360, height: int = 900,
        script: bool = True,
    ) -> Page:  # fmt: skip
        if who not in console.sessions:
            console.sessions[who] = _signed_in(browser, console, who)
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", java_script_enabled=script,
            color_scheme=theme, storage_state=console.sessions[who],
        )  # fmt: skip
        contexts.append(context)
        context.add_cookies([
            {"name": "django_language", "value": language, "url": console.url},
            {"name": "theme", "value": theme, "url": console.url},
        ])  # fmt: skip
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.on("console", lambda line: _only_quiet(line, troubles))
        page.on("request", lambda request: _only_home(request.url, console.url, troubles))
        return page

    yield signed_in
    for context in contexts:
        context.close()
    assert not troubles, troubles


def _signed_in(browser: Browser, console: Console, who: str) -> Any:
    """The cookies of somebody who signed in through the form."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{console.url}/sign-in/")
        page.fill("#id_username", f"{who}@centre.example")
        page.fill("#id_password", console.passwords[f"{who}@centre.example"])
        page.click(".sign-in-form button[type=submit]")
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return context.storage_state()


def _only_quiet(line: ConsoleMessage, troubles: list[str]) -> None:
    """htmx calls it an error that a request ended with the page it was for."""
    aborted = line.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))
    if line.type == "error" and not aborted:
        troubles.append(f"{line.page.url if line.page else ''}: {line.text}")


def _only_home(url: str, home: str, troubles: list[str]) -> None:
    if not url.startswith((f"{home}/", "data:", "blob:")):
        troubles.append(f"a request to another host: {url}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(ready: Callable[[], bool], *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until, f"not ready after {seconds} s"
        time.sleep(0.2)
