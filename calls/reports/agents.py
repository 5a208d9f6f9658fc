"""Agents: what each answered, missed and dialled. A call of two agents counts at both, so they add up to more than the
queues do (METRICS, rule 2)."""

from __future__ import annotations

from dataclasses import dataclass

from calls.metrics.reading import Question, agent_totals
from calls.metrics.totals import AgentTotals
from calls.models import Agent


@dataclass(frozen=True, slots=True)
class AgentRow:
    agent: Agent
    totals: AgentTotals


def by_agent(question: Question) -> list[AgentRow]:
    """A row per agent who had a call, the busiest first."""
    totals = {pk: its for pk, its in agent_totals(question).items() if its != AgentTotals()}
    rows = [AgentRow(agent, totals[agent.pk]) for agent in Agent.objects.filter(pk__in=totals)]
    return sorted(rows, key=lambda row: (-row.totals.answered, str(row.agent)))
