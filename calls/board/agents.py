"""Agents by state, from the snapshot's phones: what their phone does comes before what they said of themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_datetime

from calls.models import AgentState, AgentStatus, LiveBoard
from voicenter_console.voicenter.agents import LOGIN, LOGOUT
from voicenter_console.voicenter.live import Phase

if TYPE_CHECKING:
    from .standing import Seen

TALKING, RINGING, FREE, AWAY, UNTOLD = "talking", "ringing", "free", "away", "untold"
NEVER = datetime.max.replace(tzinfo=UTC)
# The first that a phone shows is its agent's state; a phone that rings while somebody talks at it is busy.
STATES = (TALKING, RINGING, FREE, AWAY, UNTOLD)


@dataclass(frozen=True, slots=True)
class AgentNow:
    """Somebody at a phone. `state` is one of STATES, or '' for who is logged out and silent; `status` is how the
    account calls the break; `since` None where nobody told."""

    account_id: int
    extension: str
    code: str
    name: str
    phone: str
    state: str
    status: str
    since: datetime | None

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()


def agents_of(boards: Sequence[LiveBoard], seen: Seen) -> list[AgentNow]:
    """Everybody whom the actor sees, the longest in their state first."""
    accounts = [board.account_id for board in boards]
    names = {(one.account_id, one.number): one.name for one in AgentStatus.objects.filter(account__in=accounts)}
    spells = _spells(accounts)
    found = [
        _agent(board.account_id, one, names, spells)
        for board in boards
        for one in board.state.get("extensions", ())
        if seen.phone(board.account_id, one["code"])
    ]
    return sorted(found, key=lambda one: (one.since is None, one.since or NEVER, one.name, one.extension))


def _spells(accounts: Sequence[int]) -> dict[tuple[int, str], AgentState]:
    """The open spell of each agent by the account and the agent's code."""
    rows = AgentState.objects.filter(agent__account__in=accounts, ended_at=None).select_related("agent")
    return {(row.agent.account_id, row.agent.code): row for row in rows}


def _agent(account: int, one: dict[str, Any], names: dict, spells: dict[tuple[int, str], AgentState]) -> AgentNow:
    state, since = _of_calls(one["calls"])
    status = one["status"]
    if not state and status == LOGIN:
        state = FREE
    elif not state and status not in (None, 0, LOGOUT):
        state = AWAY
    elif not state and status is None and one["agent_code"]:
        state = UNTOLD
    if state in (FREE, AWAY):
        moments = [one["status_since"], *([one.get("free_since")] if state == FREE else [])]
        said = [parse_datetime(at) for at in moments if at]
        spell = spells.get((account, one["agent_code"]))
        if not one["status_since"] and spell is not None and spell.status == status:
            said.append(spell.began_at)
        since = max(said, default=None)
    return AgentNow(
        account, one["code"], one["agent_code"], one["agent_name"] or one["name"] or one["code"],
        one["name"] if one["agent_name"] else "", state, names.get((account, status), "") if state == AWAY else "",
        since,
    )  # fmt: skip


def _of_calls(calls: Sequence[dict[str, Any]]) -> tuple[str, datetime | None]:
    """What the phone does and since when."""
    for state, phases, moment in (
        (TALKING, (Phase.TALKING, Phase.HELD), "answered_at"),
        (RINGING, (Phase.RINGING, Phase.DIALLING), "started_at"),
        (TALKING, (Phase.UNKNOWN,), "started_at"),
    ):
        times = [call[moment] or call["started_at"] for call in calls if call["phase"] in phases]
        if times:
            told = [at for at in times if at]
            return state, parse_datetime(min(told)) if told else None
    return "", None
