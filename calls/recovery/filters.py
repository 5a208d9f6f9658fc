"""What cards can be filtered by: the same names in the list, on the board and in the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters as filters
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls import days
from calls.filters import PERIODS, Moment, Number
from calls.models import Recovery
from calls.recovery.figures import WITHIN
from voicenter_console import phones

_DAYS_BACK = {"week": 6, "month": 29}
_FEWEST_DIGITS = 3


class RecoveryFilter(filters.FilterSet):
    """Filters of cards; times are of the first loss."""

    state = filters.MultipleChoiceFilter(choices=Recovery.State.choices, label=_("State"))
    reason = filters.MultipleChoiceFilter(choices=Recovery.Reason.choices, label=_("Closed because"))
    lost = filters.BooleanFilter(label=_("Not won back within 24 hours"), method="_lost")
    queue = filters.CharFilter(field_name="queue_name", label=_("Queue"), method="_queue")
    department = Number(field_name="department_id", label=_("Department"))
    phone = filters.CharFilter(label=_("Number"), method="_phone")
    period = filters.ChoiceFilter(choices=PERIODS, label=_("When"), method="_period")
    after = Moment(field_name="first_lost_at", lookup_expr="gte", label=_("From"))
    before = Moment(field_name="first_lost_at", lookup_expr="lt", label=_("Until"))

    class Meta:
        model = Recovery
        fields: list[str] = []

    def _lost(self, cards: QuerySet[Recovery], name: str, value: bool) -> QuerySet[Recovery]:
        won = Q(reason__in=["reached", "returned"], closed_at__lte=F("first_lost_at") + WITHIN)
        return cards.exclude(won) if value else cards.filter(won)

    def _queue(self, cards: QuerySet[Recovery], name: str, value: str) -> QuerySet[Recovery]:
        return cards.filter(queue_name=value.replace("\x00", ""))

    def _phone(self, cards: QuerySet[Recovery], name: str, value: str) -> QuerySet[Recovery]:
        digits = phones.search_digits(value.replace("\x00", "")[:100])
        return cards.filter(number__contains=digits) if len(digits) >= _FEWEST_DIGITS else cards.none()

    def _period(self, cards: QuerySet[Recovery], name: str, value: Any) -> QuerySet[Recovery]:
        start, end = days.around(timezone.now())
        if value == "yesterday":
            start, end = days.around(start - timedelta(hours=1))
        elif value in _DAYS_BACK:
            start = days.before(start, _DAYS_BACK[value])
        return cards.lost_between(start, end)
