"""An API's answer to fields: JSON, or XML-RPC where that came instead, keys in any casing (FAULTS F-45).

The body is read before the HTTP status is judged; where the body says nothing, the status may.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from .client import Answer
from .errors import Garbled, LimitExceeded, NotAuthorised, Refused
from .values import signed
from .wire import decode_answer, fold

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """What one answer listed. A wrong code may be answered with success and nothing (PROTOCOL S8, S9)."""

    rows: tuple[Row, ...]

    @property
    def conclusive(self) -> bool:
        """Whether what is missing from the rows is really gone: not where there are none at all."""
        return bool(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def fields_of(answer: Answer) -> dict[str, object]:
    """The answer's fields by folded key. Raises Garbled, or what the HTTP status alone tells."""
    try:
        return fold(decode_answer(answer.body, answer.content_type))
    except Garbled as error:
        raise by_status(answer) or Garbled(in_answer(error.reason, answer), at=error.at) from error


def error_number(said: Mapping, name: str, answer: Answer) -> int:
    """The number under `name`: 0 is success, which only HTTP status 200 may carry. Raises as `fields_of`."""
    number = signed(said.get(name))
    if number is None:
        raise by_status(answer) or Garbled(in_answer("no error number", answer))
    if number == 0 and answer.status != 200:
        raise by_status(answer) or Garbled(in_answer("success", answer))
    return number


def rows_under(said: Mapping, name: str) -> tuple[dict, ...]:
    """The objects listed under `name`, as sent. Raises Garbled where there is anything else."""
    rows = said.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Garbled(f"an answer without a list of {name}")
    return tuple(rows)


def by_status(answer: Answer) -> Refused | None:
    """What an HTTP status tells alone (FAULTS F-34)."""
    match answer.status:
        case 429:
            return LimitExceeded(1, retry_after=answer.retry_after)
        case 401:
            return NotAuthorised(2)
    return None


def in_answer(reason: str, answer: Answer) -> str:
    """`reason`, with the HTTP status where that is not the usual one."""
    return reason if answer.status == 200 else f"{reason}, with HTTP status {answer.status}"
