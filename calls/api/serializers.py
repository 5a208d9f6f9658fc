"""Shapes of the API's rows (ARCHITECTURE, The surface that stays stable)."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from calls.concealment import NUMBERS_OF_CALL, NUMBERS_OF_LEG, masked
from calls.models import Call, Cdr
from voicenter_console.organisation.models import Department
from voicenter_console.organisation.roles import Right
from voicenter_console.webhooks.models import Delivery


class DepartmentSerializer(serializers.ModelSerializer):
    """`id` is the provider's number of the department."""

    id = serializers.IntegerField(source="provider_id")

    class Meta:
        model = Department
        fields = ["id", "name"]


class UtcDateTimeField(serializers.DateTimeField):
    """ISO 8601 in UTC, whatever zone the pages show."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"default_timezone": UTC, **options})


class RowSerializer(serializers.ModelSerializer):
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: UtcDateTimeField,
    }


class ForActor(RowSerializer):
    """Leaves out what the caller may not see: prices, numbers in full, raw payloads."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown = super().to_representation(instance)
        actor = self.context["request"].user
        if "price" in shown and not actor.may(Right.SEE_PRICES):
            shown["price"] = None
        if not actor.may(Right.SEE_NUMBERS):
            for name in (*NUMBERS_OF_CALL, *NUMBERS_OF_LEG):
                if name in shown:
                    shown[name] = masked(shown[name])
        if "raw" in shown and not (actor.may(Right.SEE_RAW) and actor.may(Right.SEE_NUMBERS)):
            shown["raw"] = {}
        return shown


class CdrSerializer(ForActor):
    """One leg. Durations in seconds, price in agorot, times in UTC."""

    call_id = serializers.CharField(source="call_uid")
    original_call_id = serializers.CharField(source="original_call_uid")
    call = serializers.IntegerField(source="call_id", help_text="The contact this leg is part of.")
    department = DepartmentSerializer(allow_null=True)
    has_recording = serializers.BooleanField()
    price = serializers.DecimalField(14, 2, allow_null=True, coerce_to_string=False)

    class Meta:
        model = Cdr
        fields = [
            "call_id", "type", "type_id", "type_name", "status", "leg1_status", "direction", "started_at",
            "time_uncertain", "talk_seconds", "ring_seconds", "wait_seconds", "caller", "target", "did", "extension",
            "agent_name", "agent_code", "queue_id", "queue_name", "price", "has_recording", "caller_country",
            "target_country", "department", "ivr_path", "custom_data", "original_call_id", "sources", "call", "raw",
        ]  # fmt: skip


class CallSerializer(ForActor):
    """One customer contact with its legs."""

    call_ids = serializers.SerializerMethodField()
    department = DepartmentSerializer(allow_null=True)
    price = serializers.DecimalField(14, 2, allow_null=True, coerce_to_string=False)
    cdrs = CdrSerializer(many=True)

    class Meta:
        model = Call
        fields = [
            "id", "call_ids", "started_at", "time_uncertain", "direction", "customer", "customer_e164", "did",
            "queue_id", "queue_name", "agent_name", "outcome", "answered", "wait_seconds", "ring_seconds",
            "talk_seconds", "price", "has_recording", "department", "cdrs",
        ]  # fmt: skip

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_call_ids(self, call: Call) -> list[str]:
        return sorted(row.call_uid for row in call.ids.all())


class DeliverySerializer(RowSerializer):
    """One body as it came; the bytes themselves are on the delivery page."""

    account = serializers.CharField(source="account.name")

    class Meta:
        model = Delivery
        fields = [
            "id", "account", "channel", "digest", "content_type", "address", "received_at", "last_received_at",
            "times", "answer", "state", "reason", "attempts", "done_at",
        ]  # fmt: skip
