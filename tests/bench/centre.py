"""A plausible call centre: calls with their legs in the order of time, the same ones for the same number of them.

Rows are what stands in the tables, written as both databases take it: times as UTC text, JSON as text. They fill 400
days up to `last`, so more calls make busier days, as they do with a larger centre.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from voicenter_console import phones

DAYS = 400
AGENTS, DEPARTMENTS, DIDS = 64, 8, 30
QUEUES = ("Service", "Sales", "Billing", "Technical", "Renewals", "VIP", "Deliveries", "Returns", "Orders", "Hebrew",
          "English", "Russian")  # fmt: skip
_ZONE, _UTC = ZoneInfo("Asia/Jerusalem"), ZoneInfo("UTC")
_COUNTRIES = ("Israel", "Israel Mobile", "United Kingdom", "United States")
# What becomes of a call, by how often in a thousand: (shape, status of its first leg, outcome).
_FATES = (
    (455, "queue", "ANSWER", "answered"), (90, "queue", "ABANDONE", "abandoned"),
    (28, "queue", "TIMEOUT", "flowed_out"), (7, "queue", "FULL", "flowed_out"), (60, "passed", "ANSWER", "answered"),
    (80, "in", "ANSWER", "answered"), (25, "in", "NOANSWER", "missed"), (10, "in", "BUSY", "busy"),
    (15, "in", "VOEND", "ivr_end"), (10, "voicemail", "VOICEMAIL", "voicemail"), (140, "out", "ANSWER", "answered"),
    (55, "out", "NOANSWER", "missed"), (15, "out", "BUSY", "busy"), (8, "out", "CONGESTION", "failed"),
    (2, "out", "NOTCALLED", "not_dialled"),
)  # fmt: skip
_TYPES = {"queue": (8, "Queue"), "passed": (8, "Queue"), "in": (1, "Incoming Call"), "voicemail": (11, "VoiceMail"),
          "out": (4, "Extension Outgoing")}  # fmt: skip
CALL = (
    "id", "account_id", "root", "started_at", "time_uncertain", "direction", "customer", "customer_e164", "did",
    "numbers", "queue_id", "queue_name", "agent_id", "agent_name", "more_agents", "outcome", "answered", "wait_seconds",
    "ring_seconds", "talk_seconds", "price", "has_recording", "department_id", "cdr_count", "created_at", "changed_at",
)  # fmt: skip
CDR = (
    "account_id", "call_id", "call_uid", "type", "type_id", "type_name", "status", "direction", "started_at",
    "time_uncertain", "talk_seconds", "ring_seconds", "wait_seconds", "caller", "target", "did", "extension",
    "internal", "line_id", "agent_id", "agent_name", "agent_code", "queue_id", "queue_name", "price", "recording_url",
    "caller_country", "target_country", "department_id", "ivr_path", "custom_data", "original_call_uid",
    "link_followed", "sources", "raw", "changed_at",
)  # fmt: skip
Row = tuple[Any, ...]


class Centre:
    """`account`'s `number` calls of the `days` up to `last`. Agents and extensions have the keys 1 to AGENTS; those
    of a department take the calls of its queues."""

    def __init__(self, account: int, number: int, last: date, days: int = DAYS) -> None:
        self._account, self._number, self._last, self._days = account, number, last, days
        rng = self._rng = random.Random(number)
        self._customers = [f"05{rng.choice('02345')}{rng.randrange(10**7):07}" for _ in range(max(number // 4, 10))]
        self._dids = [f"0772255{number:03}" for number in range(DIDS)]
        self._fates = [fate[1:] for fate in _FATES for _ in range(fate[0])]

    def calls(self) -> Iterator[tuple[Row, list[Row]]]:
        """Each call with its legs, as CALL and CDR name their columns; the call's id counts from 1."""
        for pk, at in enumerate(self._times(), start=1):
            yield self._call(pk, at)

    def _times(self) -> Iterator[datetime]:
        """Local working hours, busiest at eleven; the seventh day of each week is quiet."""
        first = self._last - timedelta(days=self._days - 1)
        weights = [0.2 if (first + timedelta(days=day)).isoweekday() == 6 else 1.0 for day in range(self._days)]
        share, done, owed = self._number / sum(weights), 0, 0.0
        for day, weight in enumerate(weights):
            owed += weight * share
            count = (self._number if day == self._days - 1 else round(owed)) - done
            done += count
            midnight = datetime.combine(first + timedelta(days=day), datetime.min.time(), _ZONE).astimezone(_UTC)
            seconds = sorted(self._rng.triangular(7, 21, 11) * 3600 for _ in range(count))
            yield from (midnight + timedelta(seconds=int(second)) for second in seconds)

    def _agent(self, queue: int | None) -> int:
        """Anybody; for a queue one of its department."""
        if queue is None:
            return int(self._rng.random() * AGENTS) + 1
        return int(self._rng.random() * (AGENTS // DEPARTMENTS)) * DEPARTMENTS + queue % DEPARTMENTS + 1

    def _call(self, pk: int, at: datetime) -> tuple[Row, list[Row]]:
        rng, account = self._rng.random, self._account
        shape, status, outcome = self._fates[int(rng() * 1000)]
        began, uid = at.strftime("%Y-%m-%d %H:%M:%S"), f"{at.astimezone(_ZONE):%Y%m%d%H%M%S}{pk:018}"
        customer, did = self._customers[int(rng() * len(self._customers))], self._dids[int(rng() ** 2 * DIDS)]
        answered, queued = outcome == "answered", shape in ("queue", "passed")
        queue = int(rng() ** 2 * len(QUEUES)) if queued else None
        agent = self._agent(queue) if answered or shape == "out" else None
        name, code = (f"Agent {agent}", str(10000 + agent)) if agent else ("", "")
        wait, ring = int(rng() ** 3 * 300) if queued else None, int(rng() * 30)
        talk = int(rng() ** 3 * 1500) + 5 if answered or shape == "voicemail" else 0
        price = f"{rng() * 60:.2f}" if shape == "out" and answered else None
        recording = f"https://cpanel.voicenter.co.il/recordings/{uid}.mp3" if answered and rng() < 0.8 else ""
        department, direction = agent and (agent - 1) % DEPARTMENTS + 1, "out" if shape == "out" else "in"
        queue_id, queue_name = (7000 + queue, QUEUES[queue]) if queue is not None else (None, "")
        caller, target = (did, customer) if shape == "out" else (customer, did)
        custom = {"campaign": f"c{int(rng() * 20)}", "ticket": str(pk)} if rng() < 0.1 else {}
        later = (at + timedelta(seconds=(wait or 0) + ring + talk + 5)).strftime("%Y-%m-%d %H:%M:%S")
        numbers = " ".join(sorted({_digits(customer), _digits(did)}))
        call = (
            pk, account, uid, began, False, direction, customer, f"+972{customer[1:]}", did, numbers, queue_id,
            queue_name, agent, name, int(shape == "passed"), outcome, answered, wait, ring, talk, price,
            bool(recording), department, 1 + (shape == "passed"), later, later,
        )  # fmt: skip

        def leg(type_id: int, type_name: str, way: str, agent: int | None, name: str, code: str) -> Row:
            line = f"Ext{agent:05}" if agent else ""
            raw = {"pull": {
                "CallID": uid, "Date": f"{at:%Y-%m-%dT%H:%M:%SZ}", "Type": type_name, "CdrType": type_id,
                "DialStatus": status, "CallerNumber": caller, "TargetNumber": target, "DID": did, "Duration": talk,
                "RingTime": ring, "QueueName": queue_name, "RepresentativeName": name, "RepresentativeCode": code,
                "Price": price, "RecordURL": recording, "TargetPrefixName": _COUNTRIES[0],
                "DepartmentId": department and 555000 + department, "CallerExtension": "", "TargetExtension": line,
                "CustomData": custom, "DTMFData": [],
            }}  # fmt: skip
            return (
                account, pk, uid, type_name.replace(" ", "").lower(), type_id, type_name, status, way, began, False,
                talk, ring, wait, caller, target, did, line, False, agent, agent, name,
                code, queue_id, queue_name, price, recording, _COUNTRIES[0], _COUNTRIES[pk % 11 // 4 % 4], department,
                "[]", json.dumps(custom), "", True, '["pull"]', json.dumps(raw), later,
            )  # fmt: skip

        legs = [leg(*_TYPES[shape], direction, agent, name, code)]
        if shape == "passed":
            other = agent % AGENTS + 1
            legs.append(leg(13, "XferCDR", "transfer", other, f"Agent {other}", str(10000 + other)))
        return call, legs


_digits = lru_cache(maxsize=None)(phones.search_digits)
