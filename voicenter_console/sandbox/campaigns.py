"""Campaigns that are told what to dial: calls wait by priority, are made when their time comes, and end in records."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from voicenter_console.sandbox.legs import Kind, Leg
from voicenter_console.sandbox.outgoing import agent_first, customer_first
from voicenter_console.sandbox.people import DYNAMIC_NUMBERS, Agent, Campaign, Centre, Customer
from voicenter_console.sandbox.scene import Scene

A_SECOND = timedelta(seconds=1)
# How long a campaign without anybody free waits before it looks again.
A_LOOK = timedelta(seconds=15)
PENDING, DIALLED, REMOVED = "pending", "dialled", "removed"
COUNTRIES = {"1": "United States", "44": "United Kingdom", "33": "France"}


@dataclass(slots=True)
class Lead:
    """A call that was added to a campaign. `target` has its country's prefix; instants are aware UTC."""

    number: int
    target: str
    added: datetime
    caller_id: str = ""
    caller_name: str = ""
    customer_name: str = ""
    priority: int = 0
    originate: datetime | None = None
    variables: dict[str, str] = field(default_factory=dict)
    state: str = PENDING
    dialled: datetime | None = None
    call_id: str = ""
    status: str = ""


@dataclass(slots=True)
class Desk:
    """One campaign at work: who takes its calls, how fast it dials, what waits and what became of the rest."""

    campaign: Campaign
    members: list[str]
    coefficient: float = 1.0
    max_calls: int = 5
    watched_queue: int = 0
    queue_limit: int | None = None
    leads: list[Lead] = field(default_factory=list)
    at: datetime | None = None
    lines: list[datetime] = field(default_factory=list)

    def waiting(self) -> list[Lead]:
        """Calls yet to be made, first to be made first."""
        return sorted((one for one in self.leads if one.state == PENDING), key=lambda one: (-one.priority, one.number))


