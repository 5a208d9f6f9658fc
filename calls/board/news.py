"""What changed on whose phone between two snapshots: for the screens of those whose phones they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from calls.models import Extension
from voicenter_console.organisation.models import Account


def of_phones(before: dict[str, Any], after: dict[str, Any]) -> Iterator[dict[str, str]]:
    """One for each call that came, went or changed its phase: extension, call id, phase ('ended' when it went).

    Ids only: what may be seen of the call is asked for.
    """
    had, has = _calls(before), _calls(after)
    for key in sorted(had.keys() | has.keys()):
        if had.get(key) != has.get(key):
            extension, call_id = key
            yield {"extension": extension, "call_id": call_id, "phase": has.get(key, "ended")}


def owners(account: Account, phones: Iterable[dict[str, str]]) -> dict[str, list[int]]:
    """The people whose phones these are, by the extension's code."""
    lines = Extension.objects.filter(account=account, code__in={one["extension"] for one in phones})
    found: dict[str, list[int]] = {}
    for code, user_id in lines.exclude(user=None).values_list("code", "user_id"):
        found.setdefault(code, []).append(user_id)
    return found


def _calls(state: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (one["code"], call["call_id"]): call["phase"] for one in state.get("extensions", ()) for call in one["calls"]
    }
