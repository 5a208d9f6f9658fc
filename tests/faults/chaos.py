"""Processes that a test started, and how it kills them: by their own pids and no others."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random


class Program:
    """One program of the console. It may be killed and started again; its output is kept in a file."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str], folder: Path) -> None:
        self.name, self.log = name, folder / f"{name}.log"
        self._command, self._environment = list(command), environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, **environment: str) -> None:
        """Start it; `environment` holds for this life only."""
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                self._command, env={**self._environment, **environment}, stdout=out, stderr=out, start_new_session=True
            )

    def kill(self) -> None:
        """kill -9, also of the processes it started; gone when this returns."""
        if self._process is not None:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def kill_alone(self) -> None:
        """kill -9 of itself; what it started lives on."""
        self._process.kill()
        self._process.wait()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def children(self) -> set[int]:
        """Pids of the web processes that this one started."""
        found = set()
        for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            with contextlib.suppress(OSError):  # it has just ended
                if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.add(int(pid))
        return found

    def wait_for_death(self, seconds: float = 20) -> int:
        """The exit code, -9 after a kill. Raises subprocess.TimeoutExpired."""
        return self._process.wait(seconds)

    def memory(self) -> int:
        """Resident bytes now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE")


class Chaos:
    """Kills one of `programs` after the other at random moments, and starts it again at once.

    While not `fit()` none is killed: on a busy machine a program would die each time before it has begun.
    """

    def __init__(
        self, programs: Sequence[Program], *, every: float, seed: int, fit: Callable[[], bool] = lambda: True
    ) -> None:
        self._programs, self._every, self._rng, self._fit = list(programs), every, Random(seed), fit
        self.kills = 0
        self.deaths_of_their_own: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chaos", daemon=True)

    def __enter__(self) -> Chaos:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._revive()

    def _run(self) -> None:
        while not self._stop.wait(self._rng.uniform(0.5, 1.5) * self._every):
            self._revive()
            if not self._fit():
                continue
            victim = self._rng.choice(self._programs)
            victim.kill()
            self.kills += 1
            victim.start()

    def _revive(self) -> None:
        for program in self._programs:
            if not program.alive:
                self.deaths_of_their_own.append(program.name)
                program.start()


class Supervisor:
    """Starts `program` again whenever it dies, as the supervisor of `manage.py up` does; counts its deaths."""

    def __init__(self, program: Program) -> None:
        self._program, self._over = program, threading.Event()
        self.deaths = 0
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def __enter__(self) -> Supervisor:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(0.1):
            if not self._program.alive:
                self.deaths += 1
                self._program.start()


def wait_until(true: Callable[[], object], seconds: float, what: str) -> float:
    """How long it took until `true()`; AssertionError with `what` after `seconds`."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)
    return time.monotonic() - began
