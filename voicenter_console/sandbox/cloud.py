"""The cloud's one state: the centre, its clock and legs, what the doors were asked and what is broken."""

from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from voicenter_console.sandbox import presence, words
from voicenter_console.sandbox.callers import Callers
from voicenter_console.sandbox.campaigns import Campaigns
from voicenter_console.sandbox.clock import STILL, Clock
from voicenter_console.sandbox.faults import Faults
from voicenter_console.sandbox.legs import Kind, Leg
from voicenter_console.sandbox.outgoing import agent_first
from voicenter_console.sandbox.people import ISRAEL, MAIN_NUMBERS, Agent, Centre, Customer
from voicenter_console.sandbox.popups import PopUps
from voicenter_console.sandbox.realtime import RealTime
from voicenter_console.sandbox.scenarios import ORDINARY, SCENARIOS, Scenario
from voicenter_console.sandbox.scene import Scene
from voicenter_console.sandbox.shifts import Status
from voicenter_console.sandbox.timeline import Timeline
from voicenter_console.sandbox.vcc import VccLive
from voicenter_console.sandbox.words import Dialect

CODE = "sandbox-code-0123456789abcdef"
STRIDE = 30.0
A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Dial:
    """A phone that the cloud made ring because click2call asked for it."""

    at: datetime
    call_id: str
    action: str
    phone: str
    target: str
    variables: dict[str, str]


@dataclass(frozen=True, slots=True)
class Script:
    """What becomes of the next click2call; "" and None leave it to chance. `talk` in seconds."""

    leg1: str = ""
    leg2: str = ""
    talk: int | None = None


