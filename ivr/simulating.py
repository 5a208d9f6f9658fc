"""Try a draft before callers do: the simulator, its saved cases, and yesterday's real calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from ivr.graph import Finding
from ivr.graph import Flow as Graph
from ivr.models import Flow, IvrSession, IvrStep
from ivr.runtime import Heard, Position
from ivr.runtime.walk import FAILED, Given, Turn, walk

# The version that a draft would get is not known yet; no caller ever stands in this one.
DRAFT = 0
MOST_KEYS = 60


class NoScenario(ValueError):
    """What is supposed cannot be read; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A supposed caller. `at` is local time of the account, None for now; keys as in `walk`."""

    caller: str = "0540000001"
    did: str = ""
    at: datetime | None = None
    keys: tuple[str, ...] = ()
    layer: int | None = None
    given: Given = field(default_factory=Given)

    @classmethod
    def read(cls, said: Any) -> Scenario:
        """Raises NoScenario."""
        if not isinstance(said, Mapping):
            raise NoScenario("a scenario is an object")
        keys = said.get("keys", [])
        if not (isinstance(keys, list) and len(keys) <= MOST_KEYS and all(isinstance(key, str) for key in keys)):
            raise NoScenario(f"keys are a list of at most {MOST_KEYS} texts")
        try:
            at = datetime.fromisoformat(said["at"]).replace(tzinfo=None) if said.get("at") else None
            queues = {int(queue): int(length) for queue, length in (said.get("queues") or {}).items()}
            texts = [
                {str(name): str(value) for name, value in (said.get(part) or {}).items()}
                for part in ("sources", "variables")
            ]
            layer = None if said.get("layer") is None else int(said["layer"])
        except (TypeError, ValueError, AttributeError) as error:
            raise NoScenario(str(error)) from error
        given = Given(
            marks=tuple(map(str, said.get("marks") or ())), queues=queues, sources=texts[0], variables=texts[1]
        )
        return cls(
            caller=str(said.get("caller", "0540000001")), did=str(said.get("did", "")), at=at, keys=tuple(keys),
            layer=layer, given=given,
        )  # fmt: skip


def simulate(graph: Graph, scenario: Scenario, zone: ZoneInfo) -> list[Turn]:
    """The turns of a supposed call."""
    now = scenario.at.replace(tzinfo=zone).astimezone(UTC) if scenario.at else timezone.now()
    first = Heard(
        call_id="simulated", caller=scenario.caller, did=scenario.did, at=None, now=now, zone=zone,
        layer=scenario.layer,
        digits=scenario.keys[0] if scenario.layer is not None and scenario.keys else "",
    )  # fmt: skip
    return walk(graph, DRAFT, first, scenario.keys, scenario.given)


def cases(flow: Flow, graph: Graph) -> list[Finding]:
    """The saved cases that end elsewhere than they must; each stands in the way of publishing."""
    zone = ZoneInfo(flow.account.zone)
    found = []
    for case in flow.cases.order_by("pk"):
        reached = simulate(graph, Scenario.read(case.scenario), zone)[-1].reached
        if reached.node.id != case.expected:
            about = {"case": case.name, "expected": case.expected, "reached": reached.node.id}
            found.append(Finding("case_fails", reached.node.id, about))
    return found


@dataclass(frozen=True, slots=True)
class Replayed:
    """A real call, where it ended, and where the draft would have taken it."""

    session: IvrSession
    ended: str
    would_end: str


def replay(flow: Flow, draft: Graph, since: datetime, until: datetime) -> Iterator[Replayed]:
    """Yesterday's real calls through a draft, with the keys that their callers pressed, oldest first.

    What the console knew of them then is not kept: what was entered and set is, the rest counts as unknown.
    """
    zone = ZoneInfo(flow.account.zone)
    sessions = IvrSession.objects.filter(flow=flow, began_at__gte=since, began_at__lt=until)
    sessions = sessions.select_related("version").prefetch_related("steps")
    for session in sessions.order_by("began_at", "pk").iterator(500):
        steps = sorted(session.steps.all(), key=lambda one: one.pk)
        if not steps:
            continue
        first, keys = _asked(session, steps, zone)
        turns = walk(draft, DRAFT, first, keys, Given(variables=session.variables))
        yield Replayed(session, steps[-1].node, turns[-1].reached.node.id)


def _asked(session: IvrSession, steps: list[IvrStep], zone: ZoneInfo) -> tuple[Heard, list[str]]:
    """The first request of a real call, and what its caller did after it. A layer's requests each stand alone."""
    last = steps[-1]
    layer = int(last.asked_at.removeprefix("layer ")) if last.asked_at.startswith("layer ") else None
    first = Heard(
        call_id=session.call_uid, caller=session.caller, did=session.did, at=None, now=session.began_at, zone=zone,
        layer=layer, digits=steps[0].digits if layer is None else last.digits,
    )  # fmt: skip
    if layer is not None:
        return first, []
    nodes = session.version.document["nodes"]
    keys = []
    for before, this in pairwise(steps):
        if nodes.get(before.node, {}).get("kind") == "dial":
            keys.append(FAILED)
            at = Position.parse(this.asked_at)
            if at and at.node == before.node:
                continue
        keys.append(this.digits)
    return first, keys
