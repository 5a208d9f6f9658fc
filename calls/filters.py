"""What calls can be filtered by: the same names on the page, in the API, and in a URL that somebody was sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters.fields import IsoDateTimeField

from calls import days, search
from calls.metrics import drill
from calls.models import Call, CallId, Cdr
from voicenter_console import phones
from voicenter_console.organisation.models import Department
from voicenter_console.organisation.roles import Right
from voicenter_console.voicenter import terms
from voicenter_console.voicenter.terms import Direction

PERIODS = [
    ("today", _("Today")),
    ("yesterday", _("Yesterday")),
    ("week", _("7 days")),
    ("month", _("30 days")),
]
_DAYS_BACK = {"week": 6, "month": 29}
# 'Left without an answer' (PROTOCOL, Statuses) is an outcome to ask for, though none that a call has.
LOST = ("lost", _("Left without an answer"))
_LOST = (Call.Outcome.ABANDONED, Call.Outcome.FLOWED_OUT)


class Number(filters.NumberFilter):
    """A count or a key: what no column holds is refused here, not by the database."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, min_value=0, max_value=2**31 - 1, **options)


class _MomentField(IsoDateTimeField):
    def clean(self, value: Any) -> datetime | None:
        moment = super().clean(value)
        if moment and not days.FIRST_YEAR <= moment.year <= days.LAST_YEAR:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


class Moment(filters.IsoDateTimeFilter):
    """ISO 8601, within the years that can be told in every zone."""

    field_class = _MomentField


