"""Why the call log cannot be read, in words, with the letter that helps (FAULTS F-35)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from calls.models import SyncState
from voicenter_console.organisation import refusals
from voicenter_console.organisation.models import Account

_REFUSED = (2, 4)  # the pull stops until somebody does something (PROTOCOL S3, S4)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong: `title` in our words, `said` as Voicenter said it, `letter` to send to it or ''."""

    account: Account
    title: str
    said: str
    letter: str
    since: datetime | None
    next_try: datetime | None
    refused: bool


def found(accounts: Sequence[Account]) -> list[Trouble]:
    """Where a pull stands still, by Voicenter's last answer. Select `sync_state` with the accounts."""
    states = [(account, getattr(account, "sync_state", None)) for account in accounts]
    return [_trouble(account, state) for account, state in states if state and state.error]


def _trouble(account: Account, state: SyncState) -> Trouble:
    code, address = state.error_code, state.address or _("our address")
    return Trouble(
        account=account,
        title=refusals.silence(state.words) if code is None else refusals.by_code(refusals.CALL_LOG, code),
        said="" if code is None else state.words,
        letter=_letter(code) % {"account": account.name, "address": address},
        since=state.error_at,
        next_try=state.next_try_at,
        refused=code in _REFUSED,
    )


def _letter(code: int | None) -> str:
    if code == 2:
        return _("Please check the API code of account %(account)s and its right to use the Call Log API.")
    if code == 4:
        return _("Please add %(address)s to the trusted addresses of account %(account)s for the Call Log API.")
    return ""
