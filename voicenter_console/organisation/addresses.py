"""Which address a request really came from, behind a known number of proxies (F-49)."""

import ipaddress

from django.conf import settings


class Spoofed(Exception):
    """Fewer forwarding hops than there are proxies: somebody came round them."""


def client_address(environ: dict[str, object]) -> str:
    """The address `TRUSTED_PROXIES` hops from the right. A client can prepend entries, never append them.

    IPv6-mapped IPv4 addresses are returned as IPv4, so that one rule matches both.
    """
    hops = settings.TRUSTED_PROXIES
    address = str(environ.get("REMOTE_ADDR", ""))
    if hops:
        forwarded = [hop.strip() for hop in str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",") if hop.strip()]
        if len(forwarded) < hops:
            raise Spoofed
        address = forwarded[-hops]
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(getattr(found, "ipv4_mapped", None) or found)
