"""Callers who walk an IVR by asking the console: what it answers is done, keys are pressed, and the call ends in
HANGUP_CALL and a call record whose path agrees (PROTOCOL S6, S13).

A walk asks at once, one question after the other; the time that a caller would take is only reckoned, so that the
call lasts as long as it would have.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from random import Random

import httpx

from voicenter_console.sandbox import heard
from voicenter_console.sandbox.heard import Heard
from voicenter_console.sandbox.legs import Kind, Leg, Step, call_id
from voicenter_console.sandbox.people import MAIN_NUMBERS, Customer
from voicenter_console.sandbox.words import wall_epoch
from voicenter_console.voicenter.wire import MEDIA_TYPE, Format, encode_call

MOST_HOPS = 30
DIALECTS = ("external", "layer")
PATIENCE_SECONDS = 5.0
FIRST_LAYER, DEFAULT_LAYER = 8, 20


@dataclass(slots=True)
class Walk:
    """One caller. `steps`: (asked menu or layer, keys, what was answered); `silent`: why nothing was heard, or ''.

    `slowest`: real seconds of the longest answer. `over`: HANGUP_CALL was acknowledged.
    """

    call_id: str
    dialect: str
    format: str
    caller: str
    steps: list[tuple[str, str, str]] = field(default_factory=list)
    status: str = ""
    silent: str = ""
    slowest: float = 0.0
    over: bool = False
    leg: Leg | None = field(default=None, repr=False)

    def as_dict(self) -> dict:
        return {name: value for name, value in asdict(self).items() if name != "leg"}


class Callers:
    """All walks of one cloud. `urls` by dialect; safe for several threads.

    Guess: an external IVR's menus stand in the call record as layers, by the names that we gave them.
    """

    def __init__(self, cloud, urls: dict[str, str], *, client: httpx.Client | None = None):
        self.cloud = cloud
        self.urls = {dialect: url for dialect, url in urls.items() if url}
        self.walks: list[Walk] = []
        self._client = client or httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False)
        self._rng = Random(f"{cloud.seed}:callers")
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def walk(self, dialect: str = "", keys: list[str] | None = None, format: str = "", target: str = "") -> Walk:
        """One caller, now. `keys` are pressed in turn, '' for none; without them chance decides. `target`: what
        becomes of a call that is put through (ANSWER, BUSY, NOANSWER)."""
        with self._lock:
            rng = self._rng
            dialect = dialect or rng.choice(sorted(self.urls))
            if dialect not in self.urls:
                raise ValueError(f"no address for the dialect {dialect!r}")
            form = Format(format or rng.choice(("json", "json", "xml")))
            customer: Customer = rng.choice(self.cloud.centre.customers)
            at = self.cloud.now().replace(microsecond=0)
            leg = Leg(call_id(rng, at), Kind.INCOMING, at, "VOEND", department=self.cloud.centre.top)
            leg.caller, leg.caller_country = customer.number, customer.country
            leg.did = leg.target = MAIN_NUMBERS[0]
            walk = Walk(leg.call_id, dialect, form.value, customer.number, leg=leg)
            pressing = iter(keys) if keys is not None else None

            def press(size: int) -> str:
                if pressing is not None:
                    return next(pressing, "")
                if rng.random() < 0.1:
                    return ""
                return "".join(rng.choice("123") for _ in range(max(1, min(size, 10))))

            outcome = target or rng.choice(("ANSWER", "ANSWER", "NOANSWER", "BUSY"))
            act = self._external if dialect == "external" else self._layer
            act(walk, press, outcome)
            walk.status = leg.status
            self.walks.append(walk)
        self.cloud.timeline.catch_up()
        self.cloud.timeline.expect([leg])
        return walk

    def hang_up_due(self) -> int:
        """Say HANGUP_CALL for the walks that are over by the clock; how many were acknowledged."""
        now = self.cloud.now()
        with self._lock:
            due = [walk for walk in self.walks if not walk.over and walk.leg.ended <= now]
        for walk in due:
            walk.over = heard.acknowledged(*self._post(walk, "HANGUP_CALL", _hang_up(walk.leg)))
        return sum(walk.over for walk in due)

    def start(self, every_seconds: float) -> None:
        """A walk each `every_seconds`, on a thread of its own."""
        threading.Thread(target=self._run, args=(every_seconds,), name="sandbox-callers", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def _run(self, every_seconds: float) -> None:
        due = self.cloud.now() + timedelta(seconds=every_seconds)
        while not self._stopping.wait(0.5):
            if self.cloud.now() >= due:
                self.walk()
                due += timedelta(seconds=every_seconds)
            self.hang_up_due()

    # --- external IVR ------------------------------------------------------------
    def _external(self, walk: Walk, press: Callable[[int], str], outcome: str) -> None:
        leg, menu, previous, keys = walk.leg, "-1", "-1", ""
        for _ in range(MOST_HOPS):
            said = self._ask(walk, menu, keys, heard.ivr, "GET_IVR_ACTION", {
                "DID": leg.did, "CALLER_ID": leg.caller, "CALLER_NAME": "", "IVR_UNIQUE_ID": leg.call_id,
                "DTMF": keys, "MENU": menu, "PREVIOUS_MENU": previous,
            })  # fmt: skip
            match said.action:
                case "MENU" | "SAYDIGITS":
                    previous, menu = menu, said.fields["MENU"]
                    keys = press(said.fields["SIZE"])
                    leg.menu += 4 if keys else said.fields["LOOP"] * (4 + said.fields["DELAY"])
                    leg.path += (Step(0, 0, menu, keys),)
                case "CALL":
                    fields = said.fields
                    if _rings(self.cloud, leg, fields["TARGET"], outcome, fields["CALL_MAX_DIAL"]):
                        leg.recorded = bool(fields["REC_STATUS"])
                        return
                    if not fields.get("NEXT_MENU"):
                        return
                    previous, menu, keys = menu, fields["NEXT_MENU"], ""
                case "VO":
                    return self._at_layer(walk, said.fields["LAYER"])
                case "SILENTRECORD":
                    leg.status, leg.recorded, leg.menu = "TE", True, leg.menu + 10
                    return None
                case "HANGUP":
                    leg.status, leg.menu = "TE", leg.menu + 2
                    return None
                case _:
                    return None  # silence: the caller gives up
        return None

    # --- external layer ------------------------------------------------------------
    def _layer(self, walk: Walk, press: Callable[[int], str], outcome: str) -> None:
        leg, layer, previous = walk.leg, FIRST_LAYER, 0
        keys = press(1)
        leg.menu += 5
        leg.path = (Step(9000 + layer, layer, "Main menu", keys),)
        said = self._ask(walk, str(layer), keys, heard.layer, "IVR_LAYER_INPUT", {
            "DID": leg.did, "CALLER_ID": leg.caller, "IVR_UNIQUE_ID": leg.call_id, "DTMF": keys or "0",
            "LAYER_ID": layer, "PREVIOUS_LAYER_ID": previous,
        })  # fmt: skip
        leg.variables = dict(said.custom)
        match said.action:
            case "GO_TO_LAYER":
                self._at_layer(walk, said.fields["LAYER"])
            case "SAY_DIGITS":
                leg.menu += 2 * len(said.fields["DATA"])
                self._at_layer(walk, said.fields["NEXT_LAYER"])
            case "DIAL":
                for target in said.fields["TARGETS"]:
                    if _rings(self.cloud, leg, target["TARGET"], outcome, said.fields["MAX_DIAL_DURATION"]):
                        leg.recorded = said.fields["RECORDING"] == "yes"
                        return
                if after := said.fields.get("UNAVAILABLE_VO_ID") or said.fields.get("NEXT_VO_ID"):
                    self._at_layer(walk, after)
            case "FAIL":
                self._at_layer(walk, DEFAULT_LAYER)

    def _at_layer(self, walk: Walk, number: int) -> None:
        """One of the cloud's own layers: a queue's, where its callers wait; else its recording is played."""
        leg = walk.leg
        queue = next((one for one in self.cloud.centre.queues if one.path[-1].number == number), None)
        leg.path += (queue.path[-1] if queue else Step(9000 + number, number, f"Layer {number}"),)
        if queue is None:
            leg.status, leg.menu = "TE", leg.menu + 8
            return
        leg.kind, leg.queue, leg.department = Kind.QUEUE, queue, queue.department
        leg.wait, leg.status = self._rng.randint(5, 40), "ABANDONE"
        if self._rng.random() < 0.7:
            agent = self._rng.choice(queue.agents)
            leg.agent, leg.target_extension, leg.target = agent, agent.extension, agent.extension.sip
            leg.status, leg.ring, leg.talk = "ANSWER", self._rng.randint(2, 9), self._rng.randint(20, 120)

    def _ask(self, walk: Walk, where: str, keys: str, read: Callable[..., Heard], method: str, data: dict) -> Heard:
        began = time.monotonic()
        said = read(*self._post(walk, method, data))
        walk.slowest = max(walk.slowest, round(time.monotonic() - began, 4))
        walk.silent = said.wrong
        walk.steps.append((where, keys, said.action or f"silence: {said.wrong}"))
        return said

    def _post(self, walk: Walk, method: str, data: dict) -> tuple[int, bytes]:
        form = Format(walk.format)
        payload = data if form is Format.XML else {"METHOD": method, "DATA": data}
        headers = {"Content-Type": f"{MEDIA_TYPE[form]}; charset=utf-8"}
        try:
            answer = self._client.post(
                self.urls[walk.dialect], content=encode_call(form, payload, method), headers=headers
            )
        except httpx.HTTPError as error:
            return 0, type(error).__name__.encode()
        return answer.status_code, answer.content


def _rings(cloud, leg: Leg, target: str, outcome: str, longest: int) -> bool:
    """The target's phone rings; whether somebody answered."""
    agent = cloud.centre.agent_of(target)
    leg.target = agent.extension.sip if agent else target
    leg.status, leg.ring = outcome, min(longest, 25 if outcome == "NOANSWER" else 6)
    if agent:
        leg.agent, leg.target_extension, leg.department = agent, agent.extension, agent.department
    leg.talk = 45 if outcome == "ANSWER" else 0
    return outcome == "ANSWER"


def _hang_up(leg: Leg) -> dict:
    return {
        "DID": leg.did, "CALLER_ID": leg.caller, "IVR_UNIQUE_ID": leg.call_id, "TARGET": leg.target,
        "CALL_TIME_EPOCH": wall_epoch(leg.started), "CALL_START_EPOCH": wall_epoch(leg.started),
        "CALL_DURATION": int((leg.ended - leg.started).total_seconds()), "CALL_DAILTIME": leg.ring,
        "CALL_STATUS": "ANSWERED" if leg.status == "ANSWER" else leg.status,
    }  # fmt: skip
