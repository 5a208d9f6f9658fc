"""The call log, asked for (PROTOCOL S3, S4): one page for one span of time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

from . import clock, fields, records, tables
from .answers import by_status, fields_of, in_answer
from .call_search import Generation, Search
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

_ADDRESS = re.compile(r"IP address\s+([0-9A-Fa-f:.]{3,45})")
REFUSALS: dict[int, type[Refused]] = {
    1: LimitExceeded,
    2: NotAuthorised,
    3: TooMuch,
    4: AddressNotTrusted,
    5: OutOfRange,
}


class Format(StrEnum):
    """What version 0.1 may be asked to answer with; today's always answers JSON."""

    JSON = "JSON"
    HTML = "HTML"


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
    """`ask`, and `read` or `read_table`, in one. Raises VoicenterError's kinds."""
    answer = ask(client, **wanted)
    if wanted.get("format") is Format.HTML:
        return read_table(answer, without_code=client.without_code)
    return read(answer, without_code=client.without_code)


def ask(
    client: VoicenterClient,
    *,
    user_code: str = "",
    bearer: bool = False,
    by_get: bool = False,
    format: Format = Format.JSON,
    **wanted,
) -> Answer:
    """Ask for the calls of a `Search`, whose fields are the further arguments; the answer unread.

    `identity` 'User' needs that user's own `user_code`. With `bearer` the account's code goes in the
    Authorization header instead of the body; `by_get` it always does, since no code of the call log goes in an
    address. A page (`format` HTML) is for version 0.1 alone. Raises ValueError for what can never be asked,
    and Unreachable.
    """
    search = Search(**wanted)
    if format is Format.HTML and search.generation is not Generation.OLD:
        raise ValueError("only version 0.1 answers with a page")
    url = client.hosts.call_log + PATH
    if by_get:
        if search.identity == "User":
            raise ValueError("the code of a user goes in no address")
        # A guess: the older version takes the token, too.
        url = f"{url}?{urlencode(list(search.pairs(format)))}"
        return client.ask(url, method="GET", bearer=True, repeatable=True, limited=True)
    asked = search.body(format)
    # A guess: the document has the user's code 'passed in addition', and names no other field for a code.
    if search.identity == "User" and user_code:
        asked["code"] = user_code
    elif not bearer:
        asked["code"] = client.code
    return client.ask(url, json=asked, bearer=bearer, repeatable=True, limited=True)


def read_table(answer: Answer, *, without_code=str) -> CallLogPage:
    """The page that version 0.1 answers to `format` HTML. An error comes as JSON all the same. Raises as `read`."""
    if not answer.body.lstrip().startswith(b"<"):
        read(answer, without_code=without_code)
        raise Garbled(in_answer("JSON where a web page is expected", answer))
    if answer.status != 200:
        raise by_status(answer) or Garbled(in_answer("a web page", answer))
    rows = tables.rows(answer.body, answer.content_type)
    return CallLogPage(rows, len(rows), len(rows), answer.body)


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
    return REFUSALS.get(number, Refused)(number, words)
