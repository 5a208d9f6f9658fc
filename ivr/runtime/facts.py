"""What a flow may ask the console while a caller waits. Each answer may be missing: then `unknown` is the way on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, Protocol

Mark = Literal["blocked", "vip", "recovery", "known"]


class Unknown(Exception):
    """It cannot be had now, or not in time."""


class Facts(Protocol):
    """Each method raises Unknown where it has no answer."""

    def entered(self, variable: str) -> str:
        """What the caller entered, or the flow set, earlier in this call."""

    def caller(self, number: str) -> Collection[Mark]:
        """What is known of the person who calls."""

    def queue_length(self, queue: int) -> int:
        """How many wait in the queue now."""

    def look_up(self, source: str, milliseconds: int, about: Mapping[str, str]) -> str:
        """What the named source says, within the time; `about` has caller, did, digits and the variables."""


class NothingKnown:
    """Facts where nothing can be read: every question takes its `unknown` way."""

    def entered(self, variable: str) -> str:
        raise Unknown(variable)

    def caller(self, number: str) -> Collection[Mark]:
        raise Unknown(number)

    def queue_length(self, queue: int) -> int:
        raise Unknown(queue)

    def look_up(self, source: str, milliseconds: int, about: Mapping[str, str]) -> str:
        raise Unknown(source)
