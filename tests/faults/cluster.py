"""A PostgreSQL of the test's own, which it may crash: initdb in a folder of its own, nobody else on it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg

from tests.faults.chaos import wait_until
from tests.faults.console import free_port

USER = "postgres"


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, the newest there is; None where this machine has none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    named = shutil.which("initdb")
    return found[-1].parent if found else Path(named).parent if named else None


class Cluster:
    """Started when made. PostgreSQL refuses to run as root: there it runs as the user postgres."""

    def __init__(self, bin_folder: Path) -> None:
        self._bin, self.port = bin_folder, free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="console-cluster-"))
        if os.getuid() == 0:
            owner = pwd.getpwnam(USER)
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        self._data = self._folder / "data"
        self._run("initdb", "--username", USER, "--auth", "trust", "--encoding", "UTF8", "--no-locale")
        self.start()

    @property
    def url(self) -> str:
        return f"postgres://{USER}@127.0.0.1:{self.port}/{USER}"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=60"
        self._run("pg_ctl", "start", "--wait", "--log", str(self._folder / "log"), "--options", options)

    def crash(self) -> None:
        """`pg_ctl -m immediate stop`: all its processes end at once, without a checkpoint."""
        self._run("pg_ctl", "stop", "--mode", "immediate")

    def kill(self) -> None:
        """kill -9 of the postmaster; gone, its children too, when this returns."""
        postmaster = int((self._data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        os.kill(postmaster, signal.SIGKILL)
        gone = [Path("/proc") / str(pid) for pid in (postmaster, *children)]
        wait_until(lambda: not any(_lives(process) for process in gone), 20, "the postmaster's processes end")
        # Nobody may have waited for the dead one yet, and as long as its pid is taken PostgreSQL would not start.
        (self._data / "postmaster.pid").unlink()

    def only_read(self, on: bool) -> None:
        """As a standby that became our server by a failover: it answers, and refuses every write."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {'on' if on else 'off'}")
            connection.execute("SELECT pg_reload_conf()")

    def close(self) -> None:
        if (self._data / "postmaster.pid").exists():
            self.crash()
        shutil.rmtree(self._folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), "--pgdata", str(self._data), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", USER, "--", *command]
        log = self._folder / "pg_ctl.log"
        with log.open("ab") as out:
            done = subprocess.run(command, stdout=out, stderr=out, cwd="/", timeout=90)
        assert done.returncode == 0, log.read_text()[-2000:]


def _lives(process: Path) -> bool:
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
