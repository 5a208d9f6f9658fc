"""What goes on in one account, kept up by events; plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from voicenter_console.voicenter.live import (
    AllExtensions,
    AllQueues,
    CallerJoined,
    CallerLeft,
    Event,
    ExtensionChanged,
    ExtensionNow,
    LineUp,
    QueueNow,
)


class Board:
    """Extensions by code and queues by number. `whole` once both full statuses came since the line was had.

    Nobody tells when a phone came free, so it is the moment at which its last call was heard of no more; `before`, an
    earlier `data()`, says it for phones that have been free since.
    """

    def __init__(self, before: Mapping[str, Any] | None = None) -> None:
        self.extensions: dict[str, ExtensionNow] = {}
        self.queues: dict[int, QueueNow] = {}
        earlier = (before or {}).get("extensions", ())
        self._busy = {one["code"] for one in earlier if one["calls"]}
        self._free_since = {one["code"]: one["free_since"] for one in earlier if one.get("free_since")}
        self._missing = {AllExtensions, AllQueues}

    @property
    def whole(self) -> bool:
        return not self._missing

    def apply(self, event: Event) -> None:
        match event:
            case LineUp():
                self._missing = {AllExtensions, AllQueues}
            case AllExtensions(at=at, extensions=extensions):
                for one in extensions:
                    self._note(one, at)
                self.extensions = {one.code: one for one in extensions}
                self._missing.discard(AllExtensions)
            case AllQueues(queues=queues):
                self.queues = {one.id: one for one in queues}
                self._missing.discard(AllQueues)
            case ExtensionChanged(at=at, extension=extension):
                self._note(extension, at)
                self.extensions[extension.code] = extension
            case CallerJoined(queue=queue) | CallerLeft(queue=queue):
                self.queues[queue.id] = queue

    def _note(self, one: ExtensionNow, at: datetime) -> None:
        if one.calls:
            self._busy.add(one.code)
            self._free_since.pop(one.code, None)
        elif one.code in self._busy:
            self._busy.discard(one.code)
            self._free_since[one.code] = at.isoformat()

    def data(self) -> dict[str, Any]:
        """The state as JSON, in a fixed order; times are ISO 8601 in UTC."""
        return {
            "queues": [_plain(asdict(one)) for _, one in sorted(self.queues.items())],
            "extensions": [
                _plain(asdict(one)) | {"free_since": self._free_since.get(one.code)}
                for _, one in sorted(self.extensions.items())
            ],
        }

    def call_ids(self) -> set[str]:
        """Of all calls that wait or are at a phone."""
        at_phones = {call.call_id for one in self.extensions.values() for call in one.calls}
        return at_phones | {caller.call_id for one in self.queues.values() for caller in one.callers}

    def statuses(self) -> dict[str, tuple[str, int, datetime | None]] | None:
        """Agents who are logged in somewhere: by code, their name, status and since when (None: not said).

        None where the source says nothing of statuses at all.
        """
        if all(one.status is None for one in self.extensions.values()):
            return None
        found: dict[str, tuple[str, int, datetime | None]] = {}
        for _, one in sorted(self.extensions.items()):
            if one.agent_code and one.status and one.agent_code not in found:
                found[one.agent_code] = (one.agent_name, one.status, one.status_since)
        return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value
