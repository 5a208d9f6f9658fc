"""Whom the console speaks to: the account's hosts, VCC Live's, the recordings' and an administrator's endpoints."""

from __future__ import annotations

import ast
import io
import uuid
from pathlib import Path

import pytest
from django.utils import timezone

from calls import dialling, sync
from calls.board import lease, mirror
from calls.board.collector import Sitting
from calls.board.sources import of as source_of
from calls.models import AwaitedCall, Extension
from calls.vcc import fetching
from tests.resolver import nowhere
from voicenter_console.jobs import claims
from voicenter_console.notifications import sending
from voicenter_console.notifications.models import Dispatch, Endpoint
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter.client import Hosts
from voicenter_console.voicenter.errors import VoicenterError

ROOT = Path(__file__).parent.parent
# Who opens a connection to somebody else's machine; sending names httpx's errors alone, the gateway its types.
SPEAKERS = {
    "voicenter_console/voicenter/client.py", "voicenter_console/voicenter/line.py",
    "voicenter_console/voicenter/audio.py", "voicenter_console/vcc_live/client.py",
    "voicenter_console/notifications/post.py", "voicenter_console/notifications/sending.py",
    "voicenter_console/organisation/gateway.py", "voicenter_console/hosts.py",
}  # fmt: skip
LIBRARIES = {
    "httpx", "socket", "urllib.request", "http.client", "requests", "websocket", "smtplib", "ftplib", "socketio",
    "engineio", "urllib3", "aiohttp",
}  # fmt: skip


@pytest.fixture
def looked_up(db, monkeypatch):
    monkeypatch.setattr("voicenter_console.jobs.tasks.run.apply_async", lambda *_, **__: None)
    return nowhere(monkeypatch)


@pytest.fixture
def centre(db) -> Account:
    """An account each of whose interfaces has a host of its own, with a login to RealTime."""
    names = Hosts.__dataclass_fields__
    hosts = {name: f"https://{name.replace('_', '-')}.centre.example" for name in names}
    return Account.objects.create(
        name="Centre", code="a-code-of-these-tests", hosts=hosts, realtime_way="token",
        realtime_secret="a-login-of-these-tests", recording_hosts=["recordings.centre.example"],
    )  # fmt: skip


def test_the_pull_asks_the_call_log_s_host(centre, looked_up):
    sync.run(centre)
    assert set(looked_up) == {"call-log.centre.example"}


def test_the_lists_come_from_the_hosts_of_lists(centre, looked_up):
    with pytest.raises(VoicenterError):
        mirror.refresh(centre)
    assert looked_up
    assert set(looked_up) <= {f"{name}.centre.example" for name in ("extensions", "active-calls", "statuses")}


def test_the_collector_listens_to_the_login_s_and_the_active_calls_hosts(centre, looked_up):
    owner = uuid.uuid4()
    assert lease.claim(centre.pk, owner)
    source = source_of(centre)
    sitting = Sitting(centre, owner, source)
    for _ in range(3):
        sitting.step(0.01)
    source.close()
    assert "realtime.centre.example" in looked_up
    assert set(looked_up) <= {"realtime.centre.example", "active-calls.centre.example"}


def test_a_dial_goes_to_click_to_call_s_host(centre, looked_up, owner):
    Extension.objects.create(account=centre, code="Ab3dE6gH", user=owner)
    asked = dialling.dial(owner, "0545550118")
    assert asked.state == "queued"
    dialling.send(asked.pk)
    assert set(looked_up) == {"click2call.centre.example"}


@pytest.mark.parametrize(
    ("hosts", "asked"),
    [({}, "kinneret.asp.virtual-call-center.eu"), ({"base": "https://vcc.centre.example"}, "vcc.centre.example")],
)
def test_vcc_live_is_asked_at_the_customer_s_host(db, looked_up, hosts, asked):
    second = Account.objects.create(
        name="Second", provider="vcc", customer="kinneret", code="a-token-of-these-tests", hosts=hosts
    )
    call = AwaitedCall.objects.create(account=second, call_uid=str(uuid.uuid4()), day=timezone.localdate())
    fetching.await_until(call, None)
    claims.work(claims.unfinished(fetching.KIND, str(call.pk)).pk)
    assert set(looked_up) == {asked}


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://recordings.centre.example/a.mp3", {"recordings.centre.example"}),
        ("https://elsewhere.example/a.mp3", set()),
        ("https://recordings.centre.example.elsewhere.example/a.mp3", set()),
        ("https://elsewhere.example/?recordings.centre.example", set()),
        ("http://recordings.centre.example/a.mp3", set()),
    ],
)
def test_a_recording_is_fetched_from_the_account_s_hosts_alone(centre, looked_up, url, asked):
    with pytest.raises(VoicenterError):
        gateway.recording(centre, url, io.BytesIO())
    assert set(looked_up) == asked


def test_notices_go_where_an_administrator_typed_in(centre, looked_up, monkeypatch):
    monkeypatch.setattr(sending, "_hint", lambda pk: None)
    for name, active in (("crm", True), ("old", False)):
        Endpoint.objects.create(
            account=centre, name=name, url=f"https://{name}.hooks.example/in", kinds=["a.kind"], active=active
        )
    other = Account.objects.create(name="Another centre")
    Endpoint.objects.create(account=other, name="crm", url="https://other.hooks.example/", kinds=["a.kind"])
    sending.notify(centre, "a.kind", "a key", {"url": "https://elsewhere.example/", "phone": "+972545550118"})
    for dispatch in Dispatch.objects.all():
        sending.send(dispatch.pk)
    assert looked_up == ["crm.hooks.example"]


def test_nothing_else_in_the_code_can_open_a_connection():
    importers = set()
    for folder in ("voicenter_console", "calls", "dialer", "ivr"):
        for file in (ROOT / folder).rglob("*.py"):
            if "sandbox" not in file.parts and LIBRARIES & set(_imported(file)):
                importers.add(str(file.relative_to(ROOT)))
    assert importers == SPEAKERS


def _imported(file: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return names + [name.partition(".")[0] for name in names if not name.startswith(("urllib", "http."))]
