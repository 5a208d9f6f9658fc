"""A call log of half a million rows, as a provider would answer from it: no sandbox could act them all out."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import deque
from datetime import UTC, datetime, timedelta
from random import Random

import httpx

from voicenter_console.sandbox.clock import Clock
from voicenter_console.voicenter.call_log import MOST_ROWS

REQUESTS_A_MINUTE = 30
_TYPE = 1  # all of one type, and at no extension: where time cannot be divided nothing else can


class DenseCallLog:
    """`rows` calls in the week before `end`, by day and hour as a centre has them, and `crowd` more in one second.

    Answers PROTOCOL S4 with both ends of a span in it; the 31st request of any minute is refused with error 1.
    """

    def __init__(self, clock: Clock, end: datetime, rows: int, crowd: int, seed: int = 37) -> None:
        self._clock = clock
        self._asked: deque[datetime] = deque()
        self.requests = self.refused = 0
        self.crowded = end - timedelta(days=2, hours=9)
        crowded = int(self.crowded.timestamp())
        alone = (second + (second == crowded) for second in _a_week(Random(seed), end, rows))
        self.seconds = sorted([*alone, *[crowded] * crowd])

    def call_id(self, place: int) -> str:
        return f"{datetime.fromtimestamp(self.seconds[place], UTC):%Y%m%d%H%M%S}{place:012}"

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if self._too_often():
            self.refused += 1
            return _json(403, {"ERROR_NUMBER": 1, "ERROR_DESCRIPTION": "Request limit exceeded."})
        search = json.loads(request.content)["search"]
        start, end = (_second(search[name]) for name in ("fromdate", "todate"))
        first, last = bisect_left(self.seconds, start), bisect_left(self.seconds, end + 1)
        if search.get("extensions") or str(_TYPE) not in map(str, search.get("cdrTypes") or [_TYPE]):
            last = first
        rows = [self._row(place) for place in range(first, min(last, first + MOST_ROWS))]
        counts = {"TOTAL_HITS": last - first, "RETURN_HITS": len(rows)}
        return _json(200, {"ERROR_NUMBER": 0, "ERROR_DESCRIPTION": "OK", **counts, "CDR_LIST": rows})

    def _row(self, place: int) -> dict[str, object]:
        at = datetime.fromtimestamp(self.seconds[place], UTC)
        return {"CallID": self.call_id(place), "Date": f"{at:%Y-%m-%dT%H:%M:%SZ}", "CdrType": _TYPE,
                "DialStatus": "ANSWER", "CallerNumber": "0545550118", "Duration": 5}  # fmt: skip

    def _too_often(self) -> bool:
        now = self._clock.now()
        while self._asked and self._asked[0] <= now - timedelta(minutes=1):
            self._asked.popleft()
        self._asked.append(now)
        return len(self._asked) > REQUESTS_A_MINUTE


def _a_week(rng: Random, end: datetime, rows: int) -> list[int]:
    """Seconds: 72 of 100 calls between 8 and 18 o'clock, five times as many on a working day as on a Saturday."""
    hours = [end - timedelta(hours=back) for back in range(1, 7 * 24 + 1)]
    weights = [(7 if 8 <= hour.hour < 18 else 2) * (1 if hour.weekday() == 5 else 5) for hour in hours]
    return [int(hour.timestamp()) + rng.randrange(3600) for hour in rng.choices(hours, weights, k=rows)]


def _second(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def _json(status: int, answer: dict[str, object]) -> httpx.Response:
    return httpx.Response(status, json=answer)
