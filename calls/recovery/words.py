"""Cards in words: what was done, why not, by whom and until when (DESIGN, Tone)."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from calls.concealment import masked
from calls.models import Recovery
from calls.recovery.acts import Refused
from voicenter_console import phones


def refusal(error: Refused) -> str:
    """Why an act was not done, as the card stands now."""
    card = error.card
    if error.why == "taken" and card.claimed_until:
        names = {"name": card.claimed_name, "time": moment(card.claimed_until)}
        return _("%(name)s has this one until %(time)s.") % names
    return {
        "closed": _("This card is closed already: %(reason)s.") % {"reason": card.get_reason_display()},
        "changed": _("Something happened to this card since. It stays as it is."),
        "superseded": _("This person called again and has another card. This one stays closed."),
    }.get(error.why, _("Only who holds a card gives it back."))


def moment(at: datetime) -> str:
    """A time of today, or a day with its time; the digits keep their direction."""
    local = timezone.localtime(at)
    form = "H:i" if local.date() == timezone.localdate() else "j.n H:i"
    return f"\u2066{formats.date_format(local, form)}\u2069"


def name(card: Recovery, *, whole_number: bool) -> str:
    """How a toast calls the person: by name, else by number as far as it may be seen."""
    number = phones.display(card.number) if whole_number else masked(card.number)
    return getattr(card, "contact_name", "") or f"\u2066{number}\u2069"
