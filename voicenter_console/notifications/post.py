"""One signed POST (Standard Webhooks): id, time and signature in its headers, the answer read as far as it matters."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass
from datetime import datetime

import httpx
from standardwebhooks.webhooks import Webhook

from . import addresses
from .models import Dispatch

CONNECT_SECONDS, READ_SECONDS, ANSWER_SECONDS = 3.0, 10.0, 15.0
ANSWER_BYTES = 20_000

# Tests mount a receiver here, in the same process.
transport: httpx.BaseTransport | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver said; `retry_after` in seconds where it named them."""

    status: int
    text: str
    retry_after: int | None


def body_of(dispatch: Dispatch) -> str:
    """What is sent: the same bytes at every attempt."""
    notice = dispatch.notice
    said = {"type": notice.kind, "timestamp": notice.at.isoformat(), "data": notice.data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def send(dispatch: Dispatch, now: datetime) -> Answer:
    """Ask the dispatch's endpoint once. Raises addresses.Forbidden, OSError, httpx.HTTPError; never follows a
    redirect, never uses a proxy of the environment."""
    parts = addresses.checked(dispatch.endpoint.url)
    address = addresses.pinned(parts)
    body, uid = body_of(dispatch), f"msg_{dispatch.notice_id.hex}"
    headers = {
        "Content-Type": "application/json", "User-Agent": "voicenter-console", "Host": parts.netloc,
        "webhook-id": uid, "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(dispatch.endpoint.secret).sign(uid, now, body),
    }  # fmt: skip
    url = httpx.URL(dispatch.endpoint.url).copy_with(host=address)
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    with httpx.Client(transport=transport, timeout=timeout, follow_redirects=False, trust_env=False) as client:
        # connected to the address that was checked, and still talking to the name's certificate
        request = client.build_request(
            "POST", url, content=body.encode(), headers=headers, extensions={"sni_hostname": parts.hostname}
        )
        return _read(client.send(request, stream=True))


def _read(response: httpx.Response) -> Answer:
    until = time.monotonic() + ANSWER_SECONDS
    read = bytearray()
    with contextlib.closing(response):
        for chunk in response.iter_raw():
            read += chunk
            if len(read) > ANSWER_BYTES or time.monotonic() > until:
                break
    after = response.headers.get("Retry-After", "")
    seconds = int(after) if after.isascii() and after.isdigit() and len(after) < 7 else None
    return Answer(response.status_code, bytes(read[:300]).decode("utf-8", "replace").replace("\x00", ""), seconds)
