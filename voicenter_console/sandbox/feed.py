"""RealTime's events from the one simulated state: what changed since it was looked at last, in the order it did."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from voicenter_console.sandbox import presence, realtime_words
from voicenter_console.sandbox.legs import Leg
from voicenter_console.sandbox.presence import DIALING, HOLD, RINGING, OnPhone
from voicenter_console.sandbox.realtime_words import Moment

if TYPE_CHECKING:
    from voicenter_console.sandbox.cloud import Cloud

Said = tuple[str, dict]


class Feed:
    """`news` gives events since the last look; `status` the full statuses of that look. Safe for several threads."""

    def __init__(self, cloud: "Cloud"):
        self._cloud, self._centre = cloud, cloud.centre
        self._lock = threading.RLock()
        self._now = self._moment(cloud.running_legs(), cloud.now())

    def status(self) -> list[Said]:
        """What the cloud says to one who has just come."""
        with self._lock:
            return [
                ("loginSuccess", realtime_words.login_success(self._now)),
                ("loginStatus", realtime_words.login_status(self._centre, self._now)),
                ("AllExtensionsStatus", realtime_words.all_extensions(self._centre, self._now)),
                ("AllDialersStatus", realtime_words.all_dialers(self._centre, self._now)),
            ]

    def news(self) -> list[Said]:
        """What happened since the last look, first to happen first."""
        with self._lock:
            since, until = self._now.at, self._cloud.now()
            legs = {leg.key: leg for leg in self._cloud.ended_legs(since - timedelta(seconds=1))}
            legs |= {leg.key: leg for leg in self._cloud.running_legs()}
            times = {time for leg in legs.values() for time in presence.changes(leg) if since < time < until}
            said: list[Said] = []
            for time in [*sorted(times), until]:
                before, self._now = self._now, self._moment(list(legs.values()), time)
                said += [*self._queues(before), *self._calls(before), *self._statuses(before)]
            return said

    def _moment(self, legs: list[Leg], at: datetime) -> Moment:
        running = [leg for leg in legs if leg.started <= at < leg.ended]
        moment = Moment(at)
        for caller in presence.in_queues(running, at):
            moment.callers.setdefault(caller.queue.id, []).append(caller)
        for call in presence.on_phones(running, at):
            moment.calls.setdefault(call.extension.sip, []).append(call)
        for agent in self._centre.agents:
            status = self._centre.shifts.status(agent, at)
            if status.sip:
                moment.present[status.sip] = agent, status
        return moment

    def _queues(self, before: Moment) -> Iterator[Said]:
        waited = {one.leg.key: one.leg for callers in before.callers.values() for one in callers}
        waits = {one.leg.key: one.leg for callers in self._now.callers.values() for one in callers}
        for leg in [leg for key, leg in waited.items() if key not in waits]:
            yield "QueueEvent", realtime_words.queue_event(_departure(leg), leg, self._now)
        for leg in [leg for key, leg in waits.items() if key not in waited]:
            yield "QueueEvent", realtime_words.queue_event("JOIN", leg, self._now)

    def _calls(self, before: Moment) -> Iterator[Said]:
        for agent in self._centre.agents:
            extension = agent.extension
            had = {one.leg.key: one for one in before.calls.get(extension.sip, ())}
            has = {one.leg.key: one for one in self._now.calls.get(extension.sip, ())}
            for key in [*had, *(has.keys() - had.keys())]:
                if reason := _reason(had.get(key), has.get(key)):
                    about = has.get(key) or had[key]
                    payload = realtime_words.extension_event(reason, extension, self._centre, self._now, about)
                    yield "ExtensionEvent", payload

    def _statuses(self, before: Moment) -> Iterator[Said]:
        for agent in self._centre.agents:
            extension = agent.extension
            if before.present.get(extension.sip) != self._now.present.get(extension.sip):
                payload = realtime_words.extension_event("userStatusUpdate", extension, self._centre, self._now)
                yield "ExtensionEvent", payload


def _departure(leg: Leg) -> str:
    if not leg.answered:
        # Guess: whoever leaves without an agent is ABANDONED, also by time or by a key.
        return "ABANDONED"
    return "EXIT" if int(leg.call_id[-1], 16) % 2 else "ANSWER"


def _reason(had: OnPhone | None, has: OnPhone | None) -> str:
    if had is None or has is None:
        return "NEWCALL" if had is None else "HANGUP"
    if had.state == has.state:
        return ""
    if has.state == HOLD:
        return "HOLD"
    if had.state == HOLD:
        return "UNHOLD"
    # Of a click to call the leg to the customer is a new one.
    return "NEWCALL" if (had.state, has.state) == (RINGING, DIALING) else "ANSWER"
