"""Who is free, who calls, how long it lasts: the chances that the recipes of incoming and outgoing take."""

import math
from datetime import datetime, timedelta
from random import Random

from voicenter_console.sandbox import people
from voicenter_console.sandbox.legs import call_id
from voicenter_console.sandbox.people import Agent, Centre, Customer, Queue
from voicenter_console.sandbox.scenarios import Scenario

# Agorot a minute, a guess at a small centre's tariff.
TO_MOBILE, TO_LANDLINE, ABROAD, INCOMING = 12, 6, 38, 4


class Scene:
    """One run of the centre: its chances (`rng`), and until when each agent is busy."""

    def __init__(self, centre: Centre, scenario: Scenario, rng: Random, busy: dict[str, datetime] | None = None):
        self.centre = centre
        self.scenario = scenario
        self.rng = rng
        self.busy = dict(busy or {})
        self._rank = {agent.code: rng.random() for agent in centre.agents}

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def seconds(self, least: int, most: int) -> int:
        return self.rng.randint(least, most)

    def talk(self, mean: int = 150) -> int:
        """Seconds of a conversation: many short, few long, an hour and a half at most."""
        return max(4, min(5400, int(self.rng.lognormvariate(math.log(mean) - 0.32, 0.8))))

    def pick(self, weights: dict):
        """One of the keys, by its weight."""
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def new_id(self, at: datetime) -> str:
        return call_id(self.rng, at)

    def customer(self) -> Customer:
        """A customer; the first in the list call often, so there are repeat callers."""
        customers = self.centre.customers
        return customers[int(len(customers) * self.rng.random() ** 1.7)]

    def caller(self) -> Customer:
        """Who calls in: a customer, seldom one who withholds the number."""
        return people.ANONYMOUS if self.chance(0.03) else self.customer()

    def queue_for(self, customer: Customer) -> Queue:
        if customer.vip:
            return self.centre.queue("VIP")
        return self.pick({queue: queue.share for queue in self.centre.queues if queue.share})

    def crew(self, agents: tuple[Agent, ...] | list[Agent], at: datetime) -> list[Agent]:
        """Those of them at work then: the scenario's share, by lot, without those on a break; at least one."""
        present = [agent for agent in agents if agent.extension.sip not in self.centre.offline]
        present.sort(key=lambda agent: self._rank[agent.code])
        present = present[: max(1, round(len(present) * self.scenario.crew))]
        return [agent for agent in present if self.centre.shifts.takes_calls(agent, at)] or present[:1]

    def first_free(self, agents, at: datetime) -> tuple[Agent, datetime]:
        """Who is free first, and from when (not before `at`); the longest idle among those free already."""
        agent = min(self.crew(agents, at), key=lambda one: self.busy.get(one.code, at - timedelta(days=1)))
        return agent, max(at, self.busy.get(agent.code, at))

    def idle(self, at: datetime) -> Agent | None:
        """Some agent with nothing to do at that instant."""
        free = [agent for agent in self.crew(self.centre.agents, at) if self.busy.get(agent.code, at) <= at]
        return self.rng.choice(free) if free else None

    def book(self, agent: Agent, until: datetime) -> None:
        """The agent is on a call until then, and writes it up afterwards."""
        self.busy[agent.code] = until + timedelta(seconds=self.seconds(4, 30))

    def trouble(self, *statuses: str) -> str:
        """One of the provider's failures, where this scenario has one now; else ""."""
        return self.rng.choice(statuses) if self.chance(self.scenario.failing) else ""

    def price(self, talk: int, number: str, incoming: bool = False) -> int:
        """Agorot for a conversation with that number, by started minutes; none to an extension."""
        if not number.isdigit() and not incoming:
            return 0
        if incoming:
            rate = INCOMING
        elif number.startswith(("05", "9725")):
            rate = TO_MOBILE
        else:
            rate = TO_LANDLINE if number.startswith(("0", "972")) else ABROAD
        return math.ceil(talk / 60) * rate
