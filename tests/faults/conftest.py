"""Real processes for the fault tests: made here, ended here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.faults.console import Console, Template
from tests.faults.ledger import Ledger, Sender


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    folder = tmp_path_factory.mktemp("faults")
    template = Template(folder, os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", ""))
    yield template
    template.close()


@pytest.fixture
def make_console(template: Template) -> Iterator[Callable[..., Console]]:
    """Makes consoles that are stopped when the test is over; they are not started."""
    made: list[Console] = []

    def make(**arguments: object) -> Console:
        storage = arguments.pop("storage", None) or template.copy()
        console = Console(storage, **arguments)
        made.append(console)
        return console

    yield make
    for console in made:
        console.stop()
        print(console.logs()[-4000:])  # pytest shows it where the test failed


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def sender(ledger: Ledger) -> Callable[[Console], Sender]:
    return lambda console: Sender(ledger, console.hook)
