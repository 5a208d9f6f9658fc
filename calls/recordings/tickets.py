"""Who may fetch the bytes of a recording, for a minute: an address that is signed, and bound to one session (F-66)."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass

from django.core import signing
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

SECONDS = 60
# A page that stays open asks for a new ticket of the same listening, for as long as a shift.
RENEWED_SECONDS = 12 * 3600
_SALT = "calls.recordings"


@dataclass(frozen=True, slots=True)
class Ticket:
    """`nonce` names one listening, however many requests the player makes of it."""

    leg: int
    nonce: str
    session: str


def issue(request: HttpRequest, leg: int, nonce: str = "") -> str:
    """A new ticket; with `nonce` one more of a listening that began already."""
    return signing.dumps(asdict(Ticket(leg, nonce or secrets.token_hex(16), _session(request))), salt=_SALT)


def read(request: HttpRequest, text: str, *, seconds: int = SECONDS) -> Ticket | None:
    """The ticket, if it was issued within `seconds` to this session; None for any other text."""
    try:
        ticket = Ticket(**signing.loads(text, salt=_SALT, max_age=seconds))
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return ticket if constant_time_compare(ticket.session, _session(request)) else None


def _session(request: HttpRequest) -> str:
    return salted_hmac(_SALT, request.session.session_key or "", algorithm="sha256").hexdigest()[:32]
