"""The way out to VCC Live: HTTP Basic with customer and token, reads only."""

import contextlib
from collections.abc import Collection
from typing import Self

import httpx

from voicenter_console.hosts import refuse_plain_http

from .errors import Unreachable

CONNECT_SECONDS = 3
READ_SECONDS = 30
ANSWER_BYTES = 1 << 20
BASE_URL = "https://{customer}.asp.virtual-call-center.eu"


class VccClient:
    """A conversation with one customer's VCC Live; close it, or use it in `with`.

    ValueError for a customer that is no host name and for a `base_url` that is not https.
    """

    def __init__(
        self,
        *,
        customer: str,
        token: str,
        base_url: str = "",
        transport: httpx.BaseTransport | None = None,
        allow_http_hosts: Collection[str] = (),
    ):
        if not (customer.isascii() and customer.replace("-", "").isalnum()):
            raise ValueError("a customer's name at VCC Live is letters, digits and hyphens")
        self.base_url = (base_url or BASE_URL.format(customer=customer)).rstrip("/")
        refuse_plain_http(self.base_url, allow_http_hosts)
        self._http = httpx.Client(
            transport=transport,
            auth=httpx.BasicAuth(customer, token),
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "voicenter-console", "Accept": "application/json"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str) -> tuple[int, bytes]:
        """(HTTP status, body) of a GET below the base address. Raises Unreachable."""
        try:
            response = self._http.send(self._http.build_request("GET", f"{self.base_url}{path}"), stream=True)
            with contextlib.closing(response):
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > ANSWER_BYTES:
                        raise Unreachable("its answer did not end")
        except httpx.HTTPError as error:
            raise Unreachable(type(error).__name__) from error
        return response.status_code, bytes(body)
