"""What a provider would say in a day, and what is true of it: legs of the sandbox's centre as messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from random import Random

from tests.faults.ledger import Message
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.legs import Leg
from voicenter_console.voicenter.wire import MEDIA_TYPE, Format, encode_call


@dataclass(frozen=True, slots=True)
class Fact:
    """What a CDR must say, whatever happened on its way. Times are aware UTC, talk is in seconds."""

    call_id: str
    type_id: int
    status: str
    started_at: datetime
    talk_seconds: int
    original: str = ""

    @property
    def row(self) -> tuple[str, int, str, datetime, int]:
        return self.call_id, self.type_id, self.status, self.started_at, self.talk_seconds


@dataclass(frozen=True, slots=True)
class Day:
    """Messages in all three encodings, shuffled, some of them twice, and the facts behind them."""

    messages: tuple[Message, ...]
    facts: tuple[Fact, ...]

    def families(self) -> set[frozenset[tuple[str, int]]]:
        """The keys of the CDRs of each contact: ids that came from one another belong together."""
        parent: dict[str, str] = {}

        def root(call_id: str) -> str:
            while parent.setdefault(call_id, call_id) != call_id:
                call_id = parent[call_id]
            return call_id

        for fact in self.facts:
            if fact.original:
                parent[root(fact.call_id)] = root(fact.original)
        members: dict[str, set[tuple[str, int]]] = {}
        for fact in self.facts:
            members.setdefault(root(fact.call_id), set()).add((fact.call_id, fact.type_id))
        return {frozenset(keys) for keys in members.values()}


def day(legs: int, *, seed: int = 5, twice: float = 0.05) -> Day:
    """The first `legs` legs of the sandbox's recent days; a share `twice` of the messages comes again."""
    rng = Random(seed)
    chosen = _legs(seed)[:legs]
    if len(chosen) < legs:
        raise ValueError(f"the sandbox's days have only {len(chosen)} legs")
    cloud = _cloud(seed)
    messages = [_message(cloud, leg, rng.choice(list(Format))) for leg in chosen]
    messages += rng.sample(messages, int(legs * twice))
    rng.shuffle(messages)
    return Day(tuple(messages), tuple(_fact(leg) for leg in chosen))


@lru_cache(maxsize=2)
def _cloud(seed: int) -> Cloud:
    return Cloud(seed, history_days=10)


def _legs(seed: int) -> Sequence[Leg]:
    return _cloud(seed).ended_legs()


def _message(cloud: Cloud, leg: Leg, form: Format) -> Message:
    return Message(encode_call(form, cloud.notification(leg)), MEDIA_TYPE[form])


def _fact(leg: Leg) -> Fact:
    talk = leg.talk if leg.answered else 0
    return Fact(leg.call_id, int(leg.kind), leg.status, leg.started, talk, leg.original)
