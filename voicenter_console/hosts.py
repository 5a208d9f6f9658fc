"""Which addresses the console may send its secrets to: https, or plain http where that was allowed (PROTOCOL)."""

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit


def refuse_plain_http(url: str, allowed: Collection[str]) -> None:
    """ValueError for an address that is neither https nor wss, but on loopback and for the `allowed` hosts."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme in ("https", "wss") and host:
        return
    if parts.scheme in ("http", "ws") and (host in allowed or _is_loopback(host)):
        return
    raise ValueError(f"{parts.scheme}://{host} is not https, and {host!r} is not in ALLOW_HTTP_HOSTS")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
