"""F-08, F-71: callers on the line while the database is away, or slow."""

from __future__ import annotations

import json
import time
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest

from tests.faults.chaos import wait_until
from tests.faults.console import TOKEN, Console
from tests.faults.proxy import Proxy
from tests.faults.test_database import postgres_only  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow
VALID = {"ivr": "VO", "layer": "GO_TO_LAYER"}


def question(channel: str, number: int) -> bytes:
    method = {"ivr": "GET_IVR_ACTION", "layer": "IVR_LAYER_INPUT"}[channel]
    data = {"IVR_UNIQUE_ID": f"20261101120000{number:018}", "CALLER_ID": "0545550118", "DTMF": "", "MENU": "-1"}
    return json.dumps({"METHOD": method, "DATA": data}).encode()


def ask(client: httpx.Client, console: Console, channel: str, number: int) -> float:
    """Seconds until a valid answer of the account's own."""
    began = time.monotonic()
    url = f"http://127.0.0.1:{console.ports[0]}/hooks/{TOKEN}/{channel}/"
    answer = client.post(url, content=question(channel, number))
    assert (answer.status_code, answer.json()["ACTION"]) == (200, VALID[channel])
    return time.monotonic() - began


@pytest.fixture
def through(template, make_console, postgres_only):  # noqa: F811
    """A console whose database is behind a proxy, and the proxy."""
    storage = template.copy()
    at = urlsplit(storage.database)
    proxy = Proxy((at.hostname, at.port or 5432))
    address = at._replace(netloc=f"{at.username}:{at.password or ''}@127.0.0.1:{proxy.port}")
    storage.execute(
        """UPDATE organisation_account SET ivr_answer = '{"do": "go_to_layer", "layer": 31}',"""
        """ layer_answer = '{"do": "go_to_layer", "layer": 31}'"""
    )
    console = make_console(storage=storage, workers=0, DATABASE_URL=urlunsplit(address))
    console.start()
    yield console, proxy
    proxy.close()


@pytest.mark.fault("F-71")
def test_callers_are_answered_while_the_database_refuses_and_written_down_when_it_is_back(through):
    console, proxy = through
    with httpx.Client(timeout=10, trust_env=False) as client:
        for channel in VALID:
            ask(client, console, channel, 0)
        proxy.refuse = True
        longest = max(ask(client, console, channel, number) for number in range(1, 400) for channel in VALID)
        proxy.refuse = False
    assert longest < 1  # the requirement itself: a caller never hears a second of silence
    wait_until(lambda: len(console.inbox()) == 800, 30, "the journal is whole")


@pytest.mark.fault("F-08")
def test_callers_are_answered_while_the_database_takes_ten_seconds(through):
    console, proxy = through
    with httpx.Client(timeout=10, trust_env=False) as client:
        for channel in VALID:
            ask(client, console, channel, 0)
        proxy.delay = 10
        until = time.monotonic() + 4
        spent = []
        while time.monotonic() < until:
            spent += [ask(client, console, channel, len(spent) + 1) for channel in VALID]
        proxy.delay = 0
    assert max(spent) < 1
    assert len(spent) > 20
