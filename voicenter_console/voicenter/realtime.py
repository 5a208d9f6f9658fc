"""RealTime: log in, stay on a line to one of the monitors, read its events (PROTOCOL S10).

No host is contacted but the account's login host and the monitors that its login named.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from voicenter_console.hosts import refuse_plain_http

from . import clock
from .answers import by_status, fields_of, in_answer
from .client import Answer, VoicenterClient
from .errors import BadRequest, Garbled, LineLost, NotAuthorised, Refused, VoicenterError
from .line import Line
from .live import AllExtensions, AllQueues, Event, LineDown, LineUp
from .realtime_events import Normaliser
from .values import text, whole
from .wire import fold

REFRESH_PATH = "/monitorAPI/RefreshIdentityToken"
MOST_MONITORS = 20
FIRST_DELAY, LONGEST_DELAY = 10.0, 300.0
AFTER_REFUSAL = 1200.0  # a wrong secret is tried three times an hour, no more (FAULTS F-35)
KEEPALIVE_AFTER = 60.0
SILENCE = 120.0
BEFORE_EXPIRY = timedelta(seconds=5)

FULL: set[type[Event]] = {AllExtensions, AllQueues}
_REFUSALS: dict[int, type[Refused]] = {400: BadRequest, 401: NotAuthorised, 403: NotAuthorised}
_RESYNC_AFTER = {"extensionsupdated", "queuesupdated", "dialersupdated"}


class Way(StrEnum):
    """What an account logs in with, and so the shape of the request."""

    TOKEN = "token"  # noqa: S105 (a word, not a secret)
    USER = "user"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Login:
    """How an account logs in to RealTime; `path` where the login is not at its usual one."""

    way: Way
    secret: str = field(repr=False)
    name: str = ""
    path: str = ""

    @property
    def url_path(self) -> str:
        return self.path or f"/monitorAPI/Login/{self.way.capitalize()}"

    def body(self) -> dict[str, str]:
        match self.way:
            case Way.TOKEN:
                return {"token": self.secret}
            case Way.USER:
                return {"email": self.name, "pin": self.secret}
            case Way.ACCOUNT:
                return {"username": self.name, "password": self.secret}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a login gave: where to listen, and the token for it until `expires_at` (None: not said)."""

    monitors: tuple[str, ...]
    token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None


def log_in(client: VoicenterClient, login: Login) -> Ticket:
    """Raises NotAuthorised, BadRequest, Refused, Garbled and Unreachable; no text of theirs holds a secret."""
    answer = client.ask(client.hosts.realtime + login.url_path, json=login.body(), repeatable=True)
    return _ticket(client, answer, secrets=(login.secret,))


def refresh(client: VoicenterClient, ticket: Ticket) -> Ticket:
    """The next token; monitors that are not named again stay. Raises as `log_in`."""
    answer = client.ask(
        client.hosts.realtime + REFRESH_PATH, bearer=ticket.refresh_token, repeatable=True, method="GET"
    )
    return _ticket(client, answer, secrets=(ticket.refresh_token, ticket.token), before=ticket)


def _ticket(
    client: VoicenterClient, answer: Answer, *, secrets: tuple[str, ...], before: Ticket | None = None
) -> Ticket:
    said = fields_of(answer)
    code = max(whole(said.get("statuscode")) or 0, answer.status)
    if code in _REFUSALS or (code >= 400 and code != answer.status):
        words = client.without_code(text(said.get("status")))
        for secret in filter(None, secrets):
            words = words.replace(secret, "•••")
        raise _REFUSALS.get(code, Refused)(code, words)
    if answer.status != 200:
        raise by_status(answer) or Garbled(in_answer("no token", answer))
    data = _inner(said, "data")
    socket = _inner(data, "socket") or data
    token = text(socket.get("token"), 8000)
    named = socket.get("urllist")
    urls = named if isinstance(named, list) else [socket.get("url")]
    monitors = _monitors(client, urls) or (before.monitors if before else ())
    if not (token and token.isprintable() and monitors):
        raise Garbled("a login without a token, or without a monitor that may be spoken to")
    return Ticket(
        monitors=monitors,
        token=token,
        refresh_token=text(socket.get("refreshtoken"), 8000) or (before.refresh_token if before else ""),
        expires_at=clock.of_expiry(socket.get("tokenexpiry")),
    )


def _inner(said: Mapping, key: str) -> dict:
    return fold(said[key]) if isinstance(said.get(key), Mapping) else {}


def _monitors(client: VoicenterClient, urls: list) -> tuple[str, ...]:
    """Those that may be spoken to: https, and plain http only where the login itself may be plain."""
    plain = client.allow_http_hosts if urlsplit(client.hosts.realtime).scheme == "http" else None
    allowed = []
    for url in (text(url, 300) for url in urls[:MOST_MONITORS]):
        try:
            if plain is None and urlsplit(url).scheme not in ("https", "wss"):
                continue
            refuse_plain_http(url, plain or ())
        except ValueError:
            continue
        if url not in allowed and "@" not in url:
            allowed.append(url)
    return tuple(allowed)