class Campaigns:
    """The dialer of the account. `waiting` tells how many wait in a queue, by its number and an instant.

    Whoever changes a desk holds the timeline's lock and has caught up. `outcomes` decides, by a target with
    its country's prefix, what becomes of its calls; of any other, chance. Guess: a campaign calls each lead
    once, and retries are left to who adds it.
    """

    def __init__(self, centre: Centre, seed: int, started: datetime, waiting: Callable[[int, datetime], int]):
        self.centre, self.seed, self.waiting = centre, seed, waiting
        self.outcomes: dict[str, str] = {}
        self.desks = {
            one.code: Desk(one, [agent.extension.sip for agent in one.queue.agents]) for one in centre.campaigns
        }
        self._number = 0
        for desk in self.desks.values():
            self._fill(desk, started)

    def _fill(self, desk: Desk, started: datetime) -> None:
        """Calls that wait from the beginning: of a campaign that dials, for tomorrow; of one that stands, for now."""
        dials = self.dials(desk)
        rng = Random(f"{self.seed}:leads:{desk.campaign.id}")
        for place, customer in enumerate(rng.sample(self.centre.customers, 20 if dials else 40)):
            lead = self.new_lead(customer.international, started)
            lead.customer_name, lead.priority = customer.name, place % 3 + 1
            lead.variables = {"var_lead": f"S-{desk.campaign.id}-{place + 1}"}
            if dials:
                lead.originate = started.replace(microsecond=0) + timedelta(hours=20, minutes=10 * place)
            desk.leads.append(lead)

    def new_lead(self, target: str, at: datetime, **told) -> Lead:
        """A lead in its place in the order of adding; whoever made it appends it."""
        self._number += 1
        return Lead(self._number, target, at, **told)

    def dials(self, desk: Desk) -> bool:
        return desk.campaign.id in self.centre.enabled

    def start(self, desk: Desk, at: datetime) -> None:
        """Dial from now on."""
        self.centre.enabled.add(desk.campaign.id)
        desk.at = max(desk.at or at, at)

    def stop(self, desk: Desk) -> None:
        """Dial no more; who is on the phone stays there."""
        self.centre.enabled.discard(desk.campaign.id)

    def until(self, now: datetime, live: Scene) -> list[Leg]:
        """The legs of all calls that campaigns begin until now."""
        return [leg for desk in self.desks.values() if self.dials(desk) for leg in self._run(desk, now, live)]

    def at_work(self) -> bool:
        """Whether a campaign that dials has a call to make now."""
        desks = [desk for desk in self.desks.values() if self.dials(desk)]
        return any(lead.state == PENDING and not lead.originate for desk in desks for lead in desk.leads)

    def _run(self, desk: Desk, now: datetime, live: Scene) -> list[Leg]:
        legs: list[Leg] = []
        at = desk.at or now.replace(microsecond=0)
        waiting = desk.waiting()
        while at <= now:
            due, at_next = _next(waiting, at)
            if due is None:
                at = at_next or now + A_SECOND
                continue
            ready, agents = self._ready(desk, at, live)
            if ready > at:
                at = ready
                continue
            legs += self._dial(desk, due, agents, at, live)
            waiting.remove(due)
            at += A_SECOND
        desk.at = min(at, now.replace(microsecond=0) + A_SECOND)
        return legs

    def _ready(self, desk: Desk, at: datetime, live: Scene) -> tuple[datetime, list[Agent]]:
        """From when the next call may be made, not before `at`, and who is there for it."""
        members = [self.centre.by_sip[sip] for sip in desk.members]
        if not desk.campaign.predictive:
            free = [(max(at, live.busy.get(one.code, at)), one) for one in members]
            free = [(when, one) for when, one in free if self.centre.shifts.takes_calls(one, when)]
            when, agent = min(free, key=lambda pair: pair[0], default=(at + A_LOOK, None))
            return when, [agent]
        agents = [one for one in members if self.centre.shifts.takes_calls(one, at)]
        most = min(desk.max_calls, math.ceil(desk.coefficient * len(agents)))
        desk.lines = [end for end in desk.lines if end > at]
        if most <= 0 or (desk.queue_limit is not None and self.waiting(desk.watched_queue, at) > desk.queue_limit):
            return at + A_LOOK, agents
        return (min(desk.lines) if len(desk.lines) >= most else at), agents

    def _dial(self, desk: Desk, lead: Lead, agents: list[Agent], at: datetime, live: Scene) -> list[Leg]:
        scene = Scene(self.centre, live.scenario, Random(f"{self.seed}:lead:{lead.number}"))
        scene.busy = live.busy
        customer = _customer(lead)
        outcome = self.outcomes.get(lead.target, "")
        campaign = desk.campaign
        if campaign.predictive:
            shown = self._shown(lead, customer, None, campaign)
            legs = customer_first(scene, at, campaign, customer, shown, lead.variables, agents, outcome)
            desk.lines.append(max(leg.ended for leg in legs))
            lead.status = legs[0].status
        else:
            (agent,) = agents
            kinds = (Kind.PRODUCTIVE_LEG1, Kind.PRODUCTIVE_LEG2)
            shown = self._shown(lead, customer, agent, campaign)
            legs = agent_first(scene, at, agent, customer, kinds, shown, "ANSWER" if outcome else "", outcome)
            for leg in legs:
                leg.campaign, leg.variables = campaign, dict(lead.variables)
            scene.book(agent, legs[-1].ended)
            lead.status = legs[-1].status
        lead.state, lead.dialled, lead.call_id = DIALLED, at, legs[0].call_id
        return legs

    def _shown(self, lead: Lead, customer: Customer, agent: Agent | None, campaign: Campaign) -> str:
        """The document's order: the lead's own, that of the country, that of the worker, that of the campaign."""
        own = next((number for number, one in self.centre.direct_numbers.items() if one is agent), "")
        return lead.caller_id or DYNAMIC_NUMBERS.get(customer.country, "") or own or campaign.caller_id


def _next(waiting: list[Lead], at: datetime) -> tuple[Lead | None, datetime | None]:
    """The most urgent call whose time has come; where there is none, when the first one's will."""
    due = next((one for one in waiting if one.originate is None or one.originate <= at), None)
    return due, min((one.originate for one in waiting), default=None) if due is None else None


def _customer(lead: Lead) -> Customer:
    if lead.target.startswith("972"):
        return Customer(lead.customer_name, f"0{lead.target[3:]}")
    country = next((name for prefix, name in COUNTRIES.items() if lead.target.startswith(prefix)), "")
    return Customer(lead.customer_name, lead.target, country)
