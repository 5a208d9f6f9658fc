"""A month of the simulated centre, told to the ingester by push and by pull; and its figures a second way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from calls import ingest
from calls.models import Cdr
from voicenter_console.organisation.models import Account
from voicenter_console.sandbox import words
from voicenter_console.sandbox.legs import Leg
from voicenter_console.voicenter.records import Source

JERUSALEM = ZoneInfo("Asia/Jerusalem")
PULL_ONLY = 5  # each so many-th leg was never pushed: no wait, no queue number


def tell(account: Account, legs: Iterable[Leg], cloud: Any) -> None:
    arrivals = []
    for number, leg in enumerate(legs):
        row = words.call_log_row(leg, cloud.dialect)
        arrivals.append(ingest.Arrival(Source.PULL, row, leg.ended + timedelta(minutes=5), None))
        if number % PULL_ONLY:
            said = words.notification(leg, cloud.centre.top, cloud.dialect)
            arrivals.append(ingest.Arrival(Source.PUSH, said, leg.ended, None))
    for start in range(0, len(arrivals), 1000):
        with transaction.atomic():
            ingest.take(account, arrivals[start : start + 1000])


# --- the second way: no query but one, no rollup, no shared formula ---------------------------------------------------


class Plain:
    """All CDRs of an account as they are, added up by loops."""

    def __init__(self, account: Account) -> None:
        self.rows = list(Cdr.objects.filter(account=account).values())
        self.numbers = {row["queue_name"]: row["queue_id"] for row in self.rows if row["queue_id"]}

    def between(self, start: datetime, end: datetime) -> list[dict[str, Any]]:
        return [row for row in self.rows if start <= row["started_at"] < end]

    def of_days(self, first: str, last: str) -> list[dict[str, Any]]:
        """By the date on the wall."""
        return [row for row in self.rows if first <= _wall(row).strftime("%Y-%m-%d") <= last]

    def queues(self, rows: list[dict[str, Any]], target: int = 20, short: int = 5) -> dict[Any, dict[str, Any]]:
        found = {}
        for number, its in _grouped([row for row in rows if row["type"] == "queue"], self._queue).items():
            answered = [row for row in its if row["status"] == "ANSWER"]
            abandoned = [row for row in its if row["status"] == "ABANDONE"]
            left = [row for row in its if row["status"] in ("TIMEOUT", "FULL", "EXIT", "JOINEMPTY")]
            in_time = [row for row in _waited(answered) if row["wait_seconds"] <= target]
            brief = [row for row in _waited(abandoned) if row["wait_seconds"] < short]
            fair = len(_waited(answered)) + len(_waited(abandoned)) - len(brief)
            found[number] = {
                "offered": len(its), "answered": len(answered), "abandoned": len(abandoned), "flowed_out": len(left),
                "short_abandoned": len(brief), "wait_unknown": len(its) - len(_waited(its)),
                "other": len(its) - len(answered) - len(abandoned) - len(left),
                "service_level": hundredth(100 * len(in_time), fair),
                "asa_seconds": hundredth(sum(r["wait_seconds"] for r in _waited(answered)), len(_waited(answered))),
                "abandon_time_seconds": hundredth(
                    sum(r["wait_seconds"] for r in _waited(abandoned)), len(_waited(abandoned))
                ),
                "att_seconds": hundredth(sum(row["talk_seconds"] for row in answered), len(answered)),
                "longest_wait_seconds": max((row["wait_seconds"] for row in _waited(its)), default=0),
                "answer_rate": hundredth(100 * len(answered), len(its)),
                "abandon_rate": hundredth(100 * len(abandoned), len(its)),
                "abandon_rate_net": hundredth(
                    100 * (len(_waited(abandoned)) - len(brief)), len(_waited(its)) - len(brief)
                ),
            }  # fmt: skip
        return found

    def _queue(self, row: dict[str, Any]) -> Any:
        return row["queue_id"] or self.numbers.get(row["queue_name"])

    def agents(self, rows: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
        found = {}
        for agent, its in _grouped([row for row in rows if row["agent_id"]], lambda row: row["agent_id"]).items():
            inbound = [r for r in its if r["direction"] == "in" and r["type"] != "voicemail"]
            talked = [r for r in inbound if r["status"] == "ANSWER"]
            passed = [r for r in its if r["direction"] in ("transfer", "forward") and r["status"] == "ANSWER"]
            out = _rang(its)
            spoken = [r for r in its if r["type"] in ("click2ivrincoming", "click2queueincoming") and _answered(r)]
            of_talk = [*talked, *passed, *filter(_answered, out), *spoken]
            seconds = sum(row["talk_seconds"] or 0 for row in of_talk)
            found[agent] = {
                "calls_in_answered": len(talked), "handed_over_answered": len(passed), "calls_out": len(out),
                "calls_in_missed": sum(
                    r["direction"] == "in" and r["status"] in ("NOANSWER", "CANCEL", "BUSY") for r in its
                ),
                "calls_out_answered": sum(map(_answered, out)), "dialer_answered": len(spoken),
                "talk_seconds": seconds, "att_seconds": hundredth(seconds, len(of_talk)),
            }  # fmt: skip
        return found

    def dialled(self, rows: list[dict[str, Any]], field: str) -> dict[str, dict[str, Any]]:
        found = {}
        attempts = [row for row in rows if row["type"] in _RINGS]
        for name, its in _grouped(attempts, lambda row: row[field]).items():
            rang = _rang(its)
            answered = list(filter(_answered, rang))
            reached = [r for r in rang if _answered(r) or r["status"] in ("BUSY", "NOANSWER", "CANCEL", "VOICEMAIL")]
            found[name] = {
                "attempts": len(rang), "answered": len(answered), "not_dialled": len(its) - len(rang),
                "asr": hundredth(100 * len(answered), len(rang)), "ner": hundredth(100 * len(reached), len(rang)),
                "acd_seconds": hundredth(sum(row["talk_seconds"] for row in answered), len(answered)),
            }  # fmt: skip
        return found

    def cost(self, rows: list[dict[str, Any]]) -> dict[str, tuple[int, Decimal]]:
        return {
            kind: (len(its), sum((row["price"] for row in its if row["price"] is not None), Decimal(0)))
            for kind, its in _grouped(rows, lambda row: row["type"]).items()
        }

    def paths(self, rows: list[dict[str, Any]]) -> Counter:
        return Counter(
            tuple((s["layer_name"], "" if s["dtmf"] in (None, "", "0") else s["dtmf"]) for s in row["ivr_path"])
            for row in rows
            if row["ivr_path"]
        )

    def hours(self, rows: list[dict[str, Any]]) -> Counter:
        """Queue records by weekday from Sunday and hour on the wall."""
        return Counter((_wall(row).isoweekday() % 7, _wall(row).hour) for row in rows if row["type"] == "queue")


_RINGS = ("cc", "extensionoutgoing", "click2callleg2", "productivecallleg2", "click2ivr")


def _wall(row: dict[str, Any]) -> datetime:
    return row["started_at"].astimezone(JERUSALEM)


def _waited(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["wait_seconds"] is not None]


def _rang(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["type"] in _RINGS and row["status"] not in ("NOTCALLED", "NOTDIALED")]


def _answered(row: dict[str, Any]) -> bool:
    if row["status"] is None and row["type"] not in ("cc", "extensionoutgoing"):
        return bool(row["talk_seconds"])
    return row["status"] == "ANSWER"


def _grouped(rows: Iterable[dict[str, Any]], key: Callable[[dict[str, Any]], Any]) -> dict[Any, list[dict[str, Any]]]:
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def hundredth(part: int, whole: int) -> float | None:
    """Half up to two decimals, by fractions."""
    if not whole:
        return None
    exact = Fraction(part, whole)
    return float((Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def in_utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
