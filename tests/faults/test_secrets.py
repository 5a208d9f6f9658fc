"""F-65: no code, token or password is known to anybody who reads what the console writes."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import pytest

from tests.faults import traffic
from tests.faults.console import ACCOUNT, CODE, ROOT, TOKEN, Console, free_port, manage
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.http import make_server
from voicenter_console.sandbox.legs import ISRAEL

pytestmark = [pytest.mark.slow, pytest.mark.fault("F-65")]
MORE = {
    "USER_CODE": "canary-1f0c66d2-user-code",
    "REALTIME": "canary-90aa1b57-realtime-token",
    "SIP": "canary-5d3e8b21-sip-password",
    "WEBHOOK": "whsec_Y2FuYXJ5LTRhN2QtYS13ZWJob29rLXNlY3JldC0zMg==",
    "VCC": "canary-c2b7714e-vcc-token",
    "VCC_HOOK": "canary-7788aa01-vcc-hook-token",
}
# Secrets of every kind, and each used against a machine that is not there, or that refuses.
SPEAK = """
import logging, traceback
from django.utils import timezone
from calls.board import mirror, sources
from calls.models import AwaitedCall, Extension, WebPhone
from calls.vcc import fetching
from voicenter_console.jobs import claims
from voicenter_console.jobs.models import Job
from voicenter_console.notifications import sending
from voicenter_console.notifications.models import Endpoint
from voicenter_console.organisation.models import Account, HookToken, User

nowhere = {{"base": "http://127.0.0.1:9"}}
centre = Account.objects.get(name="{account}")
Account.objects.filter(pk=centre.pk).update(
    scope="User", user_code="{USER_CODE}", realtime_way="token", realtime_secret="{REALTIME}", hosts=nowhere)
centre.refresh_from_db()
second = Account.objects.create(
    name="Second provider", provider="vcc", customer="kinneret", code="{VCC}", pulls=False, hosts=nowhere)
HookToken.issue(second, ["vcc"], "{VCC_HOOK}")
person = User.objects.create_user("dana@centre.example", "a password for nobody", name="Dana", role="agent")
line = Extension.objects.create(account=centre, code="Ab3dE6gH", user=person)
WebPhone.objects.create(user=person, extension=line, password="{SIP}")
endpoint = Endpoint.objects.create(
    account=centre, name="desk", url="https://127.0.0.1/x", kinds=["test"], secret="{WEBHOOK}")

def attempt(act):
    try:
        act()
    except Exception:
        logging.getLogger("attempts").exception("an attempt failed")
        traceback.print_exc()

attempt(lambda: sending.send(sending.test(endpoint).pk))
attempt(lambda: mirror.refresh(centre))
source = sources.of(centre)
attempt(lambda: [source.step(0.1) for _ in range(3)])
source.close()
call = AwaitedCall.objects.create(
    account=second, call_uid="0a0a0a0a-0000-4000-8000-000000000001", day=timezone.localdate())
fetching.ask_again(User.objects.get(name="Dana"), call)
job = Job.objects.latest("pk")
attempt(lambda: claims.work(job.pk))
print(repr(centre), repr(second), repr(endpoint), vars(job))
"""


@contextlib.contextmanager
def provider() -> Iterator[tuple[Cloud, str]]:
    """A simulated cloud that knows the canary code, and its address."""
    cloud, port = Cloud(5, code=CODE, history_days=1), free_port()
    server = make_server(cloud, None, "127.0.0.1", port)
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    yield cloud, f"http://127.0.0.1:{port}"
    server.shutdown()
    server.server_close()


def test_no_secret_is_found_anywhere(make_console, sender):
    console, day = make_console(LOG_LEVEL="DEBUG"), traffic.day(60)
    manage(console.storage, "collectstatic", "--verbosity=0", "--no-input")
    password = manage(console.storage, "person", "add", "tal@centre.example").split()[-1]
    key = manage(console.storage, "apikey", "add", "reader", "--role", "admin").split()[-1]
    written = [_speaks(console), _a_day(console, sender, day)]
    with (
        console.signed_in("tal@centre.example", password) as browser,
        httpx.Client(headers={"Authorization": f"Bearer {key}"}) as program,
    ):
        written += _pages(console, browser) + _api(console, program) + _errors(console, browser)
    written += [console.logs(), *_kept(console)]

    for secret in (CODE, TOKEN, *MORE.values()):
        found = [text[max(0, at - 200) : at + 60] for text in written if (at := text.find(secret)) >= 0]
        assert not found, f"a secret was written {len(found)} times, first in: {found[0]}"
    assert "/hooks/•••/" in console.logs()  # the token was masked, so its lines were there


def _speaks(console: Console) -> str:
    """What a process says that uses each secret against nobody."""
    environment = {**console.storage.environment, "LOG_LEVEL": "DEBUG"}
    script = SPEAK.format(account=ACCOUNT, **MORE)
    done = subprocess.run([sys.executable, str(ROOT / "manage.py"), "shell", "-c", script], env=environment,
                          capture_output=True, text=True, timeout=120)  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    # each was tried, and what became of it was said
    for sign in ("Unreachable", "forbidden: private", "Second provider"):
        assert sign in said or sign in str(_dispatches(console)), sign
    return said


def _dispatches(console: Console) -> list[tuple[object, ...]]:
    return console.storage.query("SELECT answer FROM notifications_dispatch")


def _kept(console: Console) -> list[str]:
    """All tables, and all files but that of the key: what a backup holds."""
    names = (
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        if console.storage.database
        else "SELECT name FROM sqlite_master WHERE type = 'table'"
    )
    tables = [name for (name,) in console.storage.query(names)]
    assert "notifications_endpoint" in tables
    kept = [str([_text(value) for row in console.storage.query(f'SELECT * FROM "{name}"') for value in row])
            for name in tables]  # fmt: skip
    files = [path for path in console.storage.folder.rglob("*") if path.is_file() and path.suffix != ".log"]
    return kept + [path.read_bytes().decode("utf-8", "replace") for path in files]


def _text(value: object) -> object:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, (bytes, memoryview)) else value


def _a_day(console: Console, sender, day: traffic.Day) -> str:
    """Pushes good and bad, pulls that are answered, refused and cut; what the commands said."""
    with provider() as (cloud, base):
        console.storage.execute(f'UPDATE organisation_account SET hosts = \'{{"base": "{base}"}}\'')
        console.start()
        client = sender(console)
        client.all(day.messages, at_once=4)
        client.post(traffic.Message(b"{not a record"))
        client.post(traffic.Message(day.messages[0].body), **{"Content-Encoding": "gzip"})
        httpx.post(console.hook("vcc", MORE["VCC_HOOK"]), json={"uuid": "0a0a0a0a-0000-4000-8000-000000000002"})
        httpx.post(console.hook("vcc", MORE["VCC_HOOK"]), content=b"{no")
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
