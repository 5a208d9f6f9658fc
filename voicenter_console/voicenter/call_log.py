"""The call log, asked for (PROTOCOL S3, S4): one page for one span of time."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from . import clock, fields, records
from .answers import by_status, fields_of, in_answer
from .client import Answer, VoicenterClient
from .errors import (
    AddressNotTrusted,
    Garbled,
    LimitExceeded,
    NotAuthorised,
    OutOfRange,
    Refused,
    TooMuch,
)
from .values import text, whole
from .wire import fold

PATH = "/hub/cdr/"
MOST_ROWS = 10_000
IDENTITIES = ("Account", "Hierarchical", "Department", "User")

FIELDS = (
    "CallID",
    "Date",
    "DateEpoch",
    "Duration",
    "Type",
    "CdrType",
    "DialStatus",
    "DialStatus2",
    "CallerNumber",
    "TargetNumber",
    "CallerExtension",
    "TargetExtension",
    "DID",
    "QueueName",
    "RecordURL",
    "RecordExpect",
    "RingTime",
    "Price",
    "RepresentativeName",
    "RepresentativeCode",
    "UserName",
    "DepartmentName",
    "DepartmentId",
    "TargetPrefixName",
    "DTMFData",
    "CustomData",
)

_ADDRESS = re.compile(r"IP address\s+([0-9A-Fa-f:.]{3,45})")
_REFUSALS: dict[int, type[Refused]] = {2: NotAuthorised, 3: TooMuch, 5: OutOfRange}


@dataclass(frozen=True, slots=True)
class CallLogPage:
    """The rows of one answer as sent, and the bytes they came in.

    `total_hits` counts the calls of the span, `return_hits` those that came: fewer means that the span must
    be halved. An answer of the older version names neither; both are then the number of rows.
    """

    rows: tuple[dict, ...]
    total_hits: int
    return_hits: int
    body: bytes

    @property
    def complete(self) -> bool:
        """Whether every call of the span came."""
        return self.total_hits <= self.return_hits < MOST_ROWS


@dataclass(frozen=True, slots=True)
class Outline:
    """Which leg a row is of, and when it began (aware UTC), `exact` where its Date says so itself."""

    call_id: str
    type: str
    began: datetime
    exact: bool


def outline(row: Mapping, *, received_at: datetime) -> Outline:
    """A row in short, for whoever counts rows without reading them. Never raises; '' where there is no id."""
    got = fold(row)
    call_id, kind = text(got.get("callid"), 64), fields.kind(got.get("type"), got.get("cdrtype"))
    began = clock.of_pull(got.get("date"), call_id, received_at=received_at)
    return Outline(call_id, kind.key, began.at, not began.uncertain)


def page(client: VoicenterClient, **wanted) -> CallLogPage:
    """`ask` and `read` in one. Raises VoicenterError's kinds."""
    return read(ask(client, **wanted), without_code=client.without_code)


def ask(
    client: VoicenterClient,
    *,
    from_: datetime,
    to: datetime,
    types: Collection[int] | None = None,
    extensions: Collection[str] | None = None,
    call_id: str | None = None,
    identity: str = "Account",
    user_code: str = "",
    bearer: bool = False,
) -> Answer:
    """Ask for the calls that began from `from_` to `to`, both aware, in whole seconds; the answer unread.

    `identity` is one of IDENTITIES; 'User' needs that user's own `user_code`. With `bearer` the account's
    code goes in the Authorization header instead of the body. Raises Unreachable.
    """
    if identity not in IDENTITIES:
        raise ValueError(f"identity is one of {', '.join(IDENTITIES)}")
    search: dict[str, object] = {
        "fromdate": _gmt(from_),
        "todate": _gmt(to + timedelta(seconds=1) if to.microsecond else to),
        "IdentityCriteria": identity,
    }
    if types:
        search["cdrTypes"] = sorted(types)
    if extensions:
        search["extensions"] = sorted(extensions)
    if call_id:
        search["callID"] = call_id
    asked: dict[str, object] = {
        "fields": FIELDS,
        "search": search,
        "sort": [{"field": "date", "order": "asc"}],
    }
    # A guess: the document has the user's code 'passed in addition', and names no other field for a code.
    if identity == "User" and user_code:
        asked["code"] = user_code
    elif not bearer:
        asked["code"] = client.code
    return client.ask(client.hosts.call_log + PATH, json=asked, bearer=bearer, repeatable=True, limited=True)


def read(answer: Answer, *, without_code=str) -> CallLogPage:
    """One answer, by its body's error number before its HTTP status. Raises Refused or Garbled: the whole page
    is refused where a part of it is missing."""
    said = fields_of(answer)
    number = _count(said, "error_number", 0)
    if number:
        raise _refusal(number, without_code(text(said.get("error_description"))), answer.retry_after)
    if answer.status != 200:
        raise by_status(answer) or Garbled(in_answer("no error number", answer))
    rows = records.rows_of(said)
    returned = _count(said, "return_hits", len(rows))
    if returned != len(rows):
        raise Garbled(f"{len(rows)} calls in an answer that says {returned}")
    return CallLogPage(rows, max(_count(said, "total_hits", returned), returned), returned, answer.body)


def _count(said: dict, name: str, otherwise: int) -> int:
    """A number of the answer. Older ones lack some, but one that cannot be read must not pass as success."""
    if said.get(name) is None:
        return otherwise
    count = whole(said[name])
    if count is None:
        raise Garbled(f"{name.upper()} is no number")
    return count


def _refusal(number: int, words: str, retry_after: float | None) -> Refused:
    if number == 1:
        return LimitExceeded(number, words, retry_after=retry_after)
    if number == 4:
        found = _ADDRESS.search(words)
        return AddressNotTrusted(number, words, address=found[1].rstrip(".") if found else "")
    return _REFUSALS.get(number, Refused)(number, words)


def _gmt(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
