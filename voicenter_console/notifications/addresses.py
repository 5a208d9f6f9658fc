"""Where a webhook may go: https, and only to addresses of the open internet (FAULTS F-57).

A name is resolved once, every address it has is checked, and the connection goes to the one that was checked: a
second answer of the resolver finds nobody who asks.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from urllib.parse import SplitResult, urlsplit

from voicenter_console.hosts import addresses_of, is_public

_LOCAL_NAMES = ("localhost", ".localhost", ".local", ".internal", ".home.arpa")


class Forbidden(Exception):
    """The address is none that the console speaks to; the message says why, in one word of ours."""


# Tests put a resolver of their own here.
resolve: Callable[[str, int], Iterable[str]] = addresses_of


def checked(url: str) -> SplitResult:
    """The parts of an address that may be asked at all, as far as its text tells. Raises Forbidden."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise Forbidden("unreadable") from error
    if any(sign.isspace() or not sign.isprintable() for sign in url) or not url.isascii():
        raise Forbidden("unreadable")
    if parts.scheme != "https":
        raise Forbidden("not_https")
    if not host or parts.username is not None or parts.password is not None or port == 0:
        raise Forbidden("unreadable")
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(_LOCAL_NAMES):
        raise Forbidden("private")
    if _is_literal(host) and not is_public(host):
        raise Forbidden("private")
    return parts


def pinned(parts: SplitResult) -> str:
    """The one address to connect to. Raises Forbidden where any of the name's addresses is not public, OSError where
    the name has none."""
    host = parts.hostname or ""
    found = list(resolve(host, parts.port or 443))
    if not found:
        raise OSError(f"{host} has no address")
    if not all(map(is_public, found)):
        raise Forbidden("private")
    return found[0]


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
