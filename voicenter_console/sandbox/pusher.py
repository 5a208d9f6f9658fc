"""Posts every leg that has ended to the console's hook, until it is acknowledged (PROTOCOL S5)."""

import heapq
import itertools
import threading
import time
from dataclasses import asdict, dataclass, field

import httpx

from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.legs import Leg
from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.wire import MEDIA_TYPE, Format, decode, encode_call, fold

# Guess: one account uses one encoding; the sandbox mixes all three, so that each is exercised every day.
SHARES = {Format.JSON: 0.6, Format.XML: 0.25, Format.FORM: 0.15}
WAITING, ACKNOWLEDGED, REFUSED, DROPPED = "waiting", "acknowledged", "refused", "dropped"


@dataclass(slots=True)
class Entry:
    """One leg in the ledger: waiting, acknowledged, refused (err 1 for good) or dropped on purpose."""

    call_id: str
    type: int
    format: str
    state: str = WAITING
    attempts: int = 0
    last: str = ""
    acknowledged_at: float | None = None
    leg: Leg = field(default=None, repr=False)

    def as_dict(self) -> dict:
        return {name: value for name, value in asdict(self).items() if name != "leg"}


class Pusher:
    """The cloud's side of the webhook. Waits are real seconds, doubled at each failure up to `longest_wait`.

    `only` sends one encoding instead of a mixture. err 0 ends a push, err 1 after `tries_when_garbled`;
    everything else (err 2, another status, no valid answer, no answer) is tried again without end. Guess: the
    document leaves number and spacing of the retries to the vendor. Several `workers` keep the order loosely.
    """

    def __init__(
        self,
        cloud: Cloud,
        hook_url: str,
        *,
        client: httpx.Client | None = None,
        only: Format | None = None,
        workers: int = 4,
        first_wait: float = 1.0,
        longest_wait: float = 60.0,
        tries_when_garbled: int = 3,
    ):
        self.cloud, self.hook_url, self.only = cloud, hook_url, only
        self.client = client or httpx.Client(timeout=httpx.Timeout(10.0, connect=3.0))
        self.first_wait, self.longest_wait = first_wait, longest_wait
        self.tries_when_garbled = tries_when_garbled
        self.ledger: dict[tuple[str, int], Entry] = {}
        self._known = 0
        self._queue: list[tuple[float, int, Entry]] = []
        self._number = itertools.count()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._feed, name="sandbox-feed", daemon=True)]
        self._threads += [
            threading.Thread(target=self._work, name=f"sandbox-push-{place}", daemon=True) for place in range(workers)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Begin nothing new and return within half a second; what is not acknowledged is left to the pull."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(0.5 / len(self._threads))

    def collect(self) -> int:
        """Take up the legs that ended since the last time; how many."""
        with self._changed:
            legs = self.cloud.timeline.news(self._known)
            self._known += len(legs)
            for leg in legs:
                entry = Entry(leg.call_id, int(leg.kind), self._format(leg), leg=leg)
                self.ledger[leg.key] = entry
                if self.cloud.timeline.told[leg.key].dropped:
                    entry.state = DROPPED
                else:
                    self._put(entry, self.cloud.faults.reorder * self.cloud.timeline.share(leg, "order"))
            return len(legs)

    def push_due(self) -> int:
        """Send all that is due now in this thread; how many were sent. For tests, which start no thread."""
        sent = 0
        while entry := self._take(wait=0):
            self._send(entry)
            sent += 1
        return sent

    def counts(self) -> dict[str, int]:
        """Legs by state, and the requests made."""
        with self._changed:
            entries = list(self.ledger.values())
        states = dict.fromkeys((WAITING, ACKNOWLEDGED, REFUSED, DROPPED), 0)
        for entry in entries:
            states[entry.state] += 1
        return states | {"requests": sum(entry.attempts for entry in entries)}

    def _format(self, leg: Leg) -> Format:
        if self.only:
            return self.only
        drawn = self.cloud.timeline.share(leg, "format")
        for format, share in SHARES.items():
            drawn -= share
            if drawn < 0:
                return format
        return Format.FORM

    def _feed(self) -> None:
        while not self._stopping.wait(0.2):
            self.collect()

    def _work(self) -> None:
        while not self._stopping.is_set():
            if entry := self._take(wait=0.5):
                self._send(entry)

    def _put(self, entry: Entry, wait: float) -> None:
        heapq.heappush(self._queue, (time.monotonic() + wait, next(self._number), entry))
        self._changed.notify()

    def _take(self, wait: float) -> Entry | None:
        """The next due entry; None when none is due within `wait` seconds or pushes are held back."""
        with self._changed:
            due = self._queue[0][0] - time.monotonic() if self._queue else wait
            if due > 0 and wait:
                self._changed.wait(min(due, wait))
            if not self._queue or self._queue[0][0] > time.monotonic():
                return None
            if self.cloud.faults.hold or self.cloud.out_now():
                self._changed.wait(wait)
                return None
            return heapq.heappop(self._queue)[2]

    def _send(self, entry: Entry) -> None:
        format = Format(entry.format)
        body = encode_call(format, self.cloud.notification(entry.leg))
        repeat = entry.state == ACKNOWLEDGED
        err, said = self._post(body, MEDIA_TYPE[format])
        with self._changed:
            entry.attempts += 1
            entry.last = said
            if repeat:
                return
            if err == 0:
                entry.state, entry.acknowledged_at = ACKNOWLEDGED, time.time()
                # Guess: the vendor sends some records twice; receivers report it.
                if self.cloud.timeline.share(entry.leg, "again") < self.cloud.faults.duplicate:
                    self._put(entry, self.first_wait)
            elif err == 1 and entry.attempts >= self.tries_when_garbled:
                entry.state = REFUSED
            else:
                self._put(entry, min(self.longest_wait, self.first_wait * 2 ** min(entry.attempts - 1, 16)))

    def _post(self, body: bytes, media_type: str) -> tuple[int | None, str]:
        """(err of a valid answer or None, what was said in words)."""
        headers = {"Content-Type": f"{media_type}; charset=utf-8"}
        try:
            answer = self.client.post(self.hook_url, content=body, headers=headers)
        except httpx.HTTPError as error:
            return None, f"{type(error).__name__}: {error}"
        if answer.status_code != 200:
            return None, f"HTTP {answer.status_code}"
        try:
            said = fold(decode(answer.content, answer.headers.get("content-type", "")).payload)
            return int(said["err"]), f"err {said['err']} {said.get('errdesc', '')}".strip()
        except (Garbled, KeyError, TypeError, ValueError):
            return None, "no valid answer"
