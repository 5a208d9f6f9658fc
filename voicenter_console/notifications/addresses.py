"""Where a webhook may go: https, and only to addresses of the open internet (FAULTS F-57).

A name is resolved once, every address it has is checked, and the connection goes to the one that was checked: a
second answer of the resolver finds nobody who asks.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from urllib.parse import SplitResult, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAMES = ("localhost", ".localhost", ".local", ".internal", ".home.arpa")


class Forbidden(Exception):
    """The address is none that the console speaks to; the message says why, in one word of ours."""


def _look_up(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


# Tests put a resolver of their own here.
resolve: Callable[[str, int], Iterable[str]] = _look_up


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
    literal = _literal(host)
    if literal and not is_public(literal):
        raise Forbidden("private")
    return parts


def pinned(parts: SplitResult) -> str:
    """The one address to connect to. Raises Forbidden where any of the name's addresses is not public, OSError where
    the name has none."""
    host = parts.hostname or ""
    found = [ipaddress.ip_address(text.split("%")[0]) for text in resolve(host, parts.port or 443)]
    if not found:
        raise OSError(f"{host} has no address")
    if not all(map(is_public, found)):
        raise Forbidden("private")
    return str(found[0])


def is_public(address: Address) -> bool:
    """Whether it is on the open internet, also where it carries an IPv4 address inside."""
    if isinstance(address, ipaddress.IPv6Address):
        inside = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inside.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        known = [one for one in inside if one is not None]
        if known:
            return address.ipv4_mapped is None and address in _NAT64 and all(map(is_public, known))
    return address.is_global and not address.is_multicast and not address.is_reserved


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
