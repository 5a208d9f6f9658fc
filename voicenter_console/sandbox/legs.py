"""What happened, in one neutral form: a Leg is a CDR to be; both of the vendor's spellings come from it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from random import Random
from zoneinfo import ZoneInfo

ISRAEL = ZoneInfo("Asia/Jerusalem")


class Kind(IntEnum):
    """The vendor's CdrType (PROTOCOL, call types)."""

    INCOMING = 1
    CALLING_CARD = 2
    OUTGOING = 4
    QUEUE = 8
    CLICK_LEG1 = 9
    CLICK_LEG2 = 10
    VOICEMAIL = 11
    CONFERENCE = 12
    TRANSFER = 13
    PRODUCTIVE_LEG1 = 14
    PRODUCTIVE_LEG2 = 15
    PREDICTIVE = 17
    PREDICTIVE_IVR = 18
    PREDICTIVE_QUEUE = 19
    ATTENDED_LEG1 = 21
    ATTENDED_LEG2 = 22
    FORWARD = 23


TWO_LEGGED = {
    Kind.CLICK_LEG1,
    Kind.CLICK_LEG2,
    Kind.PRODUCTIVE_LEG1,
    Kind.PRODUCTIVE_LEG2,
    Kind.PREDICTIVE,
    Kind.PREDICTIVE_IVR,
    Kind.PREDICTIVE_QUEUE,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One IVR layer a caller passed, and what was pressed there ("" for nothing)."""

    layer_id: int
    number: int
    name: str
    pressed: str = ""


@dataclass(slots=True)
class Leg:
    """One leg of a call. Times are aware UTC; durations are whole seconds; the price is in agorot.

    `started` is the leg's beginning; IVR, queue, ringing and talk follow one another. `status` is what became
    of the leg (of leg 2 on two-legged kinds), `leg1` the status of leg 1 on those.
    """

    call_id: str
    kind: Kind
    started: datetime
    status: str
    leg1: str = ""
    menu: int = 0
    wait: int = 0
    ring: int = 0
    talk: int = 0
    caller: str = ""
    target: str = ""
    did: str = ""
    caller_extension: object = None
    target_extension: object = None
    agent: object = None
    logged_in: bool = True
    queue: object = None
    department: object = None
    campaign: object = None
    path: tuple[Step, ...] = ()
    price: int = 0
    recorded: bool = False
    caller_country: str = ""
    target_country: str = ""
    original: str = ""
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def ended(self) -> datetime:
        return self.started + timedelta(seconds=self.menu + self.wait + self.ring + self.talk)

    @property
    def key(self) -> tuple[str, int]:
        """What makes a CDR unique within an account: its call id and its type (PROTOCOL, identity)."""
        return self.call_id, int(self.kind)

    @property
    def answered(self) -> bool:
        return self.status in ("ANSWER", "VOICEMAIL") and self.talk > 0

    def extensions(self) -> set[str]:
        """SIP codes of the extensions this leg occupies."""
        return {extension.sip for extension in (self.caller_extension, self.target_extension) if extension}

    def talk_for(self, seconds: int) -> None:
        """Make the conversation that long, and its price with it (by started minutes)."""
        minutes = -(-self.talk // 60)
        if minutes:
            self.price = self.price // minutes * -(-seconds // 60)
        self.talk = seconds

    def cut(self, at: datetime) -> None:
        """End the leg at that instant, as a hang-up would; a leg cut before its talk is cancelled."""
        self.started = min(self.started, at)
        left = int((at - self.started).total_seconds())
        unanswered = left < self.menu + self.wait + self.ring
        for phase in ("menu", "wait", "ring"):
            spent = min(getattr(self, phase), left)
            setattr(self, phase, spent)
            left -= spent
        self.talk_for(min(self.talk, left))
        if unanswered or (self.talk == 0 and self.status == "ANSWER"):
            self.status, self.recorded = "CANCEL", False


def hang_up(legs: list[Leg], at: datetime) -> None:
    """End all legs of one call at that instant; a leg 2 that had not begun is NOTCALLED."""
    never_begun = [leg for leg in legs if leg.started > at]
    for leg in legs:
        leg.cut(at)
    for leg in never_begun:
        leg.status = "NOTCALLED"
    if never_begun or len(legs) > 1:
        last = max(legs, key=lambda leg: leg.kind)
        for leg in legs:
            if leg.kind not in TWO_LEGGED or leg.kind is Kind.PREDICTIVE:
                continue
            if never_begun and leg.kind < last.kind and leg.talk == 0:
                last.leg1 = leg.leg1 = "CANCEL"
            leg.status = last.status


def call_id(rng: Random, at: datetime) -> str:
    """The vendor's 32 characters: 14 digits of Israel wall time, then 18 of its own."""
    return f"{at.astimezone(ISRAEL):%Y%m%d%H%M%S}{rng.randrange(10_000):04d}{rng.getrandbits(56):014x}"
