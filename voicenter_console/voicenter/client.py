"""The one way out to Voicenter: transport, credentials, rate limit, and 'may this be repeated?'.

One module per API beside this one says what to ask and reads what came; nothing else sends.
"""

import contextlib
import logging
import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Protocol, Self
from urllib.parse import quote

import httpx

from voicenter_console.hosts import refuse_plain_http

from .errors import LeftAlone, Unreachable

CONNECT_SECONDS = 3
READ_SECONDS = 30
ANSWER_SECONDS = 120
ANSWER_BYTES = 64 * 2**20

# Nothing has been sent when one of these is raised; with any other error something may have been.
BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)

# A host that is dead or mute; one that breaks off has spoken.
SILENCE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadTimeout, httpx.WriteTimeout)

_CODE = re.compile(r"(?i)([?&]code=)[^&\s\"']+")


def _without_codes(record: logging.LogRecord) -> bool:
    """httpx logs each address whole."""
    record.msg, record.args = _CODE.sub(r"\1•••", record.getMessage()), ()
    return True


logging.getLogger("httpx").addFilter(_without_codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """Where each API is reached, without a slash at the end; the defaults are today's (PROTOCOL)."""

    click2call: str = "https://api.voicenter.com"
    call_log: str = "https://api.voicenter.com"
    dialer: str = "https://api.voicenter.com"
    agents: str = "https://api.voicenter.com"
    active_calls: str = "https://monapisec.voicenter.co.il/comet/API"
    extensions: str = "https://monitor.voicenter.co.il/Comet/api"
    statuses: str = "https://loginapi.voicenter.co.il"
    realtime: str = "https://loginapi.voicenter.co.il"

    @classmethod
    def at(cls, base_url: str) -> Self:
        """Every API at one address, on the paths it has in the cloud: a sandbox or a relay."""
        base = base_url.rstrip("/")
        everywhere = {field.name: base for field in fields(cls)}
        return cls(**everywhere | {"active_calls": f"{base}/comet/API", "extensions": f"{base}/Comet/api"})


class Limiter(Protocol):
    """Whoever keeps all processes together under an account's requests a minute."""

    def wait(self, account: str, cost: int) -> None:
        """Return when `account` may send `cost` more requests."""


class Breaker(Protocol):
    """Whoever remembers, for all processes together, which host of an account does not answer (FAULTS F-42)."""

    def wait(self, account: str, host: str) -> float:
        """Seconds until `host` may be asked again; 0 for now."""

    def failed(self, account: str, host: str) -> None:
        """No connection, or nothing came in time."""

    def answered(self, account: str, host: str) -> None:
        """It answered, whatever it said."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read whole; `retry_after` in seconds where the header named them."""

    status: int
    body: bytes
    content_type: str
    retry_after: float | None


class VoicenterClient:
    """A conversation with one account's cloud. Safe to share between threads; close it, or use it in `with`.

    `account` is what the limiter knows the account by, `code` its secret, `transport` an httpx transport in
    place of the network. With `code_in_address` active calls, extensions and statuses are asked for as the
    older document has it, by GET with the code in the address (PROTOCOL S8). ValueError for a code that no
    header could carry, and for a host that is not https: plain http is for loopback and `allow_http_hosts`.
    """

    def __init__(
        self,
        *,
        account: str,
        code: str,
        hosts: Hosts | None = None,
        transport: httpx.BaseTransport | None = None,
        limiter: Limiter | None = None,
        breaker: Breaker | None = None,
        allow_http_hosts: Collection[str] = (),
        code_in_address: bool = False,
    ):
        if not (code.isascii() and code.isprintable()):
            raise ValueError("an account's code is printable ASCII")
        self.account = account
        self.code = code
        self.hosts = hosts or Hosts()
        self.limiter = limiter
        self.breaker = breaker
        self.code_in_address = code_in_address
        self.allow_http_hosts = frozenset(allow_http_hosts)
        for field in fields(Hosts):
            refuse_plain_http(getattr(self.hosts, field.name), self.allow_http_hosts)
        # A proxy or a .netrc of the environment would see the account's code.
        self._http = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "voicenter-console"},
        )

    def __repr__(self) -> str:
        return f"<VoicenterClient of {self.account!r}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def without_code(self, text: str) -> str:
        """The text with the account's code masked, since Voicenter may repeat it in what it says."""
        for code in {self.code, quote(self.code, safe="")} - {""}:
            text = text.replace(code, "•••")
        return text

    def ask(
        self,
        url: str,
        *,
        repeatable: bool,
        json: object = None,
        form: Mapping[str, str] | None = None,
        bearer: bool | str = False,
        limited: bool = False,
        method: str = "POST",
    ) -> Answer:
        """POST, or GET, and read the whole answer, whatever its status. Raises Unreachable.

        `bearer` True sends the account's code as a bearer token, a text sends that.

        `repeatable` has no default: what makes a phone ring is never sent twice, so one that may have
        arrived is reported with `sent` true; what only reads is sent once more, unless the host was silent.
        `limited` requests wait their turn.
        """
        headers = {"Authorization": f"Bearer {self.code if bearer is True else bearer}"} if bearer else {}
        request = self._http.build_request(method, url, json=json, data=form, headers=headers)
        return self._sent(request, repeatable, limited)

    def look_up(self, url: str, **asked: str | int) -> Answer:
        """Ask for a list that only reads: by POST with the code in its JSON, or as `code_in_address` says."""
        if self.code_in_address:
            request = self._http.build_request("GET", url, params={"code": self.code, **asked})
        else:
            request = self._http.build_request("POST", url, json={"Code": self.code, **asked})
        return self._sent(request, repeatable=True, limited=False)

    def _sent(self, request: httpx.Request, repeatable: bool, limited: bool) -> Answer:
        try:
            return self._send(request, limited)
        except Unreachable as error:
            in_vain = isinstance(error, LeftAlone) or isinstance(error.__cause__, httpx.TimeoutException)
            if not repeatable or in_vain:
                raise
        return self._send(request, limited)

    def _send(self, request: httpx.Request, limited: bool) -> Answer:
        host = request.url.netloc.decode("ascii")
        if self.breaker and (seconds := self.breaker.wait(self.account, host)):
            raise LeftAlone(seconds)
        if limited and self.limiter:
            self.limiter.wait(self.account, 1)
        until = time.monotonic() + ANSWER_SECONDS
        try:
            response = self._http.send(request, stream=True)
            if self.breaker:
                self.breaker.answered(self.account, host)
            with contextlib.closing(response):
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > ANSWER_BYTES or time.monotonic() > until:
                        raise Unreachable("its answer did not end", sent=True)
        except httpx.HTTPError as error:
            if self.breaker and isinstance(error, SILENCE):
                self.breaker.failed(self.account, host)
            reason = _REASONS.get(type(error)) or f"{error}"[:200] or "the connection broke"
            raise Unreachable(self.without_code(reason), sent=not isinstance(error, BEFORE_SENDING)) from error
        retry_after = _seconds(response.headers.get("Retry-After", ""))
        return Answer(response.status_code, bytes(body), response.headers.get("Content-Type", ""), retry_after)


_REASONS: dict[type[Exception], str] = {
    httpx.ConnectTimeout: f"no connection within {CONNECT_SECONDS} s",
    httpx.PoolTimeout: "no free connection",
    httpx.ReadTimeout: f"nothing came for {READ_SECONDS} s",
    httpx.DecodingError: "its answer is compressed in a way that cannot be read",
}


def _seconds(retry_after: str) -> float | None:
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 7 else None
