"""POST /api/v1/click2call/: ring a phone, and follow what becomes of it (ARCHITECTURE, The surface)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from calls import dial_words, dialling, guard
from calls.models import DialRequest
from voicenter_console.organisation import audit
from voicenter_console.organisation.roles import Right
from voicenter_console.voicenter.click2call import MOST_VARIABLES, REQUEST
from voicenter_console.voicenter.parameters import RECORDING, VARIABLE

from .serializers import RowSerializer
from .views import MaySee

KEY_HEADER = "Idempotency-Key"
_NAME = re.compile(r"(var_)?[A-Za-z0-9_]{1,60}", re.ASCII)
_RECORDING = rf"\A{RECORDING}\Z"
_MESSAGE = ("before", "digits", "after_number", "after")
_CONFERENCE = ("entry_code",)


class AskSerializer(serializers.Serializer):
    """What to do with a phone. `vars` come back in the call's records as `var_…`."""

    action = serializers.ChoiceField(choices=DialRequest.Action.choices, default=DialRequest.Action.CALL)
    phone = serializers.CharField(
        max_length=64, required=False, allow_blank=True,
        help_text="What rings first: the caller's own extension where absent. A message may ring any number.",
    )  # fmt: skip
    target = serializers.CharField(max_length=64, required=False, allow_blank=True, help_text="Of `call` alone.")
    vars = serializers.DictField(child=serializers.CharField(max_length=200, allow_blank=True), required=False)
    before = serializers.RegexField(_RECORDING, required=False, help_text="Of `message`: a recording, played first.")
    digits = serializers.RegexField(r"\A[0-9]{1,40}\Z", required=False, help_text="Of `message`: read one by one.")
    after_number = serializers.RegexField(_RECORDING, required=False, help_text="Of `message`: played after them.")
    after = serializers.RegexField(_RECORDING, required=False, help_text="Of `message`: played last.")
    entry_code = serializers.RegexField(r"\A[0-9]{1,20}\Z", required=False, help_text="Of `callference`.")

    def validate_vars(self, given: dict[str, str]) -> dict[str, str]:
        named = {name if name.startswith(VARIABLE) else VARIABLE + name: value for name, value in given.items()}
        if REQUEST in named:
            raise serializers.ValidationError(f"{REQUEST} is the console's own.")
        if len(named) >= MOST_VARIABLES:
            raise serializers.ValidationError(f"At most {MOST_VARIABLES - 1}: the console sends one of its own.")
        if any(not _NAME.fullmatch(name) for name in given):
            raise serializers.ValidationError("Names are up to 60 letters, digits and _.")
        return named

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        action = attrs["action"]
        if action == DialRequest.Action.CALL and not attrs.get("target", "").strip():
            raise serializers.ValidationError({"target": "A call needs a target."})
        if action != DialRequest.Action.CALL and attrs.get("target"):
            raise serializers.ValidationError({"target": f"{action} has no target; `phone` is what rings."})
        foreign = {
            *(() if action == DialRequest.Action.MESSAGE else _MESSAGE),
            *(() if action == DialRequest.Action.CALLFERENCE else _CONFERENCE),
        } & attrs.keys()
        if foreign:
            raise serializers.ValidationError(dict.fromkeys(foreign, f"Not a part of {action}."))
        return attrs


class DialSerializer(RowSerializer):
    """`state`: queued, sent, accepted, refused, unknown (it may have rung; never sent again), resolved."""

    call_id = serializers.CharField(source="call_uid", help_text="Voicenter's id of the call, once known.")
    error_code = serializers.IntegerField(
        allow_null=True, help_text="Voicenter's: 0 accepted, 1 to 4 refused; null where it said none."
    )
    rule = serializers.CharField(source="error", help_text="Why it was refused or is unknown, in one word.")
    message = serializers.SerializerMethodField(help_text="What became of it, for people.")
    voicenter_said = serializers.CharField(source="message")

    class Meta:
        model = DialRequest
        fields = [
            "id", "action", "phone", "target", "state", "call_id", "error_code", "message", "rule",
            "voicenter_said", "created_at", "sent_at", "settled_at",
        ]  # fmt: skip

    def get_message(self, dial: DialRequest) -> str:
        return dial_words.sentence(dial)


class DialViewSet(RetrieveModelMixin, GenericViewSet):
    """Requests to ring a phone. What the guard's rules forbid is answered 202 too, with state `refused`."""

    permission_classes = (MaySee,)
    right = Right.DIAL
    serializer_class = DialSerializer
    queryset = DialRequest.objects.none()

    def get_queryset(self):
        return DialRequest.objects.visible_to(self.request.user)

    @extend_schema(
        request=AskSerializer,
        responses={202: DialSerializer},
        parameters=[
            OpenApiParameter(KEY_HEADER, str, OpenApiParameter.HEADER, description="A repeat is the same request.")
        ],
    )
    def create(self, request: Request) -> Response:
        asked = AskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        dial = _dial(request, asked.validated_data)
        return Response(self.get_serializer(dial).data, status=status.HTTP_202_ACCEPTED)


def _dial(request: Request, said: Mapping[str, Any]) -> DialRequest:
    key = request.headers.get(KEY_HEADER, "")
    if len(key) > 200:
        raise serializers.ValidationError({KEY_HEADER: ["At most 200 characters."]})
    options = {name: said[name] for name in (*_MESSAGE, *_CONFERENCE) if name in said}
    try:
        return dialling.dial(
            request.user, said.get("target", ""), phone=said.get("phone", ""), action=said["action"],
            variables=said.get("vars"), options=options, key=key or None, address=audit.address_of(request),
        )  # fmt: skip
    except guard.Unaskable as error:
        raise serializers.ValidationError({error.field: [dial_words.reason(error.reason)]}) from error
