"""A newcomer's first minutes: clone, `make run`, look; Ctrl-C. On the storage that this test run is on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.browser.conftest import database
from tests.faults.chaos import wait_until
from tests.faults.console import ROOT, answers, free_port

pytestmark = pytest.mark.whole
_FIRST_PAGE, _FIRST_CALLS, _END = 60, 60, 30  # seconds; the figures themselves are P12 of make bench
_ROW = re.compile(r'href="(/calls/\d+/)"')
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Run:
    """`make run` in a clone: the processes are its group and know its data folder."""

    process: subprocess.Popen[bytes]
    port: int
    sandbox: int
    data: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        return (self.data.parent / "run.log").read_text(errors="replace")

    def processes(self) -> list[str]:
        """What still runs of it, by command line."""
        ours, found = f"DATA_DIR={self.data}".encode(), []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if ours in (folder / "environ").read_bytes().split(b"\0"):
                    found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue  # gone, or somebody else's
        return [line for line in found if line]  # what has ended and was not yet waited for has no command line


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is under version control, and nothing else, in a folder of its own."""
    folder = tmp_path_factory.mktemp("clone")
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    there = b"\0".join(name for name in files.split(b"\0") if name and (ROOT / os.fsdecode(name)).exists())
    packed = subprocess.run(["tar", "-c", "--null", "-T", "-"], cwd=ROOT, input=there, check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)
    return folder


@contextmanager
def running(clone: Path, data: Path) -> Iterator[Run]:
    """`make run` as a terminal starts it, a group of its own; nothing is installed, the environment is this one."""
    python = Path(sys.executable)
    port, sandbox = free_port(), free_port()
    ours = ("DJANGO_", "PYTEST_", "SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_", "REDIS_", "DATA_DIR")
    outside = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    with database("run") as database_url:
        environment = {
            **outside, "DATA_DIR": str(data), "PORT": str(port), "SANDBOX_PORT": str(sandbox),
            "DATABASE_URL": database_url, "REDIS_URL": os.environ.get("REDIS_URL", ""), "REDIS_PREFIX": f"run-{port}:",
        }  # fmt: skip
        venv = python.parent.parent
        with (data.parent / "run.log").open("wb") as out:
            make = ["make", f"VENV={venv}", "-o", f"{venv}/.runtime", "run"]
            process = subprocess.Popen(
                make, cwd=clone, env=environment, stdout=out, stderr=out, start_new_session=True
            )  # fmt: skip
        run = Run(process, port, sandbox, data)
        try:
            yield run
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture(scope="module")
def run(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with running(clone, tmp_path_factory.mktemp("run") / "data") as run:
        wait_until(lambda: answers(run.port) or run.process.poll() is not None, _FIRST_PAGE, "the first page")
        assert run.process.poll() is None, run.said()
        yield run


@pytest.fixture
def sign_in(run: Run) -> Iterator[Callable[[str], httpx.Client]]:
    """Somebody of those whom `make run` names, with the password that it prints."""
    clients: list[httpx.Client] = []

    def signed_in(who: str) -> httpx.Client:
        client = httpx.Client(base_url=run.url, follow_redirects=True, timeout=20)
        clients.append(client)
        email, password = re.search(rf"({who}@\S+)\s+(\S+)", run.said()).groups()
        token = _TOKEN.search(client.get("/").text).group(1)
        form = {"username": email, "password": password, "csrfmiddlewaretoken": token}
        landed = client.post("/sign-in/", data=form)
        assert "/sign-in/" not in str(landed.url)
        return client

    yield signed_in
    for client in clients:
        client.close()


@pytest.mark.parametrize("who", ["owner", "rina", "dana"])
def test_calls_appear_by_themselves_to_everybody_who_may_see_some(run, sign_in, who):
    client = sign_in(who)
    wait_until(lambda: _ROW.search(client.get("/calls/").text), _FIRST_CALLS, f"a call that {who} sees")
    assert client.get("/calls/").text.count('class="row-main"') > 0


def test_a_stranger_is_asked_who_it_is_and_then_sees_none(run, sign_in):
    assert "/sign-in/" in str(httpx.get(run.url, follow_redirects=True).url)
    client = sign_in("stranger")
    assert not _ROW.search(client.get("/calls/").text)


def test_ctrl_c_leaves_no_process(run):
    """Last in this file: it ends what the others look at. A terminal's Ctrl-C goes to the whole group."""
    started = run.processes()
    for program in ("uvicorn", "celery", "sandbox"):
        assert any(program in line for line in started), started
    os.killpg(run.process.pid, signal.SIGINT)
    run.process.wait(_END)

    wait_until(lambda: not run.processes(), _END, f"the end of {run.processes()}")
    assert not answers(run.port)
    assert not answers(run.sandbox)
    assert "Traceback" not in run.said()
