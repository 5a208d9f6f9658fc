"""Live events of one account: by polling, or by RealTime with polling where it fails. All are stepped alike."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from . import click2call, monitor
from .client import VoicenterClient
from .errors import LimitExceeded, NotAuthorised, VoicenterError
from .live import AllExtensions, AllQueues, Event, ExtensionNow, LineDown, LineUp, LiveCall, QueueNow, WaitingCaller
from .realtime import AFTER_REFUSAL
from .realtime_events import direction_of, phase_of

POLLED = "polling"
LONGEST_DELAY = 60.0
# How long RealTime may be away before its place is taken.
PATIENCE = 15.0


class Source(Protocol):
    """Where events come from. `as_of` is until when what it told is known to hold, None before anything was told."""

    as_of: datetime | None

    def step(self, seconds: float) -> list[Event]:
        """What came within so many seconds. Never raises a VoicenterError: a LineDown says what is wrong."""

    def close(self) -> None:
        """Let go of connections."""


class Polling:
    """Full statuses, asked for every five seconds. `clock` is monotonic, `now` aware UTC, `wait` sleeps."""

    def __init__(
        self,
        client: VoicenterClient,
        *,
        wall_clock: bool = True,
        every: float = monitor.POLL_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        wait: Callable[[float], None] = time.sleep,
    ):
        self.as_of: datetime | None = None
        self._client, self._wall_clock = client, wall_clock
        self._every = max(every, monitor.POLL_SECONDS)
        self._clock, self._now, self._wait = clock, now, wait
        self._next = 0.0
        self._delay = self._every
        self._up = False

    def step(self, seconds: float) -> list[Event]:
        early = self._next - self._clock()
        if early > 0:
            self._wait(min(early, seconds))
            if early > seconds:
                return []
        began = self._clock()
        try:
            events = self._ask()
        except VoicenterError as error:
            self._next = began + self._later(error)
            self._up = False
            return [LineDown(at=self._now(), reason=str(error))]
        self._next, self._delay = began + self._every, self._every
        return events

    def close(self) -> None:
        """Nothing is held."""

    def _ask(self) -> list[Event]:
        at = self._now()
        extensions = monitor.extensions_calls(self._client, now=at, wall_clock=self._wall_clock)
        queues = monitor.queues_callers(self._client, now=at, wall_clock=self._wall_clock)
        if not extensions.conclusive:
            # A wrong code may be answered so; what is known is not forgotten because of it.
            self._up = False
            return [LineDown(at=at, reason="Voicenter lists no extensions; the account's code may be wrong.")]
        events: list[Event] = [] if self._up else [LineUp(at=at, source=POLLED)]
        self._up, self.as_of = True, at
        return [*events, AllQueues(at=at, queues=_queues(queues)), AllExtensions(at=at, extensions=phones(extensions))]

    def _later(self, error: VoicenterError) -> float:
        self._delay = min(self._delay * 2, LONGEST_DELAY)
        if isinstance(error, NotAuthorised):
            return AFTER_REFUSAL
        if isinstance(error, LimitExceeded) and error.retry_after:
            return max(error.retry_after, self._delay)
        return self._delay


class Fallback:
    """The first source, and the second in its place when the first has been away for a while."""

    def __init__(self, first: Source, second: Source, *, clock: Callable[[], float] = time.monotonic):
        self._first, self._second, self._clock = first, second, clock
        self._away_since: float | None = clock()
        self._standing_in = False

    @property
    def as_of(self) -> datetime | None:
        told = [source.as_of for source in (self._first, self._second) if source.as_of]
        return max(told, default=None)

    def step(self, seconds: float) -> list[Event]:
        events = self._first.step(seconds)
        for event in events:
            if isinstance(event, AllExtensions):
                self._away_since, self._standing_in = None, False
            if isinstance(event, LineDown) and self._away_since is None:
                self._away_since = self._clock()
        if self._away_since is None or self._clock() - self._away_since < PATIENCE:
            return events
        told = self._second.step(0)
        self._standing_in = not isinstance(told[-1], LineDown) if told else self._standing_in
        if self._standing_in:  # somebody tells: that the first is still away is no news
            events = [event for event in events if not isinstance(event, LineDown)]
        return [*events, *told]

    def close(self) -> None:
        self._first.close()
        self._second.close()


def phones(listing: monitor.Listing[monitor.BusyExtension]) -> tuple[ExtensionNow, ...]:
    """What was polled, as a full status tells it."""
    return tuple(
        ExtensionNow(
            code=row.sip,
            name=row.name,
            agent_code=row.user_id if row.user_id != "0" else "",
            agent_name=row.representative,
            status=row.agent_status,
            calls=tuple(
                LiveCall(
                    call_id=call.call_id,
                    phase=phase_of(call.status),
                    direction=direction_of(call.direction),
                    number=call.caller_phone,
                    name=call.caller_name,
                    did=call.did,
                    started_at=call.started_at,
                    answered_at=call.answered_at,
                    request=click2call.request_of(call.custom_data),
                )
                for call in row.calls
                if call.call_id
            ),
        )
        for row in listing
        if row.sip
    )


def _queues(listing: monitor.Listing[monitor.WaitingQueue]) -> tuple[QueueNow, ...]:
    return tuple(
        QueueNow(
            id=row.id,
            name=row.name,
            callers=tuple(
                WaitingCaller(call_id=caller.call_id, number=caller.phone, joined_at=caller.joined_at)
                for caller in row.callers
                if caller.call_id
            ),
        )
        for row in listing
        if row.id
    )
