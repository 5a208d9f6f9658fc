"""The dial guard: whether a phone may be made to ring. One function for every way out (FAULTS F-61).

A number is normalised before it is judged, and what is judged is what is sent. Rules of the floors above join
by `register` in their AppConfig.ready. This first form knows no caps, no hours and no do-not-call list.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import phonenumbers
from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from phonenumbers import PhoneNumberType

from calls.models import DialRequest, Extension
from voicenter_console import phones

SAME_TARGET = timedelta(seconds=10)
ANSWER_LOST = timedelta(minutes=10)

_HOME = "IL"
_LONGEST_SHORT = 6  # *2700, 100, 1201
_BEYOND_COUNTRIES = "001"  # satellites, and numbers of no country that are dear
_REFUSED_TYPES = {
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.TOLL_FREE: "",
}
_ORDINARY = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
    }
)
# Geographic, mobile and VoIP numbers of Israel, also in ranges that the library does not know yet.
_OF_ISRAEL = re.compile(r"[57][0-9]{8}|[23489][0-9]{7}", re.ASCII)

State = DialRequest.State
# Looks at a request about to be made and names what forbids it, or ''. Runs under the account's lock.
Rule = Callable[[DialRequest], str]
_rules: list[Rule] = []


class Unaskable(Exception):
    """What was asked is no request: which field is wrong, and the reason by its key in `dial_words`."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """What goes to Voicenter (E.164 without its plus, or an extension's code); the rule against it, or ''."""

    dialled: str
    refused: str = ""


def register(rule: Rule) -> None:
    """Add a rule; apps above do so in AppConfig.ready."""
    _rules.append(rule)


def judge(raw: str) -> Verdict:
    """What an outside number comes to, without the database. Raises Unaskable for what is no telephone."""
    phone = phones.parse(raw)
    if phone.kind not in ("number", "extension"):
        raise Unaskable("target", "not_a_number")
    if phone.kind == "extension":
        return Verdict(phone.raw, "not_an_extension")
    if not phone.e164:
        return Verdict(phone.raw, "not_in_use" if len(phone.raw) > _LONGEST_SHORT else "short")
    return Verdict(phone.e164.removeprefix("+"), _number_rule(phonenumbers.parse(phone.e164)))


def _number_rule(number: phonenumbers.PhoneNumber) -> str:
    kind = phonenumbers.number_type(number)
    region = phonenumbers.region_code_for_country_code(number.country_code)
    if refused := _REFUSED_TYPES.get(kind):
        return refused
    if region == _BEYOND_COUNTRIES:
        return "satellite"
    if region == _HOME:
        national = str(number.national_number)
        if _OF_ISRAEL.fullmatch(national) or kind == PhoneNumberType.TOLL_FREE:
            return ""
        return "special" if national.startswith("1") else "not_in_use"
    if not settings.DIAL_INTERNATIONAL:
        return "international"
    return "" if kind in _ORDINARY else "special"


def target_of(account: Any, raw: str) -> Verdict:
    """The same for a target that may be a colleague's extension of `account`."""
    code = raw.strip()
    if Extension.objects.filter(account=account, code=code).exists():
        return Verdict(code)
    return judge(raw)


def forbids(dial: DialRequest) -> str:
    """The first rule against this unsaved request, or ''. Call it while the account is locked."""
    return next((refused for rule in [_not_again, *_rules] if (refused := rule(dial))), "")


def _not_again(dial: DialRequest) -> str:
    """No second ring in ten seconds, by whoever; nor while it is not known whether the first one rang."""
    if dial.action == DialRequest.Action.TERMINATE:
        return ""
    now = timezone.now()
    alive = [State.QUEUED, State.SENT, State.ACCEPTED, State.UNKNOWN, State.RESOLVED]
    called = Q(target=dial.target) if dial.target else Q(target="", phone=dial.phone)
    same = DialRequest.objects.filter(
        called, account=dial.account, state__in=alive, created_at__gte=now - ANSWER_LOST
    ).exclude(action=DialRequest.Action.TERMINATE)
    rules = ["answer_lost" if earlier.state == State.UNKNOWN else
             "too_soon" if earlier.created_at >= now - SAME_TARGET else
             "answer_lost" if earlier.state == State.SENT else "" for earlier in same]  # fmt: skip
    return max(rules, default="", key=["", "too_soon", "answer_lost"].index)
