"""Recipes of calls that come in: each takes a scene and an instant and gives the legs of one contact."""

from datetime import datetime, timedelta

from voicenter_console.sandbox.legs import Kind, Leg, Step
from voicenter_console.sandbox.people import ISRAEL, MAIN_NUMBERS, Agent, Customer, Queue
from voicenter_console.sandbox.scene import Scene

MAIN_MENU = 9001
HOURS_RECORDING = Step(9301, 31, "Opening hours")


def queue_call(scene: Scene, at: datetime) -> list[Leg]:
    """Through the menu into a queue: answered, given up, or sent out of the queue."""
    customer = scene.caller()
    queue = scene.queue_for(customer)
    leg = _arrival(scene, at, customer, Kind.QUEUE)
    leg.menu = scene.seconds(6, 34)
    leg.path, leg.queue, leg.department = queue.path, queue, queue.department
    if turned_away := scene.pick({"": 97.8, "JOINEMPTY": 0.5, "FULL": 0.6, "EXIT": 1.1}):
        leg.status = turned_away
        leg.wait = scene.seconds(20, 100) if turned_away == "EXIT" else 0
        return [leg]
    return _wait(scene, leg, queue)


def _wait(scene: Scene, leg: Leg, queue: Queue) -> list[Leg]:
    joined = leg.ended
    agent, free = scene.first_free(queue.agents, joined)
    wait = int((free - joined).total_seconds()) + scene.seconds(1, 8)
    patience = int(scene.rng.expovariate(1 / (queue.patience * scene.scenario.patience))) + 1
    if patience < min(wait, queue.longest_wait) or scene.chance(0.03):
        leg.status, leg.wait = "ABANDONE", min(patience, wait, queue.longest_wait)
        return [leg]
    if wait > queue.longest_wait:
        leg.status, leg.wait = "TIMEOUT", queue.longest_wait
        return [leg, *_message(scene, leg)] if scene.chance(0.4) else [leg]
    leg.wait, leg.ring, leg.talk = wait, scene.seconds(2, 14), scene.talk()
    answered_by(scene, leg, agent)
    leg.price = scene.price(leg.talk, leg.caller, incoming=True)
    return [leg, *_handed_on(scene, leg)]


def answered_by(scene: Scene, leg: Leg, agent: Agent) -> None:
    """The agent takes the call on the own extension and is busy until it ends."""
    leg.status = "ANSWER"
    leg.agent, leg.target_extension, leg.target = agent, agent.extension, agent.extension.sip
    leg.logged_in = not scene.chance(0.03)
    leg.recorded = scene.chance(0.95)
    scene.book(agent, leg.ended)


def _handed_on(scene: Scene, leg: Leg) -> list[Leg]:
    """Now and then the first agent passes the caller to a colleague, blindly or after asking."""
    if not scene.chance(0.07):
        return []
    colleague = scene.idle(leg.ended)
    if colleague is None or colleague is leg.agent:
        return []
    attended = scene.chance(0.4)
    child = _child(scene, leg, leg.ended, Kind.ATTENDED_LEG2 if attended else Kind.TRANSFER)
    child.ring, child.talk = scene.seconds(1, 10), scene.talk(110)
    answered_by(scene, child, colleague)
    if not attended:
        return [child]
    asked = scene.seconds(10, min(60, leg.talk + 9))
    consult = _child(scene, leg, leg.ended - timedelta(seconds=asked), Kind.ATTENDED_LEG1)
    # Guess: both legs of an attended transfer share one new id.
    child.call_id = consult.call_id
    consult.caller, consult.caller_extension = leg.agent.extension.sip, leg.agent.extension
    consult.target, consult.target_extension = colleague.extension.sip, colleague.extension
    consult.agent, consult.status, consult.talk = leg.agent, "ANSWER", asked
    return [consult, child]


def _child(scene: Scene, leg: Leg, at: datetime, kind: Kind) -> Leg:
    child = _leg(scene, at, kind, leg.department)
    child.original = leg.call_id
    child.caller, child.caller_country, child.did = leg.caller, leg.caller_country, leg.did
    return child


