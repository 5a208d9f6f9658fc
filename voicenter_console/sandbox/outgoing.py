"""Recipes of calls that go out: by hand, by click2call, by both dialers, to a conference."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from voicenter_console.sandbox.incoming import answered_by
from voicenter_console.sandbox.legs import Kind, Leg
from voicenter_console.sandbox.people import MAIN_NUMBERS, Agent, Campaign, Customer
from voicenter_console.sandbox.scene import Scene

REACHED = {"ANSWER": 60, "NOANSWER": 24, "BUSY": 9, "CANCEL": 7}
PREDICTIVE = {"ANSWER": 42, "NOANSWER": 40, "BUSY": 13, "CANCEL": 5}
FAILURES = ("CONGESTION", "CHANUNAVAIL", "INVALIDARGS", "SSWPREAUTH")


def dialled_by_hand(scene: Scene, at: datetime, status: str = "") -> list[Leg]:
    """An agent dials a customer on the phone (Extension Outgoing, seldom through a calling card)."""
    agent = scene.idle(at)
    if agent is None:
        return []
    kind = Kind.CALLING_CARD if scene.chance(0.01) else Kind.OUTGOING
    leg = _to_customer(scene, at, scene.new_id(at), kind, scene.customer(), MAIN_NUMBERS[0])
    _of_agent(leg, agent)
    leg.logged_in = not scene.chance(0.03)
    reach(scene, leg, status)
    scene.book(agent, leg.ended)
    return [leg]


def clicked(scene: Scene, at: datetime) -> list[Leg]:
    """An agent clicks a number: the service rings the agent (9), then the customer (10), under one id."""
    agent = scene.idle(at)
    if agent is None:
        return []
    legs = agent_first(scene, at, agent, scene.customer(), (Kind.CLICK_LEG1, Kind.CLICK_LEG2), MAIN_NUMBERS[0])
    scene.book(agent, legs[-1].ended)
    return legs


def productive(scene: Scene, at: datetime) -> list[Leg]:
    """The agents' dialer: rings a free agent (14), then the customer (15)."""
    campaign = _campaign(scene, predictive=False)
    if campaign is None:
        return []
    agent, free = scene.first_free(campaign.queue.agents, at)
    if free > at:
        return []
    kinds = (Kind.PRODUCTIVE_LEG1, Kind.PRODUCTIVE_LEG2)
    legs = agent_first(scene, at, agent, scene.customer(), kinds, campaign.caller_id)
    lead = {"var_lead": f"L-{scene.seconds(1000, 9999)}"}
    for leg in legs:
        leg.campaign, leg.variables = campaign, lead
    scene.book(agent, legs[-1].ended)
    return legs


def predictive(scene: Scene, at: datetime, status: str = "") -> list[Leg]:
    """The predictive dialer: rings the customer (17); who answers enters a menu (18) or a queue (19)."""
    campaign = _campaign(scene, predictive=True)
    if campaign is None:
        return []
    lead = {"var_lead": f"L-{scene.seconds(1000, 9999)}"}
    return customer_first(scene, at, campaign, scene.customer(), campaign.caller_id, lead, status=status)


def _campaign(scene: Scene, predictive: bool) -> Campaign | None:
    """One of the campaigns that dial, by lot."""
    enabled = scene.centre.enabled
    dialling = [one for one in scene.centre.campaigns if one.predictive == predictive and one.id in enabled]
    return scene.rng.choice(dialling) if dialling else None


def customer_first(
    scene: Scene,
    at: datetime,
    campaign: Campaign,
    customer: Customer,
    caller_id: str,
    variables: dict[str, str],
    agents: Sequence[Agent] | None = None,
    status: str = "",
) -> list[Leg]:
    """The customer's phone rings; who answers is taken by one of the agents (default: the campaign's queue)."""
    first = _to_customer(scene, at, scene.new_id(at), Kind.PREDICTIVE, customer, caller_id)
    first.campaign, first.department = campaign, campaign.queue.department
    first.variables = dict(variables)
    first.status = status or scene.trouble(*FAILURES) or scene.pick(PREDICTIVE)
    first.leg1 = first.status
    first.ring = 0 if first.status in FAILURES else scene.seconds(6, 28)
    if first.status != "ANSWER":
        return [first]
    second = _conversation(scene, first, customer, campaign.queue.agents if agents is None else agents)
    first.talk = int((second.ended - first.ended).total_seconds())
    first.price = scene.price(first.talk, first.target)
    return [first, second]


