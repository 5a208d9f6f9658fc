"""The invented centre: departments, queues, agents, extensions, campaigns, customers. Nobody here exists."""

import hashlib
import string
from dataclasses import dataclass
from functools import cached_property
from random import Random

from voicenter_console.sandbox.legs import Step
from voicenter_console.sandbox.shifts import Shifts

ISRAEL = "Israel"


@dataclass(frozen=True, slots=True, eq=False)
class Department:
    id: int
    name: str
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class Extension:
    """An agent's phone: `sip` is the vendor's 8 characters, `number` what colleagues dial."""

    sip: str
    number: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Agent:
    name: str
    code: str
    identity_code: str
    extension: Extension
    department: Department


@dataclass(frozen=True, slots=True, eq=False)
class Queue:
    id: int
    name: str
    department: Department
    agents: tuple[Agent, ...]
    path: tuple[Step, ...]
    share: float
    patience: int
    longest_wait: int


@dataclass(frozen=True, slots=True, eq=False)
class Campaign:
    """`predictive` rings the customer first (types 17 to 19), else the agent first (14 and 15)."""

    id: int
    code: str
    name: str
    predictive: bool
    queue: Queue
    caller_id: str


@dataclass(frozen=True, slots=True)
class Customer:
    """`number` as a caller id shows it: 0… for Israel, else the country's digits without a plus."""

    name: str
    number: str
    country: str = ISRAEL
    vip: bool = False

    @property
    def international(self) -> str:
        """The number with its country prefix, without a plus."""
        return f"972{self.number[1:]}" if self.country == ISRAEL else self.number


ANONYMOUS = Customer("", "Anonymous", "")

DEPARTMENTS = ("Service", "Sales", "Technical", "Billing")
CREW = {
    "Service": "Dana Lavi, Noa Adari, Lior Barkan, יעל גפני, איתי רוזנר, Tom Weissberg, שירה אלון, "
    "Gili Marom, עומר סגל, Rotem Yardeni, הילה ברנע",
    "Sales": "Maya Sternfeld, Yoni Carmeli, תמר שדה, Adi Harel, נועם פלד, Keren Tal, אורי זמיר",
    "Technical": "Guy Shoham, רוני אביטל, Nir Alkabetz, Shai Dekel, לירון מור, Einat Bar",
    "Billing": "Omer Kedem, Hila Porat, אסף גולן, Ronit Katzir",
}
# name, department, keys pressed on the way, share of callers, mean patience and longest wait in seconds
QUEUES = (
    ("Service", "Service", "1", 0.44, 170, 180),
    ("Sales", "Sales", "2", 0.22, 140, 150),
    ("Technical", "Technical", "3", 0.18, 190, 180),
    ("Billing", "Billing", "4", 0.12, 160, 150),
    ("VIP", "Service", "", 0.0, 240, 240),
    ("שימור לקוחות", "Sales", "1 9", 0.04, 120, 120),
)
FIRST = (
    "Avital, Eli, Ruth, Ido, Michal, Daniel, Hadas, Tamar, Yael, Amir, Sigal, Oren, Liat, Boaz, Neta, Gal, "
    "Dvora, Erez, Inbal, Ziv, אביגיל, משה, רחל, יוסי, ענת, דוד, מיכל, ליאור"
)
LAST = (
    "Moran, Shavitz, Navon-Lev, Razon, Drori, Harari, Tzuri, Alkalai, Ben-Ami, Sharabi, Peretz, Katz, Golan, "
    "Vardi, Nissim, Segev, כהן, לוי, מזרחי, ביטון, אברהם, פרץ, דהן, חדד"
)
COMPANIES = ("Carmel Foods", "Galil Optics", "Studio Navon", "Negev Tools", "אורן הובלות", "Harel Dental")
ABROAD = (
    ("1212555{:04d}", "United States"),
    ("442079460{:03d}", "United Kingdom"),
    ("331990012{:02d}", "France"),
)
MOBILE = ("050", "052", "053", "054", "055", "058")
LANDLINE = ("02", "03", "04", "08", "09")
MAIN_NUMBERS = ("035550142", "025550140")
CAMPAIGN_NUMBER = "0775550100"
# Numbers shown abroad, where a call is given none of its own.
DYNAMIC_NUMBERS = {"United States": "12125550142", "United Kingdom": "442079460142"}
TOP = "Kinneret Home"


