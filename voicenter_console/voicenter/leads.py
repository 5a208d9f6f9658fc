"""The calls that a campaign is to make: what is added, what waits, and which of a chunk arrived (PROTOCOL S7)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .errors import Garbled
from .parameters import dialled, international, shown, variables
from .values import MAX_INTEGER, signed, structure, text, whole
from .wire import fold

LEAD = "var_lead"
PENDING = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCall:
    """One call for a campaign to make. Raises ValueError for what can never be asked.

    `caller_id` is the number the customer sees. Where it is empty Voicenter takes the first it has of: a
    dynamic caller id of the target's country, that of the worker's extension, that of the campaign's
    settings; `parameters.ANONYMOUS` hides it. A higher `priority` is called earlier. `originate_at` is aware, and not
    taken by every type of campaign. `custom_data` comes back with the call's records; its names get the
    prefix `var_`. That a single call takes `caller_name`, as those of a bulk do, is a guess.
    """

    target: str
    caller_id: str = ""
    caller_name: str = ""
    customer_name: str = ""
    priority: int | None = None
    originate_at: datetime | None = None
    custom_data: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        dialled(self.target)
        variables(self.custom_data)
        shown(self.caller_id)
        if self.priority is not None and not 0 <= self.priority <= MAX_INTEGER:
            raise ValueError("a priority is a whole number from 0 on")
        if self.originate_at is not None and self.originate_at.tzinfo is None:
            raise ValueError("a time without a zone")

    @property
    def lead(self) -> str:
        """The lead it carries, as text: Voicenter turns numbers into text on the way."""
        return text(self.fields().get("CustomData", {}).get(LEAD))

    def fields(self) -> dict[str, object]:
        """What Voicenter is sent of it: what is not said is left out."""
        said: dict[str, object] = {"Target": dialled(self.target)}
        if self.caller_id:
            said["CallerID"] = shown(self.caller_id)
        if self.caller_name:
            said["CallerName"] = self.caller_name
        if self.originate_at is not None:
            # A true epoch, and said to be one: without the flag accounts differ.
            said |= {"OriginateTime": int(self.originate_at.timestamp()), "IsDateLocal": "false"}
        if self.customer_name:
            said["CustomerName"] = self.customer_name
        if self.priority is not None:
            said["Priority"] = self.priority
        if self.custom_data:
            said["CustomData"] = variables(self.custom_data)
        return said


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one call of a bulk. Not `confirmed`: taken with the others, and nothing said of it alone."""

    call: NewCall
    confirmed: bool
    code: int
    words: str

    @property
    def accepted(self) -> bool:
        return self.code == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingCall:
    """A call that a campaign has yet to make. `phone` has its country's prefix; values of `custom_data` are text.

    `originate_at` is aware UTC, or None for as soon as may be.
    """

    phone: str
    caller_id: str
    caller_name: str
    customer_name: str
    priority: int | None
    originate_at: datetime | None
    status: int | None
    status_name: str
    custom_data: Mapping[str, str]
    raw: Mapping = field(repr=False, compare=False)

    @property
    def lead(self) -> str:
        return self.custom_data.get(LEAD, "")


def results_of(calls: Sequence[NewCall], rows: Sequence[Mapping] | None, without_code) -> tuple[RowResult, ...]:
    """One result a call. Rows are those of AddResult or None; of another number than the calls they are found
    by their telephone numbers, in order, and a call without a row is unconfirmed.
    """
    if rows is None:
        return tuple(RowResult(call, False, 0, "") for call in calls)
    said = [fold(row) for row in rows]
    if len(said) != len(calls):
        by_number: dict[str, list] = {}
        for row in said:
            by_number.setdefault(international(text(row.get("target"))), []).append(row)
        said = [(by_number.get(international(call.target)) or [None]).pop(0) for call in calls]
    return tuple(_result(call, row, without_code) for call, row in zip(calls, said, strict=True))


def _result(call: NewCall, row: Mapping | None, without_code) -> RowResult:
    code = None if row is None else signed(row.get("errorcode"))
    if code is None:
        return RowResult(call, False, 0, "")
    return RowResult(call, True, code, without_code(text(row.get("description"))))


def pending(row: Mapping) -> PendingCall:
    """One call of a campaign's list. Never raises."""
    got = fold(row)
    status = got.get("callstatus")
    status = fold(status) if isinstance(status, dict) else {}
    custom = structure(got.get("customdata"))
    return PendingCall(
        phone=text(got.get("phone"), 64),
        caller_id=text(got.get("callerid"), 64),
        caller_name=text(got.get("callername")),
        customer_name=text(got.get("customername")),
        priority=whole(got.get("priority")),
        originate_at=_moment(got.get("originatetime")),
        status=whole(status.get("status")),
        status_name=text(status.get("description")),
        custom_data={str(name): text(value, 4000) for name, value in custom.items()}
        if isinstance(custom, dict)
        else {},
        raw=row,
    )


def _moment(value: object) -> datetime | None:
    # A guess: what was sent as a true epoch comes back as one.
    seconds = whole(value)
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


# --- the ledger of a chunk -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compared:
    """Of a chunk whose answer was lost: what arrived, what did not, and which leads are there more than once."""

    arrived: tuple[NewCall, ...]
    missing: tuple[NewCall, ...]
    doubled: tuple[str, ...]


def compare(chunk: Sequence[NewCall], pending: Collection[PendingCall], *, called: Collection[str] = ()) -> Compared:
    """Which calls of a chunk Voicenter has, by the lead that each carries; `called` are leads of call records.

    Only `missing` may be sent again, and only where the campaign stood still since the chunk was sent, or the
    records of all that it dialled have come: a lead that left the list and is in no record yet would be
    called twice. Raises ValueError where a call carries no lead, or two the same one.
    """
    leads = [call.lead for call in chunk]
    if not all(leads) or len(set(leads)) < len(leads):
        raise ValueError("each call of a chunk carries a lead of its own")
    waiting = Counter(call.lead for call in pending)
    known = waiting.keys() | set(called)
    return Compared(
        arrived=tuple(call for call in chunk if call.lead in known),
        missing=tuple(call for call in chunk if call.lead not in known),
        doubled=tuple(lead for lead in leads if waiting[lead] > 1),
    )


def complete(calls: Collection[PendingCall], counted: int) -> Collection[PendingCall]:
    """The calls themselves. Raises Garbled where Voicenter counts more than it listed."""
    if len(calls) < counted:
        raise Garbled(f"{len(calls)} pending calls in an answer that counts {counted}")
    return calls
