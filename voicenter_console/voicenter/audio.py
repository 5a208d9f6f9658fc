"""A recording, fetched by the server: from hosts that are named exactly, at an address that was looked at (F-57).

The address comes with a push, so it is a stranger's word. It must be https to a host of the account's list; that
host's addresses must all be public ones, and the connection goes to one of those that were checked, whatever the name
resolves to a moment later; no redirect is followed; what comes must be audio by its type and by its first bytes.
"""

import contextlib
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit

import httpx

from voicenter_console.hosts import addresses_of, is_public

from .errors import Garbled, Unreachable, VoicenterError

MOST_BYTES = 100 * 10**6
CONNECT_SECONDS = 3
READ_SECONDS = 15
WHOLE_SECONDS = 60
_TYPES = ("audio/", "application/octet-stream", "binary/octet-stream")

# host and port -> the addresses the name has now
Resolve = Callable[[str, int], Collection[str]]


class NotAllowed(VoicenterError):
    """Nothing is asked of this address; `reason` in plain words, without the address."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(f"The recording is not fetched: {reason}.")


class Gone(VoicenterError):
    """The host answered that it has no such recording; `status` is HTTP's."""

    def __init__(self, status: int):
        self.status = status
        super().__init__(f"The recording's host answered {status}.")


@dataclass(frozen=True, slots=True)
class Audio:
    """What was fetched: its size in bytes, and its type by its own first bytes."""

    size: int
    content_type: str


def kind(head: bytes) -> str:
    """The type of audio that begins so, or ''."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 in (0xE2, 0xE4, 0xE6)):
        return "audio/mpeg"
    return "audio/ogg" if head[:4] == b"OggS" else ""


def fetch(
    url: str, out: BinaryIO, *, hosts: Collection[str], plain: Collection[str] = (),
    transport: httpx.BaseTransport | None = None, resolve: Resolve | None = None,
) -> Audio:  # fmt: skip
    """Write the recording to `out`. `hosts` are names as in an address, with `:port` where it is not https's own;
    those in `plain` may be private and speak http. Raises NotAllowed, Unreachable, Gone, or Garbled for no audio.
    """
    request = _request(url, hosts, plain, resolve or addresses_of)
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    with httpx.Client(transport=transport, timeout=timeout, follow_redirects=False, trust_env=False) as client:
        try:
            with contextlib.closing(client.send(request, stream=True)) as response:
                _refuse(response)
                return _copy(response, out)
        except httpx.HTTPError as error:
            raise Unreachable(type(error).__name__, sent=True) from error


def _request(url: str, hosts: Collection[str], plain: Collection[str], resolve: Resolve) -> httpx.Request:
    """The request, to an address that was checked, in the name of its host."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowed("its address cannot be read") from None
    host = parts.hostname or ""
    open_host = host in plain
    if parts.scheme != "https" and not (parts.scheme == "http" and open_host):
        raise NotAllowed("its address is not https")
    if parts.username is not None or parts.password is not None or not url.isascii() or not url.isprintable():
        raise NotAllowed("its address is not a plain one")
    named = host if port is None or (port == 443 and parts.scheme == "https") else f"{host}:{port}"
    if named not in hosts:
        raise NotAllowed("its host is not on the account's list")
    port = port or (443 if parts.scheme == "https" else 80)
    try:
        addresses = list(resolve(host, port))
    except OSError as error:
        raise Unreachable("the host's name is not known", sent=False) from error
    if not addresses or not (open_host or all(map(is_public, addresses))):
        raise NotAllowed("its host has an address that is not public")
    target = httpx.URL(url).copy_with(host=addresses[0], fragment=None)
    headers = {"Host": named, "Accept": "audio/*", "Accept-Encoding": "identity"}
    return httpx.Request("GET", target, headers=headers, extensions={"sni_hostname": host})


def _refuse(response: httpx.Response) -> None:
    if response.is_redirect or response.has_redirect_location:
        raise NotAllowed("its host sends us elsewhere")
    if response.status_code >= 500:
        raise Unreachable(f"HTTP status {response.status_code}", sent=True)
    if response.status_code != 200:
        raise Gone(response.status_code)
    if not response.headers.get("Content-Type", "").lower().startswith(_TYPES):
        raise Garbled("the answer is no audio")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise Garbled("the answer is compressed")
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and (len(length) > 12 or int(length) > MOST_BYTES):
        raise Garbled("the recording is too long")


def _copy(response: httpx.Response, out: BinaryIO) -> Audio:
    until, size, found = time.monotonic() + WHOLE_SECONDS, 0, ""
    for chunk in response.iter_raw():
        if not size and not (found := kind(chunk)):
            raise Garbled("the answer is no audio")
        size += len(chunk)
        if size > MOST_BYTES:
            raise Garbled("the recording is too long")
        if time.monotonic() > until:
            raise Unreachable("it did not end", sent=True)
        out.write(chunk)
    if not size:
        raise Garbled("the answer is empty")
    return Audio(size, found)