class RealTime:
    """One account's events, whatever happens to monitors and tokens. Call `step` for ever; not for several threads.
    `as_of` is when the line last proved to live, None until the full statuses came.

    A line that breaks, or is silent for two minutes, is followed by one to the next monitor after a delay that
    grows from ten seconds to five minutes; after the last of the list a new login begins at the first. `clock` is
    monotonic seconds, `now` aware UTC, `wait` sleeps for seconds.
    """

    def __init__(
        self,
        client: VoicenterClient,
        login: Login,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        wait: Callable[[float], None] = time.sleep,
    ):
        self._client, self._login = client, login
        self._clock, self._now, self._wait = clock, now, wait
        self.normaliser = Normaliser(now)
        self.as_of: datetime | None = None
        self._told: set[type[Event]] = set()
        self._ticket: Ticket | None = None
        self._line: Line | None = None
        self._place = 0
        self._delay = FIRST_DELAY
        self._not_before = 0.0
        self._heard = self._asked = 0.0

    def step(self, seconds: float) -> list[Event]:
        """What came within so many seconds: events, LineUp, LineDown; nothing where it was quiet."""
        try:
            if self._line is None:
                return self._begin(seconds)
            self._renew_in_time()
            got = self._line.receive(seconds)
            if got is None:
                self._break_the_silence()
            events = [] if got is None else self._take(*got)
            if self._told == FULL:
                self.as_of = self._now() - timedelta(seconds=max(0, self._clock() - self._line.lived_at))
            return events
        except (NotAuthorised, BadRequest) as error:
            self._ticket = None
            return self._fall(str(error), AFTER_REFUSAL)
        except VoicenterError as error:
            if isinstance(error, LineLost) and error.refused:
                self._ticket = None
            return self._fall(str(error))

    def resync(self) -> None:
        """Ask the monitor for full statuses. Raises LineLost."""
        if self._line is not None:
            self._line.emit("resync", {"cache": False})

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()
            self._line = None

    # --- a line's beginning and end ------------------------------------------------------------
    def _begin(self, seconds: float) -> list[Event]:
        early = self._not_before - self._clock()
        if early > 0:
            self._wait(min(early, seconds))
            return []
        if self._ticket is None:
            self._ticket = log_in(self._client, self._login)
            self._place = 0
        monitor = self._ticket.monitors[self._place]
        self._line = Line(monitor, self._ticket.token, clock=self._clock)
        self._heard = self._asked = self._clock()
        self._told.clear()
        return [LineUp(at=self._now(), source=urlsplit(monitor).hostname or "")]

    def _fall(self, reason: str, delay: float = 0) -> list[Event]:
        self.close()
        self._not_before = self._clock() + max(delay, self._delay)
        self._delay = min(self._delay * 2, LONGEST_DELAY)
        self._place += 1
        if self._ticket is not None and self._place >= len(self._ticket.monitors):
            self._ticket = None
        return [LineDown(at=self._now(), reason=reason)]

    def _renew_in_time(self) -> None:
        expires = self._ticket.expires_at
        if expires is None or self._now() < expires - BEFORE_EXPIRY:
            return
        old, self._ticket = self._ticket, None
        self.close()
        self._ticket = refresh(self._client, old) if old.refresh_token else log_in(self._client, self._login)
        self._place = min(self._place, len(self._ticket.monitors) - 1)
        self._line = Line(self._ticket.monitors[self._place], self._ticket.token, clock=self._clock)
        self._heard = self._asked = self._clock()

    # --- what comes on it ------------------------------------------------------------
    def _take(self, name: str, payload: object) -> list[Event]:
        self._heard = self._asked = self._clock()
        said = fold(payload) if isinstance(payload, Mapping) else {}
        folded = name.casefold()
        if whole(said.get("errorcode")) and folded in ("keepaliveresponse", "loginstatus", "loginsuccess"):
            raise LineLost("the monitor does not accept the token any more", refused=True)
        if folded in _RESYNC_AFTER:
            self.resync()
            return []
        if folded == "keepaliveresponse":
            return []
        events = self.normaliser.read(name, payload)
        self._told |= FULL & {type(event) for event in events}
        if self._told == FULL:
            self._delay = FIRST_DELAY
        return events

    def _break_the_silence(self) -> None:
        now = self._clock()
        if now - self._heard >= SILENCE:
            raise LineLost("the monitor said nothing for two minutes")
        if now - self._asked >= KEEPALIVE_AFTER:
            self._asked = now
            self._line.emit("keepalive", self._ticket.token)
