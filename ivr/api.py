"""REST of flows: drafts, what stands in their way, versions, publications; and the schema of a flow's document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.mixins import CreateModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ReadOnlyModelViewSet

from calls.api.views import MaySee, NewestById
from ivr import drafts, publishing, words
from ivr.examples import examples
from ivr.graph import SCHEMA, Finding, Malformed
from ivr.models import Flow, FlowVersion
from ivr.showing import shown
from ivr.simulating import NoScenario, Scenario, simulate
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.roles import Right


class FlowSerializer(serializers.ModelSerializer):
    """`draft_mark` names the draft: send it back as `seen` when you write over it."""

    account = serializers.PrimaryKeyRelatedField(queryset=Account.objects.all())

    class Meta:
        model = Flow
        fields = ("id", "account", "name", "dialect", "draft", "draft_mark", "changed_at")
        read_only_fields = ("draft", "draft_mark", "changed_at")


class VersionSerializer(serializers.ModelSerializer):
    class Meta:
        model = FlowVersion
        fields = ("id", "number", "author_name", "message", "created_at")


class DraftSerializer(serializers.Serializer):
    draft = serializers.JSONField()
    seen = serializers.CharField(max_length=64)


class PublishSerializer(serializers.Serializer):
    """`version` gives an older version again; without it the draft becomes a new one."""

    version = serializers.IntegerField(required=False, min_value=1)
    message = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")
    percent = serializers.IntegerField(required=False, min_value=1, max_value=100, default=100)
    test_callers = serializers.ListField(child=serializers.CharField(max_length=40), max_length=50, default=list)
    seen = serializers.CharField(required=False, max_length=64, default="")


class SimulateSerializer(serializers.Serializer):
    """`scenario`: caller, did, at (local), keys, layer, marks, queues, sources, variables; `draft` where unsaved."""

    scenario = serializers.JSONField()
    draft = serializers.JSONField(required=False)


_FINDINGS = inline_serializer(
    "Findings",
    {
        "findings": inline_serializer(
            "Finding",
            {
                "code": serializers.CharField(),
                "node": serializers.CharField(),
                "words": serializers.CharField(),
                "blocks": serializers.BooleanField(),
            },
            many=True,
        )
    },
)


class FlowViewSet(CreateModelMixin, ReadOnlyModelViewSet):
    """IVR flows, newest first."""

    permission_classes = (MaySee,)
    serializer_class = FlowSerializer
    pagination_class = NewestById
    queryset = Flow.objects.none()

    @property
    def right(self) -> Right:
        """What this request takes: to see, to write, or to change what callers hear."""
        if self.action == "publish":
            return Right.PUBLISH_FLOWS
        return Right.SEE_FLOWS if self.request.method in ("GET", "HEAD", "OPTIONS") else Right.EDIT_FLOWS

    def get_queryset(self) -> QuerySet[Flow]:
        return Flow.objects.visible_to(self.request.user)

    def perform_create(self, serializer: FlowSerializer) -> None:
        account = serializer.validated_data["account"]
        actor = self.request.user
        if not actor.may(Right.SEE_ALL_ACCOUNTS) and account.pk not in actor.whole_account_ids:
            raise serializers.ValidationError({"account": "not yours"})
        serializer.save()

    @extend_schema(request=DraftSerializer, responses={200: FlowSerializer, 409: FlowSerializer})
    @action(detail=True, methods=["put"])
    def draft(self, request: Request, pk: str | None = None) -> Response:
        """Write the draft. 409 with the flow as it stands now, where somebody else wrote meanwhile."""
        flow = self.get_object()
        asked = DraftSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        if not isinstance(asked.validated_data["draft"], dict):
            raise serializers.ValidationError({"draft": "a flow is an object"})
        try:
            flow = drafts.save_draft(flow, by=request.user, **asked.validated_data)
        except drafts.Outdated as error:
            return Response(FlowSerializer(error.flow).data, status=status.HTTP_409_CONFLICT)
        return Response(FlowSerializer(flow).data)

    @extend_schema(responses={200: _FINDINGS})
    @action(detail=True)
    def findings(self, request: Request, pk: str | None = None) -> Response:
        """What stands in the way of publishing the draft, and what is worth a look."""
        _document, found = drafts.look(self.get_object())
        return Response({"findings": [_said(finding) for finding in found]})

    @extend_schema(responses={200: VersionSerializer(many=True)})
    @action(detail=True, pagination_class=None)
    def versions(self, request: Request, pk: str | None = None) -> Response:
        """All that was ever published of it, newest first."""
        return Response(VersionSerializer(self.get_object().versions.order_by("-number"), many=True).data)

    @extend_schema(request=PublishSerializer, responses={201: VersionSerializer, 409: FlowSerializer, 422: _FINDINGS})
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str | None = None) -> Response:
        """Give the draft, or an older version, to callers. 422 with what stands in the way."""
        flow = self.get_object()
        asked = PublishSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        number = given.pop("version", None)
        try:
            if number:
                version = get_object_or_404(flow.versions, number=number)
                kept = {name: given[name] for name in ("percent", "test_callers")}
                publication = publishing.give(version, by=request.user, **kept)
            else:
                publication = publishing.publish(flow, by=request.user, **given)
        except drafts.Outdated as error:
            return Response(FlowSerializer(error.flow).data, status=status.HTTP_409_CONFLICT)
        except publishing.Unpublishable as error:
            return _refused(error.findings)
        return Response(VersionSerializer(publication.version).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    @action(detail=False, pagination_class=None)
    def examples(self, request: Request) -> Response:
        """Flows to start from, in the reader's language."""
        return Response([asdict(example) for example in examples(get_language()[:2])])

    @extend_schema(request=SimulateSerializer, responses={200: OpenApiTypes.OBJECT, 422: _FINDINGS})
    @action(detail=True, methods=["post"])
    def simulate(self, request: Request, pk: str | None = None) -> Response:
        """A supposed call through the draft, kept or as sent: its turns, each with what Voicenter would be told."""
        flow = self.get_object()
        asked = SimulateSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            scenario = Scenario.read(asked.validated_data["scenario"])
            graph = drafts.graph(flow, asked.validated_data.get("draft"))
        except NoScenario as error:
            raise serializers.ValidationError({"scenario": str(error)}) from error
        except Malformed:
            _document, found = drafts.look(flow, asked.validated_data.get("draft"))
            return _refused(found)
        turns = simulate(graph, scenario, ZoneInfo(flow.account.zone))
        return Response({"turns": [shown(graph, turn) for turn in turns]})

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    @action(detail=False, url_path="schema")
    def document_schema(self, request: Request) -> Response:
        """The JSON Schema of a flow's document."""
        return Response(SCHEMA)


def _refused(found: Iterable[Finding]) -> Response:
    return Response({"findings": [_said(finding) for finding in found]}, status=status.HTTP_422_UNPROCESSABLE_ENTITY)


def _said(finding: Finding) -> dict[str, Any]:
    said = words.sentence(finding)
    return {"code": finding.code, "node": finding.node, "words": said, "blocks": finding.blocks}


router = SimpleRouter()
router.register("flows", FlowViewSet, basename="flow")
urls = router.urls