class Shekels(filters.NumberFilter):
    """A sum in shekels, of a column in agorot."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, min_value=0, max_value=10**9, max_digits=14, decimal_places=2, **options)


class CallFilter(filters.FilterSet):
    """Filters of the call log: seconds for durations, shekels for the cost, both ends included.

    Without the right to see prices no cost finds anything; without the right to see numbers only whole ones do.
    """

    search = filters.CharFilter(label=_("Number, name or call id"), method="_search")
    period = filters.ChoiceFilter(choices=PERIODS, label=_("When"), method="_period")
    direction = filters.MultipleChoiceFilter(choices=[(d.value, d.value) for d in Direction], label=_("Direction"))
    outcome = filters.MultipleChoiceFilter(choices=[*Call.Outcome.choices, LOST], label=_("Outcome"), method="_outcome")
    answered = filters.BooleanFilter(label=_("Answered"))
    lost = filters.BooleanFilter(label=_("Left without an answer"), method="_lost")
    customer = filters.CharFilter(label=_("Customer"), method="_customer")
    queue = filters.CharFilter(field_name="queue_name", label=_("Queue"), method="_exact")
    agent = Number(field_name="agent_id", label=_("Agent"), method="_agent")
    department = Number(field_name="department_id", label=_("Department"), method="_department")
    did = filters.CharFilter(label=_("Called number"), method="_did")
    wait = Number(field_name="wait_seconds", lookup_expr="gte", label=_("Waited at least"))
    wait_max = Number(field_name="wait_seconds", lookup_expr="lte", label=_("Waited at most"))
    ring = Number(field_name="ring_seconds", lookup_expr="gte", label=_("Rang at least"))
    ring_max = Number(field_name="ring_seconds", lookup_expr="lte", label=_("Rang at most"))
    talk = Number(field_name="talk_seconds", lookup_expr="gte", label=_("Talked at least"))
    talk_max = Number(field_name="talk_seconds", lookup_expr="lte", label=_("Talked at most"))
    cost = Shekels(field_name="price", lookup_expr="gte", label=_("Cost at least"), method="_cost")
    cost_max = Shekels(field_name="price", lookup_expr="lte", label=_("Cost at most"), method="_cost_max")
    recorded = filters.BooleanFilter(field_name="has_recording", label=_("Recorded"))
    custom = filters.CharFilter(label=_("Custom data: name, or name=value"), method="_custom")
    call_id = filters.CharFilter(label=_("Call id"), method="_call_id")
    after = Moment(field_name="started_at", lookup_expr="gte", label=_("From"))
    before = Moment(field_name="started_at", lookup_expr="lt", label=_("Until"))
    figure = filters.CharFilter(label=_("Behind a figure"), method="_figure")

    class Meta:
        model = Call
        fields: list[str] = []

    def _may(self, right: Right) -> bool:
        return self.request is None or self.request.user.may(right)

    def _search(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        return search.search(calls, value, whole=not self._may(Right.SEE_NUMBERS))

    def _customer(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        """The customer's number in any form, whole or in part; or the word that stands in its place."""
        value = value.replace("\x00", "").strip()[:64]
        found = search.by_number(value, whole=not self._may(Right.SEE_NUMBERS))
        if found is None:
            return calls.filter(customer__iexact=value)
        if e164 := phones.parse(value).e164:
            return calls.filter(found, customer_e164=e164)
        return calls.filter(found, customer_e164__contains=phones.search_digits(value))

    def _period(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        """Local days: `week` and `month` are the last 7 and 30 of them, today included."""
        start, end = days.around(timezone.now())
        if value == "yesterday":
            start, end = days.around(start - timedelta(hours=1))
        elif value in _DAYS_BACK:
            start = days.before(start, _DAYS_BACK[value])
        return calls.started_between(start, end)

    def _exact(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        return calls.filter(**{name: value.replace("\x00", "")}) if value else calls

    def _did(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        """In any form: columns hold what the provider sent."""
        value = value.replace("\x00", "").strip()[:64]
        digits = phones.search_digits(value)
        forms = {value, digits, f"0{digits}", f"972{digits}", f"+972{digits}"} if len(digits) > 3 else {value}
        return calls.filter(did__in=forms)

    def _outcome(self, calls: QuerySet[Call], name: str, value: list[str]) -> QuerySet[Call]:
        wanted = {*value} - {LOST[0]} | ({*_LOST} if LOST[0] in value else set())
        return calls.filter(outcome__in=sorted(wanted)) if wanted else calls

    def _lost(self, calls: QuerySet[Call], name: str, value: bool) -> QuerySet[Call]:
        left = Q(outcome__in=_LOST)
        return calls.filter(left) if value else calls.exclude(left)

    def _agent(self, calls: QuerySet[Call], name: str, value: int) -> QuerySet[Call]:
        return calls.filter(pk__in=Cdr.objects.filter(agent_id=value).values("call_id"))

    def _figure(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        """Those of which a leg was counted; a text that names no figure finds nothing."""
        counted = drill.parse(value)
        return calls.filter(pk__in=counted.legs().values("call_id")) if counted else calls.none()

    def _department(self, calls: QuerySet[Call], name: str, value: int) -> QuerySet[Call]:
        """It and those below it."""
        return calls.filter(department__in=Department.objects.under(Department.objects.filter(pk=value)))

    def _cost(self, calls: QuerySet[Call], name: str, value: Decimal) -> QuerySet[Call]:
        return calls.filter(price__gte=value * 100) if self._may(Right.SEE_PRICES) else calls.none()

    def _cost_max(self, calls: QuerySet[Call], name: str, value: Decimal) -> QuerySet[Call]:
        return calls.filter(price__lte=value * 100) if self._may(Right.SEE_PRICES) else calls.none()

    def _custom(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        """`name=value` of a leg's custom data, or a name that is there at all."""
        key, told, wanted = value.replace("\x00", "")[:200].partition("=")
        key, wanted = key.strip(), wanted.strip()
        if not told:
            legs = Cdr.objects.filter(custom_data__has_key=key)
        elif connection.features.supports_json_field_contains:
            legs = Cdr.objects.filter(custom_data__contains={key: wanted})
        else:
            legs = Cdr.objects.filter(Exact(Cast(KeyTextTransform(key, "custom_data"), TextField()), wanted))
        return calls.filter(pk__in=legs.values("call_id")) if key else calls

    def _call_id(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        return calls.filter(pk__in=CallId.objects.filter(call_uid=value.replace("\x00", "")).values("call_id"))


class CdrFilter(filters.FilterSet):
    """Filters of the API's list of legs."""

    call_id = filters.CharFilter(label=_("Call id, of any member of the call"), method="_call_id")
    type = filters.CharFilter(label=_("Type, in any spelling"), method="_type")
    type_id = Number()
    status = filters.CharFilter(method="_status")
    direction = filters.MultipleChoiceFilter(choices=[(d.value, d.value) for d in Direction])
    after = Moment(field_name="started_at", lookup_expr="gte")
    before = Moment(field_name="started_at", lookup_expr="lt")

    class Meta:
        model = Cdr
        fields: list[str] = []

    def _call_id(self, cdrs: QuerySet[Cdr], name: str, value: str) -> QuerySet[Cdr]:
        return cdrs.filter(call__ids__call_uid=value.replace("\x00", ""))

    def _type(self, cdrs: QuerySet[Cdr], name: str, value: str) -> QuerySet[Cdr]:
        return cdrs.filter(type=terms.type_key(value.replace("\x00", "")))

    def _status(self, cdrs: QuerySet[Cdr], name: str, value: str) -> QuerySet[Cdr]:
        return cdrs.filter(status=terms.canonical(value.replace("\x00", "")))
