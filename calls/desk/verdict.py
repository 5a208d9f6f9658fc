"""Before a number is dialled: what the guard says of it, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from calls import dial_words, dialling, guard
from calls.models import DialRequest
from voicenter_console.organisation.models import User


@dataclass(frozen=True, slots=True)
class Verdict:
    """`dialled` is what would be sent ('' where nothing can be)."""

    allowed: bool
    words: str
    dialled: str = ""


def of(person: User, raw: str) -> Verdict:
    """What would come of dialling `raw` from the person's own phone now; nothing is kept, and the guard asks again when
    it is dialled."""
    line = dialling.lines_of(person).first()
    if line is None:
        return Verdict(False, dial_words.reason("no_phone"))
    try:
        judged = guard.target_of(line.account, raw)
    except guard.Unaskable as error:
        return Verdict(False, dial_words.reason(error.reason))
    refused = judged.refused or guard.forbids(
        DialRequest(account=line.account, user=person, phone=line.code, target=judged.dialled)
    )
    if refused:
        return Verdict(False, dial_words.reason(refused), judged.dialled)
    return Verdict(True, _("May be called. Your phone rings first."), judged.dialled)