def _message(scene: Scene, leg: Leg) -> list[Leg]:
    """Who waited too long may leave a message: a VoiceMail leg under the same id."""
    message = Leg(leg.call_id, Kind.VOICEMAIL, leg.ended, "VOICEMAIL", department=leg.department)
    message.caller, message.caller_country, message.did = leg.caller, leg.caller_country, leg.did
    message.target, message.talk, message.recorded = leg.did, scene.seconds(6, 50), True
    return [message]


def direct_call(scene: Scene, at: datetime) -> list[Leg]:
    """To an agent's own number, past the menu."""
    customer = scene.caller()
    did, agent = scene.rng.choice(list(scene.centre.direct_numbers.items()))
    leg = _arrival(scene, at, customer, Kind.INCOMING, did)
    leg.department, leg.agent = agent.department, agent
    leg.target, leg.target_extension = agent.extension.sip, agent.extension
    offline = "CHANUNAVAIL" if agent.extension.sip in scene.centre.offline else ""
    leg.status = offline or scene.trouble("CHANUNAVAIL", "NOTDIALED")
    if leg.status:
        return [leg]
    if scene.busy.get(agent.code, at) > at:
        return _forwarded(scene, leg) if scene.chance(0.3) else _to_voicemail(scene, leg, "BUSY")
    if scene.chance(0.22):
        leg.ring = scene.seconds(12, 30)
        return _to_voicemail(scene, leg, scene.rng.choice(("NOANSWER", "CANCEL")))
    leg.ring, leg.talk = scene.seconds(2, 18), scene.talk(120)
    answered_by(scene, leg, agent)
    leg.price = scene.price(leg.talk, leg.caller, incoming=True)
    return [leg]


def _to_voicemail(scene: Scene, leg: Leg, otherwise: str) -> list[Leg]:
    leg.status = otherwise
    if otherwise != "CANCEL" and scene.chance(0.4):
        leg.kind, leg.status = Kind.VOICEMAIL, "VOICEMAIL"
        leg.talk, leg.recorded = scene.seconds(5, 45), True
    return [leg]


def _forwarded(scene: Scene, leg: Leg) -> list[Leg]:
    """The agent's phone sends the call on to a mobile."""
    leg.status, leg.ring = "NOANSWER", scene.seconds(4, 12)
    onward = _child(scene, leg, leg.ended, Kind.FORWARD)
    onward.agent, onward.caller_extension = leg.agent, leg.target_extension
    onward.target, onward.target_country = f"97255555{leg.agent.extension.number.zfill(4)}", ISRAEL
    onward.ring = scene.seconds(3, 20)
    onward.status = scene.pick({"ANSWER": 6, "NOANSWER": 3, "BUSY": 1})
    if onward.status == "ANSWER":
        onward.talk = scene.talk(90)
        onward.price = scene.price(onward.talk, onward.target)
    return [leg, onward]


def gave_up_in_menu(scene: Scene, at: datetime) -> list[Leg]:
    """Hung up while the menu spoke (VOEND), or heard a recording to its end (TE)."""
    leg = _arrival(scene, at, scene.caller(), Kind.INCOMING)
    leg.menu = scene.seconds(3, 40)
    leg.target, leg.department = leg.did, scene.centre.top
    leg.path = (Step(MAIN_MENU, 0, "Main menu"),)
    leg.status = "VOEND"
    if scene.chance(0.25):
        leg.path = (Step(MAIN_MENU, 0, "Main menu", "5"), HOURS_RECORDING)
        leg.status = "TE"
    return [leg]


def _arrival(scene: Scene, at: datetime, customer: Customer, kind: Kind, did: str = "") -> Leg:
    leg = _leg(scene, at, kind, scene.centre.top)
    leg.caller, leg.caller_country = customer.number, customer.country
    leg.did = did or scene.pick({MAIN_NUMBERS[0]: 8, MAIN_NUMBERS[1]: 2})
    leg.target = leg.did
    return leg


def _leg(scene: Scene, at: datetime, kind: Kind, department) -> Leg:
    # The documents' examples begin up to four seconds after the time in their id.
    started = at + timedelta(seconds=scene.seconds(0, 2))
    return Leg(scene.new_id(at), kind, started, "", department=department)
