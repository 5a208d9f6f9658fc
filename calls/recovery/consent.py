"""Whether a caller may be written to about the call they lost, and with which words.

Nothing is sent by us: the text goes with the webhook, whose receiver sends it. So it is there only where the account
asks for it, consent holds, and the call is confirmed (F-48 is the caller's business in `telling`).
"""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter

import phonenumbers
from django.utils import timezone
from phonenumbers import PhoneNumberType

from calls.models import Cdr, Recovery, RecoveryPolicy
from calls.presentation import pressed
from calls.recovery import acts, cards

FIELDS = frozenset({"queue", "did", "time"})
_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
# Looks at a card and says True where its person must not be written to. Apps above add theirs.
Objection = Callable[[Recovery], bool]
_objections: list[Objection] = []


def register(objection: Objection) -> None:
    """Add a reason not to write; apps above do so in AppConfig.ready."""
    _objections.append(objection)


def unknown_fields(text: str) -> list[str]:
    """What a template names that is not filled in; ValueError for braces that do not match."""
    named = [name for _, name, form, turn in Formatter().parse(text) if name is not None or form or turn]
    return sorted({name or "{}" for name in named if name not in FIELDS})


def words(card: Recovery, policy: RecoveryPolicy) -> dict[str, str] | None:
    """The channel and the text for this person, or None where none may be sent."""
    asked = policy.caller_consent != RecoveryPolicy.Consent.NEVER and policy.caller_text
    if not asked or not _reachable(card.number) or any(objects(card) for objects in _objections):
        return None
    last = card.calls.filter(kind=cards.LOST).select_related("call").order_by("-at", "-pk").first()
    if last is None or not _agreed(card, policy):
        return None
    filled = {
        "queue": last.call.queue_name, "did": last.call.did, "time": timezone.localtime(last.at).strftime("%H:%M"),
    }  # fmt: skip
    return {"channel": policy.caller_channel, "text": policy.caller_text.format(**filled)}


def _agreed(card: Recovery, policy: RecoveryPolicy) -> bool:
    """Their call asks for an answer; or they pressed the key that asks for one."""
    if policy.caller_consent == RecoveryPolicy.Consent.CALLED:
        return True
    legs = Cdr.objects.filter(call__recovery_call__recovery=card, call__recovery_call__kind=cards.LOST)
    paths = legs.values_list("ivr_path", flat=True)
    return bool(policy.caller_key) and any(pressed(step) == policy.caller_key for path in paths for step in path)


def _reachable(number: str) -> bool:
    """A mobile that the dial guard lets through."""
    if not number.startswith("+") or acts.undialled(number):
        return False
    return phonenumbers.number_type(phonenumbers.parse(number)) in _MOBILE
