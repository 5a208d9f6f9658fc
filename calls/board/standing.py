"""What stands on the live board: who waits and who talks now, and today's figures beside it, as `actor` may see them.

Now is what the collector wrote; today is what reports say of the same queues, by the same definitions (METRICS).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from django.utils.dateparse import parse_datetime

from calls.metrics.definitions import Metric
from calls.metrics.reading import Question
from calls.metrics.totals import QueueTotals
from calls.models import Extension, LiveBoard, QueueDay, Recovery
from calls.reports import queues
from calls.reports.scope import Scope, scope
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

from .agents import AgentNow, agents_of
from .talk import CallNow, calls_of

# A snapshot that is older than this is called old: what is polled comes every five seconds.
STALE = timedelta(seconds=10)
# A department's queues are those that its calls came through in so many days.
DAYS = 35


@dataclass(slots=True)
class QueueNow:
    """A queue, how many wait in it and since when the first of them, and its day so far. `target` is in seconds."""

    account_id: int
    id: int
    name: str
    as_of: datetime | None
    waiting: int
    longest_since: datetime | None
    totals: QueueTotals
    service_level: Any
    not_called_back: int
    target: int

    def longest(self, now: datetime) -> int | None:
        """Whole seconds that the one at the head has waited."""
        return None if self.longest_since is None else max(0, int((now - self.longest_since).total_seconds()))


@dataclass(slots=True)
class Line:
    """How fresh what is known of one account is; `as_of` None before anything was."""

    account: Account
    as_of: datetime | None
    version: int
    source: str
    trouble: str

    def is_stale(self, now: datetime) -> bool:
        return self.as_of is None or now - self.as_of > STALE


@dataclass(slots=True)
class Standing:
    """The board of one actor at `now`."""

    now: datetime
    lines: list[Line]
    queues: list[QueueNow]
    agents: list[AgentNow]
    calls: list[CallNow]
    its: Scope
    question: Question
    whole: QueueTotals
    not_called_back: int
    logged_out: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def level(self) -> Metric:
        return self.its.service_level

    @property
    def as_of(self) -> datetime | None:
        """Until when all of it is known to hold; None where of some account nothing is known."""
        known = [line.as_of for line in self.lines]
        return min(known) if known and None not in known else None

    @property
    def is_stale(self) -> bool:
        return any(line.is_stale(self.now) for line in self.lines)


def lines(actor: Actor, boards: Iterable[LiveBoard] | None = None) -> list[Line]:
    """The accounts that are followed, of those the actor sees."""
    rows = boards if boards is not None else _boards(actor).defer("state")
    return [Line(row.account, row.as_of, row.version, row.source, row.trouble) for row in rows]


def of(actor: Actor, now: datetime) -> Standing:
    """Everything on the board, in a constant number of queries."""
    boards = list(_boards(actor))
    its = scope(actor, {"period": "today"}, now=now)
    question = its.question()
    rows = queues.by_queue(question)
    lost = _lost(actor)
    seen = Fence(actor, boards, now.date())
    people = agents_of(boards, seen)
    standing = Standing(
        now, lines(actor, boards), _queues(boards, its, rows, lost, seen), [one for one in people if one.state],
        calls_of(actor, boards, seen), its, question, queues.total(rows), sum(lost.values()),
        sum(not one.state for one in people),
    )  # fmt: skip
    standing.queues.sort(key=lambda one: (one.longest_since or now, -one.waiting, one.name, one.id))
    standing.counts = Counter(one.state for one in standing.agents)
    return standing


class Seen(Protocol):
    """Which queues and phones somebody sees."""

    def queue(self, account: int, number: int) -> bool:
        """By the provider's number."""

    def phone(self, account: int, code: str) -> bool:
        """By the SIP code."""


class Fence:
    """Which queues and phones an actor sees. Who leads a whole account sees all of it; the rest see the phones of their
    departments, and the queues through which calls of theirs came."""

    def __init__(self, actor: Actor, boards: Sequence[LiveBoard], today: date) -> None:
        self._all = actor.may(Right.SEE_ALL_ACCOUNTS)
        self._whole, self._departments = actor.whole_account_ids, actor.department_ids
        accounts = [board.account_id for board in boards]
        lines = Extension.objects.filter(account__in=accounts).values_list("account_id", "code", "department_id")
        self._lines = {(account, code): department for account, code, department in lines}
        theirs = QueueDay.objects.visible_to(actor).filter(account__in=accounts, day__gte=today - timedelta(days=DAYS))
        self._queues = set() if self._all else set(theirs.values_list("account_id", "queue_number").distinct())

    def whole(self, account: int) -> bool:
        return self._all or account in self._whole

    def queue(self, account: int, number: int) -> bool:
        return self.whole(account) or (account, number) in self._queues

    def phone(self, account: int, code: str) -> bool:
        return self.whole(account) or self._lines.get((account, code)) in self._departments


def _boards(actor: Actor):
    followed = LiveBoard.objects.visible_to(actor).filter(account__follows_live=True)
    return followed.exclude(account__code=None).select_related("account").order_by("account__name")


def _lost(actor: Actor) -> Counter[tuple[int, str]]:
    """People who were lost and are not won back, by account and the queue's name."""
    alive = Recovery.objects.visible_to(actor).alive()
    return Counter(alive.values_list("account_id", "queue_name"))


def _queues(
    boards: Sequence[LiveBoard], its: Scope, rows: Sequence[queues.QueueRow], lost: Counter, seen: Fence
) -> list[QueueNow]:
    """Those of the snapshot; one that only reports know has nobody to wait in it now."""
    today: dict[tuple[int, int | None], QueueTotals] = defaultdict(QueueTotals)
    for row in rows:
        today[row.queue[0], row.number] += row.totals
    found = []
    for board in boards:
        for queue in board.state.get("queues", ()):
            if not seen.queue(board.account_id, queue["id"]) and (board.account_id, queue["id"]) not in today:
                continue
            totals = today.get((board.account_id, queue["id"]), QueueTotals())
            joined = [at for one in queue["callers"] if (at := one["joined_at"])]
            found.append(QueueNow(
                board.account_id, queue["id"], queue["name"] or str(queue["id"]), board.as_of, len(queue["callers"]),
                parse_datetime(min(joined)) if joined else None, totals, its.service_level.of(totals),
                lost[board.account_id, queue["name"]], its.limits_of(board.account).target,
            ))  # fmt: skip
    return found


def versions(actor: Actor) -> dict[str, Any]:
    """For a browser that asks whether what it shows still holds: `as_of` (epoch, ms) and version by account."""
    return {
        "accounts": {
            str(line.account.pk): {
                "as_of": int(line.as_of.timestamp() * 1000) if line.as_of else None,
                "version": line.version,
            }
            for line in lines(actor)
        }
    }
