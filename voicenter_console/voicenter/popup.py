"""The pop-up screen: who rings at whose phone, and the card that we answer (PROTOCOL S2).

One call is told three times to each phone that rings; the cloud tells it by GET or a form, the agent's browser by
JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .errors import Garbled
from .values import identifier, structure, text
from .wire import fold

MOST_CUSTOM = 20
LONGEST_CUSTOM = 128


class Phase(StrEnum):
    """How far the call is at this phone; DIALING is a call that the agent makes."""

    RINGING = "ringing"
    DIALING = "dialing"
    TALKING = "talking"
    HANGUP = "hangup"


@dataclass(frozen=True, slots=True, kw_only=True)
class PopUp:
    """`phone` is the other party's number as sent, `extension` the SIP code of the phone that rings; '' where nothing
    was said."""

    phone: str
    phase: Phase
    call_id: str
    extension: str
    did: str
    caller_name: str
    custom: Mapping[str, str] = field(default_factory=dict)


def read(said: Mapping) -> PopUp:
    """The pop-up that a query, a form or a JSON object tells of. Raises Garbled where it names no number."""
    got = fold(said)
    within = fold(structure(got.get("currentcall")) or {}) if _is_object(got.get("currentcall")) else {}
    phone = text(got.get("phone"), 64) or text(within.get("callerphone"), 64)
    if not phone:
        raise Garbled("no phone number")
    return PopUp(
        phone=phone,
        phase=_phase(text(got.get("status")) or text(got.get("statuscall")) or text(within.get("callstatus"))),
        call_id=identifier(got.get("ivrid")) or identifier(within.get("ivrid")),
        extension=text(got.get("extenuser"), 64),
        did=text(got.get("did"), 64) or text(within.get("did"), 64),
        caller_name=text(got.get("callername")) or text(within.get("callername")),
        custom=_custom(got.get("customdata") or within.get("customdata")),
    )


def card(*, url: str, name: str = "", total: int = 0, company: str = "") -> dict[str, str]:
    """The fields that are answered, all of them text as the document types them. `total` counts matches."""
    return {"STATUS": "OK", "URL": url, "CLIENTNAME": name, "TOTAL": str(total), "COMPANY": company}


def refusal() -> dict[str, str]:
    """The same shape where the request could not be read: any status but OK is an error (trap 72)."""
    return {"STATUS": "ERROR", "URL": "", "CLIENTNAME": "", "TOTAL": "0", "COMPANY": ""}


def _phase(word: str) -> Phase:
    """Without a word it rings: the document's first form of the request has none (trap 68)."""
    try:
        return Phase(word.casefold())
    except ValueError:
        return Phase.RINGING


def _is_object(value: object) -> bool:
    return isinstance(structure(value), dict)


def _custom(value: object) -> dict[str, str]:
    found = structure(value)
    if not isinstance(found, dict):
        return {}
    pairs = list(found.items())[:MOST_CUSTOM]
    return {text(key, LONGEST_CUSTOM): text(one, LONGEST_CUSTOM) for key, one in pairs}