class Centre:
    """The whole account, the same for the same seed and code; `offline` and `blocked` hold SIP codes."""

    def __init__(self, seed: int, code: str):
        rng = Random(f"{seed}:centre")
        self.code = code
        self.top = Department(5550100, TOP, code)
        self.departments = {
            name: Department(5550101 + place, name, self._code_of(f"department {name}"))
            for place, name in enumerate(DEPARTMENTS)
        }
        self.agents = self._hire(rng)
        self.queues = [self._queue(place, *line) for place, line in enumerate(QUEUES)]
        self.campaigns = [
            self._campaign(81, "Autumn renewals", True, "Sales"),
            self._campaign(82, "Unpaid invoices", False, "Billing"),
            self._campaign(83, "סקר שביעות רצון", False, "Service"),
            self._campaign(84, "Spring reminders", True, "Sales"),
        ]
        self.enabled = {81, 82, 83}
        self.customers = _customers(rng)
        self.direct_numbers = {f"0355502{place:02d}": agent for place, agent in enumerate(self.agents)}
        self.offline = {self.agents[-1].extension.sip}
        self.blocked = {self.agents[-2].extension.sip}
        self.lobby = Extension("".join(rng.choices(string.ascii_letters, k=8)), "290", "Lobby 290")
        self.shifts = Shifts(seed, self.offline)

    def _code_of(self, whose: str) -> str:
        return hashlib.sha256(f"{self.code}:{whose}".encode()).hexdigest()[:32]

    def _hire(self, rng: Random) -> list[Agent]:
        agents = []
        for department, names in CREW.items():
            for name in names.split(", "):
                number = str(201 + len(agents))
                sip = "".join(rng.choices(string.ascii_letters, k=8))
                extension = Extension(sip, number, f"{name} {number}")
                code = str(10001 + len(agents))
                own = self._code_of(f"user {code}")
                agents.append(Agent(name, code, own, extension, self.departments[department]))
        return agents

    def _queue(self, place, name, department, keys, share, patience, longest) -> Queue:
        crew = [agent for agent in self.agents if agent.department.name == department]
        if name == "VIP":
            crew = crew[:4]
        elif len(crew) > 5 and name != department:
            crew = crew[-3:]
        pressed = keys.split() or ["0"]
        path = [Step(9001, 0, "Main menu", pressed[0])]
        path += [Step(9100 + place, 10 + place, f"{department} menu", key) for key in pressed[1:]]
        path += [Step(9200 + place, 20 + place, name)]
        return Queue(
            100201 + place,
            name,
            self.departments[department],
            tuple(crew),
            tuple(path),
            share,
            patience,
            longest,
        )

    def _campaign(self, number: int, name: str, predictive: bool, queue: str) -> Campaign:
        return Campaign(
            number, self._code_of(f"campaign {number}"), name, predictive, self.queue(queue), CAMPAIGN_NUMBER
        )

    def queue(self, name: str) -> Queue:
        """The queue of that name; StopIteration is impossible for the names above, KeyError for others."""
        return {queue.name: queue for queue in self.queues}[name]

    @cached_property
    def by_sip(self) -> dict[str, Agent]:
        return {agent.extension.sip: agent for agent in self.agents}

    @cached_property
    def by_identity(self) -> dict[str, Agent]:
        """Agents by the personal code that `IdentityCriteria` User asks with."""
        return {agent.identity_code: agent for agent in self.agents}

    def numbers(self) -> set[str]:
        """All numbers of the account, as a caller id may show them."""
        return {*MAIN_NUMBERS, CAMPAIGN_NUMBER, *DYNAMIC_NUMBERS.values(), *self.direct_numbers}

    def agent_of(self, phone: str) -> Agent | None:
        """The agent whose extension is named by SIP code or by its short number."""
        for agent in self.agents:
            if phone.lower() in (agent.extension.sip.lower(), agent.extension.number):
                return agent
        return None


def _customers(rng: Random) -> list[Customer]:
    numbers = [f"{prefix}5550{rest:03d}" for prefix in MOBILE + LANDLINE for rest in range(100, 200)]
    rng.shuffle(numbers)
    people = [f"{first} {last}" for first in FIRST.split(", ") for last in LAST.split(", ")]
    rng.shuffle(people)
    customers = [Customer(name, number, vip=True) for name, number in zip(COMPANIES, numbers, strict=False)]
    customers += [Customer(name, number) for name, number in zip(people, numbers[len(COMPANIES) :], strict=False)]
    for place, (pattern, country) in enumerate(ABROAD * 8):
        customers.append(Customer(people[-1 - place], pattern.format(10 + place), country))
    return customers
