"""A world in which no name is known: tests see whom the console wanted to speak to, and nothing leaves."""

from __future__ import annotations

import socket
from typing import Any

import pytest

# The machine's own servers, such as a database or a broker of the tests.
OWN = {"127.0.0.1", "::1", "localhost"}


def nowhere(patch: pytest.MonkeyPatch) -> list[str]:
    """The names that were looked up since. None is found; whoever goes round the resolver fails."""
    names: list[str] = []
    look_up, connect, connect_ex = socket.getaddrinfo, socket.socket.connect, socket.socket.connect_ex

    def unknown(host: Any, *more: Any, **options: Any) -> Any:
        host = host.decode() if isinstance(host, bytes) else host
        if host in OWN:
            return look_up(host, *more, **options)
        names.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "no such host")

    def checked(original: Any) -> Any:
        def connected(one: socket.socket, address: Any) -> Any:
            assert isinstance(address, (str, bytes)) or address[0] in OWN, "a socket was connected past the resolver"
            return original(one, address)

        return connected

    patch.setattr(socket, "getaddrinfo", unknown)
    patch.setattr(socket.socket, "connect", checked(connect))
    patch.setattr(socket.socket, "connect_ex", checked(connect_ex))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        patch.setenv(name, "http://proxy.elsewhere.example:3128")  # another's wish, which is not followed
    return names
