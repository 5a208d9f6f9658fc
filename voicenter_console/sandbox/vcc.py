"""The second provider, VCC Live: calls that it tells of at once and registers minutes later (PROTOCOL S14)."""

import threading
import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import httpx

from voicenter_console.sandbox.exchange import Answer, Request

DOOR = "vcc"
PATH = "/v2/cdr/{year}/{month}/{uuid}"
PREFIX = "/v2/cdr/"
CENTRE_ZONE = ZoneInfo("Asia/Jerusalem")
CUSTOMER = "kinneret"
NO_TIME = "0000-00-00 00:00:00"
RETRY_SECONDS = 1.0


@dataclass(slots=True)
class VccCall:
    """One call; `registered_at` is from when its record can be had. `told`: whether our notification was taken."""

    uuid: str
    direction: str
    started: datetime
    source: str
    destination: str
    ring: int
    talk: int
    queue: int
    registered_at: datetime
    told: bool = False
    tries: int = 0
    custom: dict[str, str] = field(default_factory=dict)


class VccLive:
    """All calls of one customer. `cloud` gives clock, code (the token) and faults; safe for several threads.

    Guess: a call is told of as JSON with `uuid` and `start_ts`, and again each second until that is taken.
    """

    def __init__(self, cloud, customer: str = CUSTOMER, *, hook_url: str = "", client: httpx.Client | None = None):
        self.cloud, self.customer, self.hook_url = cloud, customer, hook_url
        self.calls: dict[str, VccCall] = {}
        self._client = client
        self._rng = Random(f"{cloud.seed}:vcc")
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def call(self, *, direction: str = "", late_minutes: float = 7, talk: int | None = None) -> VccCall:
        """A call that has just ended; its record appears `late_minutes` from now."""
        if direction not in ("", "inbound", "outbound"):
            raise ValueError("direction is inbound or outbound")
        with self._lock:
            rng, now = self._rng, self.cloud.now().replace(microsecond=0)
            customer = rng.choice(self.cloud.centre.customers).international
            outbound = (direction or rng.choice(("inbound", "outbound"))) == "outbound"
            talked = rng.choice((0, rng.randint(20, 400))) if talk is None else talk
            ring, queue = rng.randint(3, 20), 0 if outbound else rng.randint(0, 60)
            made = VccCall(
                uuid=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
                direction="outbound" if outbound else "inbound",
                started=now - timedelta(seconds=ring + queue + talked),
                source="97235550142" if outbound else customer,
                destination=customer if outbound else "97235550142",
                ring=ring,
                talk=talked,
                queue=queue,
                registered_at=now + timedelta(minutes=late_minutes),
                custom={"branch": rng.choice(("Haifa", "Eilat"))},
            )
            self.calls[made.uuid] = made
        return made

    def tell_due(self) -> int:
        """Post what was not taken yet, in this thread; how many were."""
        with self._lock:
            waiting = [call for call in self.calls.values() if not call.told]
        taken = 0
        for call in waiting if self.hook_url else ():
            call.tries += 1
            call.told = self._post({"uuid": call.uuid, "start_ts": _written(call.started, CENTRE_ZONE)})
            taken += call.told
        return taken

    def start(self, every_seconds: float) -> None:
        """A call each `every_seconds`, and its notification, on a thread of its own."""
        threading.Thread(target=self._run, args=(every_seconds,), name="sandbox-vcc", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def _run(self, every_seconds: float) -> None:
        due = self.cloud.now()
        while not self._stopping.wait(RETRY_SECONDS):
            if self.cloud.now() >= due:
                self.call()
                due = self.cloud.now() + timedelta(seconds=every_seconds)
            self.tell_due()

    def _post(self, said: dict) -> bool:
        self._client = self._client or httpx.Client(timeout=10, trust_env=False)
        try:
            return self._client.post(self.hook_url, json=said).status_code == 200
        except httpx.HTTPError:
            return False

    def as_dicts(self) -> list[dict]:
        return [asdict(call) for call in self.calls.values()]


def answer(cloud, request: Request) -> Answer:
    """One call by year, month and uuid. What is not registered yet, or lies in another month, is 404."""
    vcc: VccLive = cloud.vcc
    if request.basic != f"{vcc.customer}:{cloud.code}" or (cloud.faults.at(DOOR) and cloud.faults.wrong_code):
        return Answer(401, b'{"response": [], "errors": ["Unauthorized"]}')
    year, _, rest = request.path.removeprefix(PREFIX).partition("/")
    month, _, asked = rest.strip("/").partition("/")
    call = vcc.calls.get(asked)
    if call is None or call.registered_at > cloud.now():
        return Answer.of_json({"response": [], "errors": []}, 404)
    local = call.started.astimezone(CENTRE_ZONE)
    if (year, month) != (f"{local:%Y}", f"{local:%m}"):
        return Answer.of_json({"response": [], "errors": []}, 404)
    wrong = cloud.faults.at(DOOR) and cloud.faults.wrong_uuid
    return Answer.of_json({"response": _record(call, str(uuid.UUID(int=1)) if wrong else asked), "errors": []})


def _record(call: VccCall, identity: str) -> dict:
    answered = call.started + timedelta(seconds=call.ring + call.queue)
    return {
        "projectid": 1,
        "uuid": identity,
        "direction": call.direction,
        "source": call.source,
        "destination": call.destination,
        "start_ts": _written(call.started, CENTRE_ZONE),
        "start_ts_utc": _written(call.started, UTC),
        "billing_ts": _written(answered, CENTRE_ZONE) if call.talk else NO_TIME,
        "billing_ts_utc": _written(answered, UTC) if call.talk else NO_TIME,
        "ringtime": call.ring,
        "queuetime": call.queue,
        "talktime": call.talk,
        "billingtime": call.talk,
        "queueid": 8 if call.queue else 0,
        "userid": 5 if call.talk else -1,
        "dc": 16 if call.talk else 19,
        "next_contact": NO_TIME,
        "next_contact_utc": NO_TIME,
        "total_fee": None,
        "recordCustomFieldData": call.custom or [],
    }


def _written(at: datetime, zone) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
