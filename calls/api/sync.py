"""Door of the API to the pull: its windows, what could not be had, and until when all is here."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from calls import sync, truth
from calls.models import SyncGap, SyncState, SyncWindow
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.roles import Right

from .serializers import RowSerializer, UtcDateTimeField
from .views import MaySee, Newest


class SpanSerializer(RowSerializer):
    """`from` and `to`: the times in between, the last one excluded."""

    account = serializers.CharField(source="account.name")
    to = UtcDateTimeField(source="to_at")

    def get_fields(self) -> dict[str, serializers.Field]:
        # `from` is a word of the language
        fields = super().get_fields()
        return {"account": fields.pop("account"), "from": UtcDateTimeField(source="from_at"), **fields}


class WindowSerializer(SpanSerializer):
    """A window of the ledger. `hits`: calls that Voicenter counts in it; `rows`: those that came."""

    horizon = serializers.SerializerMethodField(help_text="How often it is read again, by its age; empty: no more.")

    class Meta:
        model = SyncWindow
        fields = [
            "account",
            "to",
            "state",
            "horizon",
            "hits",
            "rows",
            "error",
            "error_code",
            "read_at",
            "tries",
        ]

    @extend_schema_field(serializers.ChoiceField(["3h", "24h", "7d", "35d", ""]))
    def get_horizon(self, window: SyncWindow) -> str:
        return sync.horizon(window, timezone.now())


class GapSerializer(SpanSerializer):
    """Calls that Voicenter counts and does not hand out; `missing` null where it did not count them."""

    class Meta:
        model = SyncGap
        fields = ["account", "to", "missing", "reason", "opened_at"]


class PullSerializer(serializers.Serializer):
    """How one account's pull stands."""

    account = serializers.CharField()
    complete_until = UtcDateTimeField(allow_null=True)
    last_read_at = UtcDateTimeField(allow_null=True)
    error = serializers.CharField()
    next_try_at = UtcDateTimeField(allow_null=True)


class LedgerSerializer(serializers.Serializer):
    """A page of windows, and with it what holds for all of them."""

    complete_until = UtcDateTimeField(allow_null=True, help_text="The earliest of the accounts; null: not read yet.")
    accounts = PullSerializer(many=True)
    gaps = GapSerializer(many=True)


class NewestWindows(Newest):
    ordering = ("-to_at", "-id")

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        response.data |= self.view.ledger()
        return response

    def paginate_queryset(self, queryset: QuerySet, request: Any, view: Any = None) -> Any:
        self.view = view
        return super().paginate_queryset(queryset, request, view)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        shape = super().get_paginated_response_schema(schema)
        shape["properties"] |= {
            "complete_until": {"type": "string", "format": "date-time", "nullable": True},
            "accounts": {"type": "array", "items": {"type": "object"}},
            "gaps": {"type": "array", "items": {"type": "object"}},
        }
        return shape


class SyncViewSet(ListModelMixin, GenericViewSet):
    """The ledger of the pull, newest windows first, with the open gaps and `complete_until`."""

    permission_classes = (MaySee,)
    right = Right.SYNC
    serializer_class = WindowSerializer
    pagination_class = NewestWindows
    queryset = SyncWindow.objects.none()

    def get_queryset(self) -> QuerySet[SyncWindow]:
        return SyncWindow.objects.visible_to(self.request.user).select_related("account")

    def ledger(self) -> dict[str, Any]:
        """What is said beside the windows, in a constant number of queries."""
        actor = self.request.user
        accounts = Account.objects.filter(pulls=True, provider=Account.Provider.VOICENTER).order_by("name")
        if not actor.may(Right.SEE_ALL_ACCOUNTS):
            accounts = accounts.filter(pk__in=actor.whole_account_ids)
        accounts = list(accounts)
        untils = truth.completeness(accounts)
        states = {state.pk: state for state in SyncState.objects.filter(account__in=accounts)}
        pulls = [_pull(account, states.get(account.pk), untils.get(account.pk)) for account in accounts]
        every = [pull["complete_until"] for pull in pulls]
        gaps = SyncGap.objects.visible_to(actor).filter(closed_at=None).select_related("account")
        return LedgerSerializer(
            {
                "complete_until": min(every) if every and None not in every else None,
                "accounts": pulls,
                "gaps": gaps.order_by("-from_at")[:500],
            }
        ).data


def _pull(account: Account, state: SyncState | None, until: Any) -> dict[str, Any]:
    return {
        "account": account.name,
        "complete_until": until,
        "last_read_at": state and state.last_read_at,
        "error": state.error if state else "",
        "next_try_at": state and state.next_try_at,
    }
