"""Door of the API to the live board."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from calls.board import standing
from voicenter_console.organisation.roles import Right

from .serializers import UtcDateTimeField
from .views import MaySee


class BoardLineSerializer(serializers.Serializer):
    """Until when what is known of an account holds."""

    account = serializers.CharField(source="account.name")
    as_of = UtcDateTimeField(allow_null=True)
    stale = serializers.SerializerMethodField(help_text="Older than ten seconds, or nothing known at all.")
    source = serializers.CharField()
    trouble = serializers.CharField(help_text="Why the line is down; empty while it stands.")

    def get_stale(self, line: standing.Line) -> bool:
        return line.is_stale(self.context["now"])


class BoardQueueSerializer(serializers.Serializer):
    """A queue now, and its day so far by the definitions of the queue report."""

    queue_id = serializers.IntegerField(source="id")
    queue_name = serializers.CharField(source="name")
    waiting = serializers.IntegerField()
    longest_wait_seconds = serializers.SerializerMethodField()
    longest_since = UtcDateTimeField(allow_null=True)
    offered = serializers.IntegerField(source="totals.offered")
    answered = serializers.IntegerField(source="totals.answered")
    abandoned = serializers.IntegerField(source="totals.abandoned")
    service_level = serializers.FloatField(allow_null=True)
    not_called_back = serializers.IntegerField()
    as_of = UtcDateTimeField(allow_null=True)

    def get_longest_wait_seconds(self, queue: standing.QueueNow) -> int | None:
        return queue.longest(self.context["now"])


class BoardAgentSerializer(serializers.Serializer):
    """An agent, what they do and since when."""

    agent_code = serializers.CharField(source="code")
    agent_name = serializers.CharField(source="name")
    extension = serializers.CharField()
    state = serializers.CharField(help_text="talking, ringing, free, away, untold")
    status = serializers.CharField(help_text="The account's name of the break.")
    since = UtcDateTimeField(allow_null=True)


class BoardCallSerializer(serializers.Serializer):
    """A caller who waits, or a call at a phone."""

    call_id = serializers.CharField()
    customer = serializers.CharField()
    state = serializers.CharField(source="phase", help_text="waiting, ringing, dialling, talking, held, unknown")
    since = UtcDateTimeField(allow_null=True)
    began_at = UtcDateTimeField(source="began", allow_null=True)
    queue_name = serializers.CharField(source="queue")
    agent_name = serializers.CharField(source="agent")


class BoardSerializer(serializers.Serializer):
    now = UtcDateTimeField()
    as_of = UtcDateTimeField(allow_null=True)
    stale = serializers.BooleanField(source="is_stale")
    service_level_definition = serializers.CharField(source="level.label")
    not_called_back = serializers.IntegerField()
    logged_out = serializers.IntegerField()
    lines = BoardLineSerializer(many=True)
    queues = BoardQueueSerializer(many=True)
    agents = BoardAgentSerializer(many=True)
    calls = BoardCallSerializer(many=True)


class BoardViewSet(ViewSet):
    """The board as its page has it."""

    permission_classes = (MaySee,)
    right = Right.SEE_BOARD

    @extend_schema(responses=BoardSerializer, operation_id="board_retrieve")
    def list(self, request: Request) -> Response:
        """Who waits, who talks, and today's figures, as of `as_of`."""
        now = timezone.now()
        found: Any = standing.of(request.user, now)
        return Response(BoardSerializer(found, context={"now": now}).data)
