"""What calls can be filtered by: the same names on the page, in the API, and in a URL that somebody was sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters.fields import IsoDateTimeField

from calls import days
from calls.metrics import drill
from calls.models import Call, CallId, Cdr
from voicenter_console import phones
from voicenter_console.voicenter import terms
from voicenter_console.voicenter.terms import Direction

PERIODS = [
    ("today", _("Today")),
    ("yesterday", _("Yesterday")),
    ("week", _("7 days")),
    ("month", _("30 days")),
]
_DAYS_BACK = {"week": 6, "month": 29}
_MOST_TEXT = 100
_FEWEST_DIGITS = 3


def search(calls: QuerySet[Call], text: str) -> QuerySet[Call]:
    """Calls that `text` finds: any part of a number in any form from three digits on, an agent's name, a call id."""
    text = text.replace("\x00", "").strip()[:_MOST_TEXT]
    if not text:
        return calls
    by_id = Q(pk__in=CallId.objects.filter(call_uid=text).values("call_id"))
    found = Q(agent_name__icontains=text) | Q(queue_name__icontains=text) | by_id
    digits = phones.search_digits(text)
    if len(digits) >= _FEWEST_DIGITS:
        found |= Q(numbers__contains=digits)
    return calls.filter(found)


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


class CallFilter(filters.FilterSet):
    """Filters of the call log."""

    search = filters.CharFilter(label=_("Number, name or call id"), method="_search")
    period = filters.ChoiceFilter(choices=PERIODS, label=_("When"), method="_period")
    direction = filters.MultipleChoiceFilter(choices=[(d.value, d.value) for d in Direction], label=_("Direction"))
    outcome = filters.MultipleChoiceFilter(choices=Call.Outcome.choices, label=_("Outcome"))
    answered = filters.BooleanFilter(label=_("Answered"))
    lost = filters.BooleanFilter(label=_("Left without an answer"), method="_lost")
    queue = filters.CharFilter(field_name="queue_name", label=_("Queue"), method="_exact")
    agent = Number(field_name="agent_id", label=_("Agent"), method="_agent")
    department = Number(field_name="department_id", label=_("Department"))
    did = filters.CharFilter(label=_("Called number"), method="_exact")
    wait = Number(field_name="wait_seconds", lookup_expr="gte", label=_("Waited at least"))
    recorded = filters.BooleanFilter(field_name="has_recording", label=_("Recorded"))
    call_id = filters.CharFilter(label=_("Call id"), method="_call_id")
    after = Moment(field_name="started_at", lookup_expr="gte", label=_("From"))
    before = Moment(field_name="started_at", lookup_expr="lt", label=_("Until"))
    figure = filters.CharFilter(label=_("Behind a figure"), method="_figure")

    class Meta:
        model = Call
        fields: list[str] = []

    def _search(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        return search(calls, value)

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

    def _lost(self, calls: QuerySet[Call], name: str, value: bool) -> QuerySet[Call]:
        left = Q(outcome__in=[Call.Outcome.ABANDONED, Call.Outcome.FLOWED_OUT])
        return calls.filter(left) if value else calls.exclude(left)

    def _agent(self, calls: QuerySet[Call], name: str, value: int) -> QuerySet[Call]:
        return calls.filter(pk__in=Cdr.objects.filter(agent_id=value).values("call_id"))

    def _figure(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        """Those of which a leg was counted; a text that names no figure finds nothing."""
        counted = drill.parse(value)
        return calls.filter(pk__in=counted.legs().values("call_id")) if counted else calls.none()

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
