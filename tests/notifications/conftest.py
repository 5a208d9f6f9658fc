"""A receiver of webhooks in this process, at a public address, that checks signatures with the reference library."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from voicenter_console.notifications import addresses, post, sending
from voicenter_console.notifications.models import Dispatch, Endpoint
from voicenter_console.notifications.sending import send
from voicenter_console.organisation.models import Account

PUBLIC = "93.184.215.14"


@dataclass
class Receiver(httpx.BaseTransport):
    """Answers with `status`; keeps what it took: the verified payload, the headers, where the connection went."""

    secret: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    taken: list[dict[str, Any]] = field(default_factory=list)
    heads: list[httpx.Headers] = field(default_factory=list)
    reached: list[tuple[str, str, str]] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        self.heads.append(request.headers)
        self.reached.append((request.url.host, request.headers["Host"], request.extensions["sni_hostname"]))
        self.taken.append(Webhook(self.secret).verify(body, dict(request.headers)))
        return httpx.Response(self.status, headers=self.headers, stream=httpx.ByteStream(b"thank you"))


@pytest.fixture(autouse=True)
def _one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's clock travels with ours."""
    monkeypatch.setattr(sending, "Now", timezone.now)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Iterable[str]]:
    """What names resolve to; change it in the test."""
    known: dict[str, Iterable[str]] = {"hooks.example.org": [PUBLIC]}
    monkeypatch.setattr(addresses, "resolve", lambda host, port: known[host])
    return known


@pytest.fixture
def endpoint(account: Account) -> Endpoint:
    kinds = ["recovery.opened", "recovery.closed"]
    return Endpoint.objects.create(account=account, name="CRM", url="https://hooks.example.org/in?x=1", kinds=kinds)


@pytest.fixture
def receiver(endpoint: Endpoint, names: dict[str, Iterable[str]], monkeypatch: pytest.MonkeyPatch) -> Receiver:
    receiver = Receiver(endpoint.secret)
    monkeypatch.setattr(post, "transport", receiver)
    return receiver


@pytest.fixture
def deliver() -> Callable[[], list[Dispatch]]:
    """Send all that is due, as the worker would."""

    def delivered() -> list[Dispatch]:
        for pk in list(Dispatch.objects.filter(state="waiting").values_list("pk", flat=True)):
            send(pk)
        return list(Dispatch.objects.order_by("pk"))

    return delivered
