"""What the provider's kinds of legs are called here (PROTOCOL 'Call types'); an unknown one keeps its name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from calls.models import Cdr

_WORDS = {
    1: _("Incoming call"),
    2: _("Calling card"),
    4: _("Outgoing call"),
    8: _("Queue"),
    9: _("Click to call: own phone"),
    10: _("Click to call: customer"),
    11: _("Voicemail"),
    12: _("Conference"),
    13: _("Transfer"),
    14: _("Dialer: agent"),
    15: _("Dialer: customer"),
    16: _("Number check"),
    17: _("Predictive dialer: customer"),
    18: _("Predictive dialer: IVR"),
    19: _("Predictive dialer: queue"),
    20: _("Fax"),
    21: _("Attended transfer: first leg"),
    22: _("Attended transfer: second leg"),
    23: _("Forwarded call"),
}


_VCC = {"vcc-inbound": _("VCC Live: call in"), "vcc-outbound": _("VCC Live: call out")}


def label(leg: Cdr) -> str:
    """The kind of a leg in words; '' where none was said."""
    return str(_WORDS.get(leg.type_id) or _VCC.get(leg.type) or leg.type_name)
