"""The history of agents' states: spells without overlap, and 'unknown' for what nobody heard."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from calls.directory import key_of
from calls.models import Agent, AgentState
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter.agents import LOGIN, LOGOUT

# A silence up to this long is no gap: what is polled comes every five seconds.
GAP = timedelta(seconds=30)
Present = Mapping[str, tuple[str, int, datetime | None]]
State = AgentState.State


class History:
    """One account's open spells. For the one collector that holds the account's lease; write inside a transaction."""

    def __init__(self, account: Account) -> None:
        self._account = account
        open_spells = AgentState.objects.filter(agent__account=account, ended_at=None).select_related("agent")
        self._open = {spell.agent.key: spell for spell in open_spells}

    def record(self, present: Present, at: datetime, known_until: datetime | None) -> None:
        """Agents who are `present` at `at` (code: name, status, since), and nobody else, are logged in.

        `known_until` is when the last was heard before: a change that fell into a silence ends there, and
        what follows it is unknown until the moment that the provider names, or `at`.
        """
        silent = known_until is not None and at - known_until > GAP
        for code in present.keys() | self._open.keys():
            name, status, since = present.get(code, ("", LOGOUT, None))
            since = min(since, at) if since else None
            spell = self._open.get(code)
            if spell is None:
                self._begin(self._agent(code, name), status, since or at)
            elif silent and not self._held_through(spell, status, since, known_until):
                self._end(spell, known_until)
                began = max(since or at, known_until)
                if began > known_until:
                    self._write(spell.agent, State.UNKNOWN, None, max(known_until, spell.began_at), began)
                self._begin(spell.agent, status, began)
            elif spell.status != status:
                changed = max(since or at, spell.began_at)
                self._end(spell, changed)
                self._begin(spell.agent, status, changed)

    def _held_through(self, spell: AgentState, status: int, since: datetime | None, known_until: datetime) -> bool:
        """Whether the provider says that the status is the same one as before the silence."""
        return spell.status == status and since is not None and since <= known_until

    def _agent(self, code: str, name: str) -> Agent:
        agent, _ = Agent.objects.get_or_create(
            account=self._account, key=key_of(code, name), defaults={"code": code, "name": name}
        )
        return agent

    def _begin(self, agent: Agent, status: int, at: datetime) -> None:
        last = AgentState.objects.filter(agent=agent).order_by("-began_at").first()
        if last is not None and last.ended_at is not None:
            at = max(at, last.ended_at)
        self._open[agent.key] = self._write(agent, state_of(status), status, at)

    def _end(self, spell: AgentState, at: datetime) -> None:
        """Close it; a spell that would have no length never was."""
        if at <= spell.began_at:
            spell.delete()
        else:
            spell.ended_at = at
            spell.save(update_fields=["ended_at"])
        del self._open[spell.agent.key]

    def _write(
        self, agent: Agent, state: str, status: int | None, began_at: datetime, ended_at: datetime | None = None
    ) -> AgentState:
        return AgentState.objects.create(agent=agent, state=state, status=status, began_at=began_at, ended_at=ended_at)


def state_of(status: int) -> str:
    """What a number of the provider's list means: all but login and logout are breaks of some kind."""
    return {LOGIN: State.AVAILABLE, LOGOUT: State.LOGGED_OUT}.get(status, State.BREAK)
