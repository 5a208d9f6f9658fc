"""Which addresses the console may speak to: https for its secrets, or plain http where that was allowed (PROTOCOL);
the open internet alone where a stranger named the address (FAULTS F-57)."""

import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import urlsplit

# Addresses of IPv6 that stand for one of IPv4 (RFC 6052), and those that a network translates as it likes (RFC 8215).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")


def refuse_plain_http(url: str, allowed: Collection[str]) -> None:
    """ValueError for an address that is neither https nor wss, but on loopback and for the `allowed` hosts."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme in ("https", "wss") and host:
        return
    if parts.scheme in ("http", "ws") and (host in allowed or _is_loopback(host)):
        return
    raise ValueError(f"{parts.scheme}://{host} is not https, and {host!r} is not in ALLOW_HTTP_HOSTS")


def addresses_of(host: str, port: int) -> list[str]:
    """The addresses that a name has now. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(text: str) -> bool:
    """Whether it is an address of the open internet. Of those that carry one of IPv4 inside only a translator's are,
    where what is inside is."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if address.version == 6:
        if address in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
        if address.ipv4_mapped or address.sixtofour or address.teredo or address in _NAT64_LOCAL:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