class Cloud:
    """A Voicenter account with calls. Cheap to make: the past is generated when first asked for.

    `clock` defaults to one that stands still at the present; `history_days` is how many whole days before
    today have calls (0: none before the beginning). Safe for several threads. Instants are aware UTC.
    """

    def __init__(
        self,
        seed: int = 7,
        clock: Clock | None = None,
        *,
        code: str = CODE,
        scenario: str = "busy",
        history_days: int = 0,
        dialect: Dialect | None = None,
    ):
        self.seed, self.code = seed, code
        self.clock = clock or Clock(speed=STILL)
        self.dialect = dialect or Dialect()
        self.centre = Centre(seed, code)
        self.faults = Faults()
        self.timeline = Timeline(self.centre, seed, self.clock, SCENARIOS[scenario], self.faults, history_days)
        self.campaigns = Campaigns(self.centre, seed, self.timeline.started, self._waiting)
        self.timeline.callers.append(self.campaigns.until)
        self.trusted: set[str] | None = None
        self.requests: Counter[str] = Counter()
        self.dials: list[Dial] = []
        self.scripts: deque[Script] = deque()
        self._asked: deque[datetime] = deque()
        self.realtime = RealTime(self)
        self.vcc = VccLive(self)
        self.callers: Callers | None = None
        self.popups: PopUps | None = None

    # --- time and kind of day ------------------------------------------------------------
    @property
    def started(self) -> datetime:
        return self.timeline.started

    @property
    def scenario(self) -> Scenario:
        return self.timeline.scenario

    def now(self) -> datetime:
        return self.clock.now()

    def advance(self, seconds: float) -> list[Leg]:
        """Move the clock by virtual seconds; the legs that ended meanwhile, first to end first."""
        before = self.now()
        while seconds > STRIDE and self.campaigns.at_work():
            # A campaign dials as agents come free, so it is not to learn of an hour at once.
            self.clock.advance(STRIDE)
            self.timeline.catch_up()
            seconds -= STRIDE
        self.clock.advance(seconds)
        return self.ended_legs(before)

    def set_scenario(self, name: str) -> None:
        """Go on as another kind of day; its calls begin within two minutes. Raises KeyError if unknown."""
        self.timeline.change_to(SCENARIOS[name])

    def out_now(self) -> bool:
        """Whether the scenario's outage holds at this moment."""
        if self.scenario.outage is None:
            return False
        cycle, out = self.scenario.outage
        return (self.now() - self.started).total_seconds() % cycle < out

    # --- what happened ------------------------------------------------------------
    def ended_legs(self, since: datetime | None = None) -> list[Leg]:
        """Legs that ended after `since` (default: the past too) and until now, first to end first."""
        return self.timeline.ended(since)

    def running_legs(self) -> list[Leg]:
        """Legs that have begun and not yet ended."""
        return self.timeline.running()

    def visible_legs(self, first: datetime, last: datetime) -> list[Leg]:
        """Legs that began in [first, last] and that the pull shows by now, first to begin first."""
        now = self.now()
        return [leg for leg in self.timeline.begun(first, last) if self._shown(leg, now)]

    def _shown(self, leg: Leg, now: datetime) -> bool:
        if leg.call_id in self.faults.hide_ids or self.timeline.share(leg, "hide") < self.faults.hide:
            return False
        return self.timeline.told[leg.key].visible_at <= now

    def statuses(self) -> list[tuple[Agent, Status]]:
        """Every agent with the status of this moment."""
        now = self.now()
        return [(agent, self.centre.shifts.status(agent, now)) for agent in self.centre.agents]

    def notification(self, leg: Leg) -> dict:
        """The leg as the webhook says it (PROTOCOL S5)."""
        return words.notification(leg, self.centre.top, self.dialect)

    def call_log_row(self, leg: Leg) -> dict:
        """The leg as the pull says it (PROTOCOL S4)."""
        return words.call_log_row(leg, self.dialect)

    def _waiting(self, queue: int, at: datetime) -> int:
        """How many wait in the queue of that number."""
        return sum(one.queue.id == queue for one in presence.in_queues(self.timeline.known_at(at), at))

    # --- what the console asks for ------------------------------------------------------------
    def place_call(
        self,
        phone: str,
        target: str,
        variables: dict[str, str] | None = None,
        *,
        caller_id: str = "",
        recorded: bool = True,
        longest: int = 7200,
        script: Script | None = None,
    ) -> str:
        """Ring `phone`, then `target` (SIP codes or digits); the id of the call. `longest` is in seconds."""
        with self.timeline.lock:
            script = script or (self.scripts.popleft() if self.scripts else Script())
            legs = agent_first(
                self._scene_of_dial(),
                self._second(),
                self.centre.agent_of(phone) or phone,
                _party(target),
                (Kind.CLICK_LEG1, Kind.CLICK_LEG2),
                caller_id or MAIN_NUMBERS[0],
                script.leg1,
                script.leg2,
            )
            first, second = legs
            if second.status == "ANSWER":
                ringing = first.talk - second.talk
                second.talk_for(min(longest, second.talk if script.talk is None else script.talk))
                first.talk = ringing + second.talk
            if called := self.centre.agent_of(target):
                second.target_extension = called.extension
            second.recorded = second.recorded and recorded
            return self._dialled(legs, "call", first.target, target, variables)

    def place_message(self, phone: str, action: str, longest: int, variables: dict[str, str] | None = None) -> str:
        """Ring one phone to play a message or to join a conference, for `longest` seconds at most."""
        with self.timeline.lock:
            scene = self._scene_of_dial()
            # Guess: a message leaves a Click2Call leg1 record, the leg with which the service rings a phone.
            kind = Kind.CONFERENCE if action == "callference" else Kind.CLICK_LEG1
            at = self._second()
            leg = Leg(scene.new_id(at), kind, at, "ANSWER", leg1="ANSWER", department=self.centre.top)
            leg.caller, leg.target, leg.ring = MAIN_NUMBERS[0], phone, scene.seconds(3, 12)
            leg.talk = min(longest, scene.seconds(8, 60))
            if agent := self.centre.agent_of(phone):
                leg.agent, leg.target_extension, leg.department = agent, agent.extension, agent.department
            return self._dialled([leg], action, phone, "", variables)

    def terminate(self, sip: str) -> int:
        """Hang up whatever is on the extension; how many calls ended."""
        return self.timeline.hang_up_on(sip, self._second())

    def _scene_of_dial(self) -> Scene:
        return Scene(self.centre, ORDINARY, Random(f"{self.seed}:dial:{len(self.dials)}"))

    def _second(self) -> datetime:
        return self.now().replace(microsecond=0)

    def _dialled(self, legs: list[Leg], action: str, phone: str, target: str, variables: dict | None) -> str:
        for leg in legs:
            leg.variables = dict(variables or {})
        identity = legs[0].call_id
        self.dials.append(Dial(self.now(), identity, action, phone, target, dict(variables or {})))
        self.timeline.catch_up()
        self.timeline.expect(legs)
        return identity

    # --- limits ------------------------------------------------------------
    def admitted(self) -> bool:
        """Count a Call Log request against the minute's limit. Guess: what was refused does not count."""
        with self.timeline.lock:
            now = self.now()
            while self._asked and now - self._asked[0] >= A_MINUTE:
                self._asked.popleft()
            if len(self._asked) >= self.scenario.requests_a_minute:
                return False
            self._asked.append(now)
            return True


def _party(target: str) -> Customer:
    national = f"0{target[3:]}" if target.startswith("972") else target
    return Customer("", national, ISRAEL if national.startswith("0") else "")
