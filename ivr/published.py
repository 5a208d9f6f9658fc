"""Which version of which flow a call gets, of all that is published. Plain values: no database, no disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from ivr.graph import Flow as Graph
from ivr.runtime import deciding
from voicenter_console import phones


@dataclass(frozen=True, slots=True)
class Published:
    """One publication: `began_at` is a POSIX time."""

    id: int
    version: int
    percent: int
    test_callers: tuple[str, ...]
    began_at: float

    def takes(self, call_id: str, caller: str, began: datetime) -> bool:
        """Whether a call that began then is one of those it is for."""
        if began.timestamp() < self.began_at:
            return False
        if self.test_callers and phones.parse(caller).e164 not in self.test_callers:
            return False
        return self.percent == 100 or deciding.share_of(f"publication {self.id}", call_id) < self.percent


@dataclass(frozen=True, slots=True)
class Bound:
    """A number called, or a layer, and the flow that answers there; `week` None means always."""

    account: int
    flow: int
    did: str
    layer: int | None
    week: Mapping[str, Any] | None

    def fits(self, did: str, layer: int | None, local: datetime) -> bool:
        if self.layer != layer or self.did not in ("", did):
            return False
        return self.week is None or deciding.is_open(self.week, local)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The flow that answers a call."""

    version: int
    flow: int
    account: int
    graph: Graph


class Book:
    """All that is published, at one moment."""

    def __init__(
        self, bound: Iterable[Bound], published: Mapping[int, Iterable[Published]], versions: Mapping[int, Chosen]
    ):
        self._bound: dict[int, list[Bound]] = {}
        for one in bound:
            self._bound.setdefault(one.account, []).append(one)
        self._published, self._versions = published, versions

    def version(self, number: int) -> Chosen | None:
        """The version that a caller already stands in."""
        return self._versions.get(number)

    def begin(
        self, account: int, *, call_id: str, caller: str, did: str, layer: int | None, began: datetime, zone: tzinfo
    ) -> Chosen | None:
        """The version that a new call gets: the newest that was published for it before it began."""
        called = phones.parse(did).e164 or did
        local = began.astimezone(zone)
        for bound in self._bound.get(account, ()):
            if not bound.fits(called, layer, local):
                continue
            for one in self._published.get(bound.flow, ()):
                if one.takes(call_id, caller, began):
                    return self._versions.get(one.version)
        return None

    def is_elsewhere(self, account: int, did: str) -> bool:
        """Whether another account's flows answer this number, and none of this one's."""
        called = phones.parse(did).e164 or did
        owners = {one.account for bound in self._bound.values() for one in bound if one.did and one.did == called}
        return bool(owners) and account not in owners
