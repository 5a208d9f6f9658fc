"""The console as real processes on storage of its own, started and looked into from outside.

Where DATABASE_URL and REDIS_URL stand in the test run's environment they say which servers to use (a database is
made there and dropped again); without them it is the embedded default: SQLite and the filesystem broker.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
from django.utils.dateparse import parse_datetime

from tests.faults.chaos import Program, wait_until
from voicenter_console import processes

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-hook-token-of-the-fault-tests"
CODE = "canary-7e1c5a94-account-code"
ACCOUNT = "Fault Centre"
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Storage:
    """Where a console keeps everything: a folder, and a database on a server unless it is SQLite in the folder."""

    folder: Path
    database: str = ""
    redis: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """What the console's processes are started with; of ours they inherit no setting."""
        ours = ("DJANGO_", "DATABASE_", "REDIS_", "PYTEST_", "DATA_DIR", "DEBUG", "DEMO", "FAULT_POINT")
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(ours)},
            "DJANGO_SETTINGS_MODULE": "voicenter_console.settings",
            "PYTHONPATH": str(ROOT),
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self.database,
            "REDIS_URL": self.redis,
            "REDIS_PREFIX": f"{self.folder.name}:",
            "SECRET_KEY": "a key for the fault tests only",
            "ALLOWED_HOSTS": "127.0.0.1",
        }

    @contextlib.contextmanager
    def cursor(self) -> Iterator[Any]:
        """A DB-API cursor of the test's own, past all code of the console."""
        if self.database:
            connection = psycopg.connect(self.database, autocommit=True)
        else:
            connection = sqlite3.connect(self.folder / "console.sqlite3", timeout=30, isolation_level=None)
        with contextlib.closing(connection):
            yield connection.cursor()

    def execute(self, *statements: str) -> None:
        with self.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with self.cursor() as cursor:
            return cursor.execute(sql).fetchall()


class Template:
    """A migrated database with one account, made once for a test run and copied for each test."""

    def __init__(self, folder: Path, server: str, redis: str) -> None:
        self._folder, self.server, self._redis = folder, server, redis
        self._made = 0
        self._databases: list[str] = []
        self._storage = Storage(folder / "template", self._create("template", "template0"), redis)
        self._storage.folder.mkdir()
        manage(self._storage, "migrate", "--verbosity=0", seconds=240)
        manage(self._storage, "account", "add", ACCOUNT, "--code", CODE, "--hook-token", TOKEN)
        self._storage.execute("UPDATE organisation_account SET pulls = false")  # its cloud pushes, and is not there

    def copy(self) -> Storage:
        """Storage for one test."""
        self._made += 1
        folder = self._folder / f"console{os.getpid()}-{self._made}"
        if self.server:
            folder.mkdir()
            return Storage(folder, self._create(str(self._made), self._name("template")), self._redis)
        shutil.copytree(self._storage.folder, folder)
        return Storage(folder, "", self._redis)

    def close(self) -> None:
        with contextlib.ExitStack() as stack:
            for name in self._databases:
                stack.callback(self._on_server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _create(self, name: str, template: str) -> str:
        if not self.server:
            return ""
        self._on_server(f'CREATE DATABASE "{self._name(name)}" TEMPLATE "{template}"')
        self._databases.append(self._name(name))
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{self._name(name)}"))

    def _name(self, name: str) -> str:
        return f"console_faults_{os.getpid()}_{name}"

    def _on_server(self, sql: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql)


def manage(storage: Storage, *arguments: str, seconds: float = 60, **environment: str) -> str:
    """Run `manage.py` and return what it said. Raises subprocess.CalledProcessError, subprocess.TimeoutExpired."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    done = subprocess.run(command, env={**storage.environment, **environment}, check=True, capture_output=True,
                          text=True, timeout=seconds)  # fmt: skip
    return done.stdout


class Console:
    """Web and worker processes on one storage; `extra` is added to their environment."""

    def __init__(
        self, storage: Storage, *, webs: int = 1, web_processes: int = 1, workers: int = 1, **extra: str
    ) -> None:
        self.storage, self._web_processes = storage, web_processes
        environment = {**storage.environment, **extra}
        self.ports = [free_port() for _ in range(webs)]
        self.webs = [self._program("web", port, environment) for port in self.ports]
        self.workers = [self._program("worker", place, environment) for place in range(workers)]
        self._next = 0

    def _program(self, name: str, number: int, environment: dict[str, str]) -> Program:
        command = processes.console(port=number, web_processes=self._web_processes)[name]
        return Program(f"{name}-{number}", command, environment, self.storage.folder)

    @property
    def programs(self) -> list[Program]:
        return [*self.webs, *self.workers]

    def start(self) -> Console:
        for program in self.programs:
            program.start()
        return self.ready()

    def ready(self) -> Console:
        """Wait until every web process answers."""
        for web, port in zip(self.webs, self.ports, strict=True):
            wait_until(lambda web=web, port=port: not web.alive or answers(port), 30, f"{web.name} answers")
            assert web.alive, web.log.read_text()[-2000:]
        return self

    def serving(self) -> bool:
        """Whether any web process answers now."""
        return any(answers(port) for port in self.ports)

    def stop(self) -> None:
        for program in self.programs:
            program.kill()

    def __enter__(self) -> Console:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def hook(self, channel: str = "cdr", token: str = TOKEN) -> str:
        """The hook's address; the web processes take turns."""
        self._next += 1
        return f"http://127.0.0.1:{self.ports[self._next % len(self.ports)]}/hooks/{token}/{channel}/"

    def page(self, path: str, **arguments: Any) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.ports[0]}{path}", timeout=10, **arguments)

    @contextlib.contextmanager
    def signed_in(self, email: str, password: str) -> Iterator[httpx.Client]:
        """A browser without scripts, behind the sign-in page."""
        with httpx.Client(base_url=f"http://127.0.0.1:{self.ports[0]}", follow_redirects=True, timeout=20) as browser:
            token = _CSRF.search(browser.get("/sign-in/").text)[1]
            data = {"username": email, "password": password, "csrfmiddlewaretoken": token}
            landed = browser.post("/sign-in/", data=data)
            assert landed.status_code == 200
            assert "sign-out" in landed.text
            yield browser

    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in sorted(self.storage.folder.glob("*.log")))

    # --- what is stored ---
    def inbox(self) -> dict[str, tuple[str, int, int, str]]:
        """By digest: state, times received, attempts, reason."""
        rows = self.storage.query("SELECT digest, state, times, attempts, reason FROM webhooks_delivery")
        return {row[0]: row[1:] for row in rows}

    def waiting(self) -> int:
        return self.storage.query("SELECT count(*) FROM webhooks_delivery WHERE state = 'new'")[0][0]

    def cdrs(self) -> list[tuple[Any, ...]]:
        """(call id, type, status, start, talk seconds, pk of the Call), in no order."""
        found = self.storage.query("SELECT call_uid, type_id, status, started_at, talk_seconds, call_id FROM calls_cdr")
        return [(*row[:3], _moment(row[3]), *row[4:]) for row in found]

    def drained(self, seconds: float) -> float:
        """Wait until nothing waits in the inbox; how long it took."""
        return wait_until(lambda: not self.waiting(), seconds, "the inbox is drained")


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    moment = parse_datetime(value)
    return moment if moment.tzinfo else parse_datetime(f"{value}+00:00")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        time.sleep(0.05)
        return False
