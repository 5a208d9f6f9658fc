"""/api/v1/recoveries/: a row per person who was lost, and what is done about them (ARCHITECTURE, The surface)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from calls.concealment import masked
from calls.models import Recovery
from calls.recovery import acts, words
from calls.recovery.filters import RecoveryFilter
from voicenter_console.organisation import audit
from voicenter_console.organisation.roles import Right

from .serializers import DepartmentSerializer, RowSerializer
from .views import MaySee, Newest


class RecoverySerializer(RowSerializer):
    """One person. `waited_seconds`: the longest of their waits; `tries`: how often they were lost."""

    phone = serializers.CharField(source="number", help_text="E.164; as it was sent where it is in no use.")
    department = DepartmentSerializer(allow_null=True)
    last_agent = serializers.CharField(allow_null=True, help_text="Who last spoke with them.")
    claimed_by = serializers.CharField(source="claimed_name")
    closed_by = serializers.CharField(source="closed_name", help_text="Empty: it closed itself.")
    call = serializers.IntegerField(source="won_by_id", allow_null=True, help_text="The call that won them back.")

    class Meta:
        model = Recovery
        fields = [
            "id", "phone", "state", "waited_seconds", "tries", "first_lost_at", "last_lost_at", "queue_name",
            "department", "last_agent", "called_back_at", "confirmed", "claimed_by", "claimed_until", "snoozed_until",
            "reason", "closed_at", "closed_by", "call",
        ]  # fmt: skip

    def to_representation(self, instance: Recovery) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if not self.context["request"].user.may(Right.SEE_NUMBERS):
            shown["phone"] = masked(shown["phone"])
        return shown


class SnoozeSerializer(serializers.Serializer):
    until = serializers.DateTimeField(help_text="Within the next two weeks.")


class CloseSerializer(serializers.Serializer):
    reason = serializers.ChoiceField(choices=Recovery.Reason.choices)


class RefusalSerializer(serializers.Serializer):
    """Why it was not done, and how the card stands now."""

    detail = serializers.CharField()
    rule = serializers.ChoiceField(["taken", "closed", "changed", "not_yours", "superseded"])
    recovery = RecoverySerializer()


class NewestLoss(Newest):
    ordering = ("-first_lost_at", "-id")


_ANSWERS = {200: RecoverySerializer, 409: RefusalSerializer}


class RecoveryViewSet(ReadOnlyModelViewSet):
    """People whose call nobody answered, the latest first. Acts answer 409 where another was quicker."""

    permission_classes = (MaySee,)
    right = Right.SEE_RECOVERIES
    serializer_class = RecoverySerializer
    filterset_class = RecoveryFilter
    pagination_class = NewestLoss
    queryset = Recovery.objects.none()

    def get_queryset(self) -> QuerySet[Recovery]:
        visible = Recovery.objects.visible_to(self.request.user)
        return visible.select_related("department", "account").with_last_agent()

    @extend_schema(request=None, responses=_ANSWERS)
    @action(detail=True, methods=["post"])
    def claim(self, request: Request, pk: str | None = None) -> Response:
        """Take it for as long as the account's claims last."""
        return self._do(acts.claim)

    @extend_schema(request=None, responses=_ANSWERS)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str | None = None) -> Response:
        return self._do(acts.release)

    @extend_schema(request=SnoozeSerializer, responses=_ANSWERS)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: str | None = None) -> Response:
        return self._do(acts.snooze, self._asked(SnoozeSerializer)["until"])

    @extend_schema(request=CloseSerializer, responses=_ANSWERS)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str | None = None) -> Response:
        return self._do(acts.close, self._asked(CloseSerializer)["reason"])

    def _asked(self, serializer: type[serializers.Serializer]) -> dict[str, Any]:
        self.get_object()  # another's card is 404 whatever was asked of it
        asked = serializer(data=self.request.data)
        asked.is_valid(raise_exception=True)
        return asked.validated_data

    def _do(self, act: Callable[..., object], *more: Any) -> Response:
        actor = self.request.user
        if not actor.may(Right.RECOVER):
            raise PermissionDenied
        card = self.get_object()
        try:
            act(actor, card, *more, address=audit.address_of(self.request))
        except acts.Refused as error:
            now = {"detail": words.refusal(error), "rule": error.why, "recovery": self._shown(card)}
            return Response(now, status=status.HTTP_409_CONFLICT)
        except ValueError as error:
            raise serializers.ValidationError({"until": [str(error)]}) from error
        return Response(self._shown(card))

    def _shown(self, card: Recovery) -> dict[str, Any]:
        """As it stands now, to whoever may still see it."""
        row = Recovery.objects.filter(pk=card.pk).select_related("department").with_last_agent().get()
        return self.get_serializer(row).data
