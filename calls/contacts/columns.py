"""What the columns of a file of contacts are: guessed by their headers, or as the same person said the last time."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from calls.models import ContactImport
from voicenter_console.organisation.models import Account, User

FIELDS = ("name", "company", "number", "vip", "notes")
_SINGLE = {"name", "company", "vip"}
_WORDS = {
    "number": r"phone|mobile|cell(ular)?|tel(ephone)?|number|fax|msisdn|טלפון|נייד|סלולרי|מספר|פלאפון",
    "company": r"company|business|organi[sz]ation|firm|חברה|עסק|ארגון",
    "vip": r"vip|important|וי[. ]?איי?[. ]?פי|חשוב",
    "notes": r"notes?|comments?|remarks?|הערות|הערה",
    "name": r"name|contact|customer|client|שם|לקוח|איש קשר",
}
_CODE = re.compile(  # a number that nobody can call, a name that nobody bears
    r"\b(id|code)\b|(account|order|customer|extension) (no\b|num)|ת\.?ז|(מספר|קוד) (לקוח|הזמנה)", re.IGNORECASE
)


def titles() -> dict[str, str]:
    return {"": _("not imported"), "name": _("Name"), "company": _("Company"), "number": _("Number"),
            "vip": _("VIP"), "notes": _("Notes")}  # fmt: skip


def guess(header: Sequence[str]) -> list[str]:
    """A field, or nothing, for each column; several columns may hold numbers and notes."""
    found: list[str] = []
    for title in header:
        field = next((field for field, words in _WORDS.items() if _fits(title, words)), "")
        found.append("" if field in _SINGLE and field in found else field)
    return found


def _fits(title: str, words: str) -> bool:
    title = title.replace("_", " ")
    return not _CODE.search(title) and bool(re.search(rf"(?<!\w)({words})s?(?!\w)", title, re.IGNORECASE))


def remembered(person: User, account: Account, header: Sequence[str]) -> list[str]:
    """As `person` mapped columns of these names in this account the last time; the rest is guessed."""
    past = ContactImport.objects.filter(by=person, account=account).exclude(looked_at=None).order_by("-pk").first()
    known = dict(zip(past.header, past.mapping, strict=True)) if past else {}
    found: list[str] = []
    for title, guessed in zip(header, guess(header), strict=True):
        field = known.get(title, guessed)
        found.append("" if field in _SINGLE and field in found else field)
    return found


def fault(mapping: Sequence[str]) -> str:
    """Why nothing can be imported by it, in words; '' where it can."""
    if "number" not in mapping:
        return _("Say which column holds the telephone numbers.")
    if "name" not in mapping and "company" not in mapping:
        return _("Say which column holds the names.")
    twice = next((field for field in _SINGLE if mapping.count(field) > 1), None)
    return _("Two columns are both “%(field)s”: choose one of them.") % {"field": titles()[twice]} if twice else ""
