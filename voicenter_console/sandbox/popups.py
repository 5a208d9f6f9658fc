"""Tells the console's pop-up hook of each call at an extension: ringing, talking, hung up (PROTOCOL S2)."""

import threading
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import httpx

from voicenter_console.sandbox.legs import Leg
from voicenter_console.sandbox.words import INBOUND, wall_epoch

ORIGIN = "chrome-extension://ifiaikfdhcagbagdeflffjdammidpbio"
MOST_KEPT = 2_000
# How the phases are told: by the agent's browser, by the cloud in a query, by the cloud in a form.
FORMS = ("json", "json", "json", "query", "form")


@dataclass(slots=True)
class Popped:
    """One phase that was told. `card` is what came back, or None."""

    call_id: str
    extension: str
    phase: str
    form: str
    phone: str
    status: int
    card: dict | None


class PopUps:
    """Watches the running legs. `look` in tests, which start no thread."""

    def __init__(self, cloud, url: str, *, client: httpx.Client | None = None):
        self.cloud, self.url = cloud, url
        self.told: list[Popped] = []
        self._client = client or httpx.Client(timeout=3, trust_env=False)
        self._phases: dict[tuple[str, int], tuple[Leg, str]] = {}
        self._stopping = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="sandbox-popups", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def look(self) -> int:
        """Tell of every phase that has begun since the last look; how many."""
        now = self.cloud.now()
        running = {leg.key: leg for leg in self.cloud.running_legs() if leg.target_extension or leg.caller_extension}
        news = 0
        for key, leg in running.items():
            phase = _phase(leg, now)
            if phase and self._phases.get(key, (leg, ""))[1] != phase:
                self._phases[key] = (leg, phase)
                self._tell(leg, phase)
                news += 1
        for key in [key for key in self._phases if key not in running]:
            leg, _ = self._phases.pop(key)
            self._tell(leg, "Hangup")
            news += 1
        return news

    def as_dicts(self) -> list[dict]:
        return [asdict(one) for one in self.told]

    def _run(self) -> None:
        while not self._stopping.wait(0.3):
            self.look()

    def _tell(self, leg: Leg, phase: str) -> None:
        incoming = leg.kind in INBOUND or leg.target_extension is not None
        extension = (leg.target_extension if incoming else leg.caller_extension).sip
        party = leg.caller if incoming else leg.target
        form = FORMS[int(self.cloud.timeline.share(leg, "popup") * len(FORMS))]
        international = f"972{party[1:]}" if party.startswith("0") and form == "json" else party
        said = {"phone": international, "ivrid": leg.call_id, "extenUser": extension, "did": leg.did}
        try:
            match form:
                case "json":
                    whole = said | _details(leg, phase, incoming, international)
                    answer = self._client.post(self.url, json=whole, headers={"Origin": ORIGIN})
                case "query":
                    answer = self._client.get(self.url, params=said | {"statusCall": phase})
                case _:
                    answer = self._client.post(self.url, data=said | {"status": phase})
            card = answer.json() if answer.status_code == 200 else None
            status = answer.status_code
        except (httpx.HTTPError, ValueError):
            status, card = 0, None
        self.told.append(Popped(leg.call_id, extension, phase, form, international, status, card))
        del self.told[:-MOST_KEPT]


def _phase(leg: Leg, now: datetime) -> str:
    rings = leg.started + timedelta(seconds=leg.menu + leg.wait)
    answered = rings + timedelta(seconds=leg.ring)
    if now < rings:
        return ""
    if leg.talk and now >= answered:
        return "Talking"
    return "Ringing" if leg.target_extension else "Dialing"


def _details(leg: Leg, phase: str, incoming: bool, phone: str) -> dict:
    rings = leg.started + timedelta(seconds=leg.menu + leg.wait)
    talking = phase == "Talking"
    answered = wall_epoch(rings + timedelta(seconds=leg.ring)) if talking else 0
    direction = "Incoming" if incoming else "Outgoing"
    said = {
        "callerName": leg.queue.name if leg.queue else "", "status": phase, "direction": direction, "recordFile": "",
        "isMuted": False, "callStarted": wall_epoch(rings), "isAnswered": talking, "callAnswered": answered,
        "currentCall": {
            "callStarted": wall_epoch(rings), "callAnswered": answered, "answered": int(talking),
            "callerphone": phone, "callstatus": phase, "direction": direction, "ivrid": leg.call_id, "did": leg.did,
            "isInternal": False, "customdata": dict(leg.variables),
        },
    }  # fmt: skip
    return said | ({"cause": "Normal hangup"} if phase == "Hangup" else {})
