"""F-65: the account's code and the hook's token are known to nobody who reads what the console writes."""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import pytest

from tests.faults import traffic
from tests.faults.console import ACCOUNT, CODE, TOKEN, Console, free_port, manage
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.http import make_server
from voicenter_console.sandbox.legs import ISRAEL

pytestmark = [pytest.mark.slow, pytest.mark.fault("F-65")]


@contextlib.contextmanager
def provider() -> Iterator[tuple[Cloud, str]]:
    """A simulated cloud that knows the canary code, and its address."""
    cloud, port = Cloud(5, code=CODE, history_days=1), free_port()
    server = make_server(cloud, None, "127.0.0.1", port)
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    yield cloud, f"http://127.0.0.1:{port}"
    server.shutdown()
    server.server_close()


def test_code_and_token_are_found_nowhere(make_console, sender):
    console, day = make_console(LOG_LEVEL="DEBUG"), traffic.day(60)
    manage(console.storage, "collectstatic", "--verbosity=0", "--no-input")
    password = manage(console.storage, "person", "add", "tal@centre.example").split()[-1]
    key = manage(console.storage, "apikey", "add", "reader", "--role", "admin").split()[-1]
    written = [_a_day(console, sender, day)]
    with (
        console.signed_in("tal@centre.example", password) as browser,
        httpx.Client(headers={"Authorization": f"Bearer {key}"}) as program,
    ):
        written += _pages(console, browser) + _api(console, program) + _errors(console, browser)
    written.append(console.logs())

    for secret in (CODE, TOKEN):
        found = [text[max(0, at - 200) : at + 60] for text in written if (at := text.find(secret)) >= 0]
        assert not found, f"a secret was written {len(found)} times, first in: {found[0]}"
    assert "/hooks/•••/" in console.logs()  # the token was masked, so its lines were there
    database = "\n".join(str(row) for row in console.storage.query("SELECT * FROM organisation_account"))
    assert CODE not in database  # encrypted at rest


def _a_day(console: Console, sender, day: traffic.Day) -> str:
    """Pushes good and bad, pulls that are answered, refused and cut; what the commands said."""
    with provider() as (cloud, base):
        console.storage.execute(f'UPDATE organisation_account SET hosts = \'{{"base": "{base}"}}\'')
        console.start()
        client = sender(console)
        client.all(day.messages, at_once=4)
        client.post(traffic.Message(b"{not a record"))
        client.post(traffic.Message(day.messages[0].body), **{"Content-Encoding": "gzip"})
        said = []
        for fault in ({}, {"html": True}, {"down": True}, {"cut": 40}):
            cloud.faults.change(**fault)
            said.append(_sync(console))
            cloud.faults.clear()
        cloud.code = "another-code-now"
        said.append(_sync(console))
    said.append(_sync(console))  # nobody there at all
    console.drained(30)
    assert "Unknown command" not in "".join(said)
    return "".join(said)


def _sync(console: Console) -> str:
    """What a pull of the last hour says within half a minute."""
    start = (datetime.now(ISRAEL) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    try:
        return manage(console.storage, "sync", "--account", ACCOUNT, "--from", start, seconds=30)
    except subprocess.CalledProcessError as failed:
        return failed.stdout + failed.stderr
    except subprocess.TimeoutExpired as slow:
        return str(slow.stdout or "") + str(slow.stderr or "")


def _pages(console: Console, browser: httpx.Client) -> list[str]:
    """Every page that links lead to from the home page and the back office."""
    waiting, seen, texts = ["/", "/calls/", "/deliveries/", "/admin/"], set(), []
    while waiting and len(seen) < 150:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        answer = browser.get(path)
        assert answer.status_code < 500, path
        texts.append(answer.text)
        links = re.findall(r'(?:href|hx-get)="(/[^"#]*)"', answer.text)
        waiting += [link.replace("&amp;", "&") for link in links if _worth_reading(link)]
    assert len(seen) > 20
    return texts


def _worth_reading(link: str) -> bool:
    return not link.startswith(("/static/", "/sign-out", "/live/", "/i18n/")) and "?" not in link


def _api(console: Console, program: httpx.Client) -> list[str]:
    base = f"http://127.0.0.1:{console.ports[0]}/api/v1/"
    texts = []
    for name in ("calls", "cdrs", "deliveries", "sync"):
        answer = program.get(f"{base}{name}/")
        assert answer.status_code in (200, 404), name
        texts.append(answer.text)
    texts.append(program.get(f"http://127.0.0.1:{console.ports[0]}/api/schema/").text)
    return texts


def _errors(console: Console, browser: httpx.Client) -> list[str]:
    """Error pages, of the hook's own address too."""
    paths = ["/nothing/here/", f"/hooks/{TOKEN}/nothing/", f"/hooks/{TOKEN}/cdr/", "/metrics", "/readyz", "/healthz"]
    return [browser.get(path).text for path in paths]
