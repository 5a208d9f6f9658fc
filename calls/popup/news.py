"""Tell the agent whose phone rings, in the open pages of that agent alone. Called after the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from calls.models import Extension
from voicenter_console import phones
from voicenter_console.live.publish import publish
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.roles import Right
from voicenter_console.voicenter.popup import PopUp
from voicenter_console.webhooks import drift, one_writer

KIND = "popup"
# A bubble for a call that is over helps nobody.
USEFUL_SECONDS = 10.0


def tell(account: Account, pop_up: PopUp, contacts: Sequence[int], path: str) -> None:
    """One event `popup` a phase, where the extension is tied to a person; nothing else is written. An extension that
    only another account has is flagged (FAULTS F-31).

    Its data: `phase`, `call` (the call id), `did`, `custom`, `contacts` (ids) and `path`; `phone` and `path` only for
    somebody who may see numbers.
    """
    line = Extension.objects.filter(account=account, code=pop_up.extension).select_related("user").first()
    if line is None and pop_up.extension and Extension.objects.filter(code=pop_up.extension).exists():
        drift.note_other(account.pk, f"extenUser {pop_up.extension}")
    if line is None or line.user is None or not line.user.is_active:
        return
    data: dict[str, Any] = {
        "phase": pop_up.phase.value, "call": pop_up.call_id, "did": pop_up.did, "custom": dict(pop_up.custom),
        "contacts": list(contacts), "account": account.pk,
    }  # fmt: skip
    if line.user.may(Right.SEE_NUMBERS):
        data |= {"phone": phones.parse(pop_up.phone).e164 or pop_up.phone, "path": path}
    with one_writer.turn(), transaction.atomic():
        publish(account, KIND, people=[line.user_id], data=data, private=True)