def _conversation(scene: Scene, first: Leg, customer: Customer, agents: Sequence[Agent]) -> Leg:
    campaign = first.campaign
    kind = Kind.PREDICTIVE_IVR if scene.chance(0.2) or not agents else Kind.PREDICTIVE_QUEUE
    leg = Leg(first.call_id, kind, first.ended, "", leg1="ANSWER", department=first.department)
    leg.caller, leg.target, leg.target_country = customer.international, campaign.caller_id, customer.country
    leg.campaign, leg.variables = campaign, first.variables
    if kind is Kind.PREDICTIVE_IVR:
        leg.menu, leg.status = scene.seconds(4, 25), scene.pick({"VOEND": 3, "TE": 1})
        return leg
    leg.queue = campaign.queue
    agent, free = scene.first_free(agents, first.ended)
    wait = int((free - first.ended).total_seconds()) + 1
    if wait > 12:
        leg.status, leg.wait = "ABANDONE", scene.seconds(3, 12)
        return leg
    leg.wait, leg.ring, leg.talk = wait, scene.seconds(1, 4), scene.talk(120)
    answered_by(scene, leg, agent)
    return leg


def agent_first(
    scene: Scene,
    at: datetime,
    phone: Agent | str,
    customer: Customer,
    kinds: tuple[Kind, Kind],
    caller_id: str,
    leg1: str = "",
    leg2: str = "",
) -> list[Leg]:
    """Two legs under one id: the service rings the phone, then the customer; statuses by chance if not given.

    `phone` is an agent, whose extension rings, or the digits of any other phone.
    """
    identity = scene.new_id(at)
    # Guess: leg 1 shows the customer's number as its caller; integrators call its two parties inverted.
    first = Leg(identity, kinds[0], at + timedelta(seconds=1), "", department=scene.centre.top)
    second = _to_customer(scene, at, identity, kinds[1], customer, caller_id)
    first.caller = customer.international
    if isinstance(phone, Agent):
        first.agent, first.department = phone, phone.department
        first.target, first.target_extension = phone.extension.sip, phone.extension
        _of_agent(second, phone)
    else:
        first.target = phone
    first.leg1 = leg1 or scene.pick({"ANSWER": 93, "NOANSWER": 4, "BUSY": 1, "CANCEL": 2})
    first.ring = scene.seconds(15, 30) if first.leg1 == "NOANSWER" else scene.seconds(1, 6)
    second.started, second.leg1 = first.ended, first.leg1
    if first.leg1 == "ANSWER":
        reach(scene, second, leg2)
        first.talk = int((second.ended - first.ended).total_seconds())
    else:
        second.status = "NOTCALLED"
    first.status = second.status
    return [first, second]


def reach(scene: Scene, leg: Leg, status: str = "") -> None:
    """Ring the customer: decide the status where none is given, ringing, talk, price and recording."""
    failed = "" if status else scene.trouble(*FAILURES)
    leg.status = status or failed or scene.pick(REACHED)
    if leg.status in FAILURES:
        return
    leg.ring = scene.seconds(22, 45) if leg.status == "NOANSWER" else scene.seconds(4, 22)
    if leg.status == "ANSWER":
        leg.talk = scene.talk(130)
        leg.price = scene.price(leg.talk, leg.target)
        leg.recorded = scene.chance(0.95)


def conference(scene: Scene, at: datetime) -> list[Leg]:
    """Somebody dials into a conference room."""
    customer = scene.customer()
    leg = Leg(scene.new_id(at), Kind.CONFERENCE, at + timedelta(seconds=1), "ANSWER", department=scene.centre.top)
    leg.caller, leg.caller_country = customer.number, customer.country
    leg.did = leg.target = MAIN_NUMBERS[1]
    leg.talk = scene.talk(400)
    return [leg]


def _of_agent(leg: Leg, agent: Agent) -> None:
    leg.agent, leg.caller_extension, leg.department = agent, agent.extension, agent.department


def _to_customer(scene: Scene, at: datetime, identity: str, kind: Kind, customer: Customer, shown: str) -> Leg:
    leg = Leg(identity, kind, at + timedelta(seconds=scene.seconds(0, 1)), "", department=scene.centre.top)
    leg.caller, leg.target, leg.target_country = shown, customer.international, customer.country
    return leg
