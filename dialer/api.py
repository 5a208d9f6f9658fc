"""/api/v1/campaigns/: Voicenter's campaigns as they were last read, and acts on them (ARCHITECTURE, The surface)."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ReadOnlyModelViewSet

from calls.api.serializers import RowSerializer
from calls.api.views import MaySee, NewestById
from dialer import acting, words
from dialer.models import Campaign, CampaignAct
from voicenter_console.organisation import audit
from voicenter_console.organisation.roles import Right


class MemberSerializer(serializers.Serializer):
    sip = serializers.CharField()
    name = serializers.CharField()


class CampaignSerializer(RowSerializer):
    """One campaign as it stood at `read_at`. `status` is Voicenter's own word: Enabled, Disabled, Deleted."""

    members = MemberSerializer(many=True)

    class Meta:
        model = Campaign
        fields = [
            "id", "name", "code", "status", "pending_calls", "min_priority", "max_priority", "members", "read_at",
            "gone_at",
        ]  # fmt: skip


class ActSerializer(RowSerializer):
    """What was asked, and what Voicenter said: `detail` in words. Follow it in the campaign's `acts`."""

    detail = serializers.SerializerMethodField()

    class Meta:
        model = CampaignAct
        fields = [
            "id", "kind", "wanted", "by_name", "state", "error", "error_code", "message", "detail", "created_at",
            "settled_at",
        ]  # fmt: skip

    def get_detail(self, act: CampaignAct) -> str:
        return words.answer(act)


class AskedSerializer(serializers.Serializer):
    """Why nothing was sent."""

    detail = serializers.CharField()
    rule = serializers.ChoiceField(["busy", "gone"])


_ANSWERS = {202: ActSerializer, 409: AskedSerializer}


class CampaignViewSet(ReadOnlyModelViewSet):
    """Campaigns. An act answers 202 at once; an `Idempotency-Key` header makes a repeat the same request."""

    permission_classes = (MaySee,)
    right = Right.SEE_CAMPAIGNS
    serializer_class = CampaignSerializer
    pagination_class = NewestById
    queryset = Campaign.objects.none()

    def get_queryset(self) -> QuerySet[Campaign]:
        return Campaign.objects.visible_to(self.request.user)

    @extend_schema(request=None, responses=_ANSWERS)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str | None = None) -> Response:
        """Let it dial."""
        return self._ask(CampaignAct.Kind.START)

    @extend_schema(request=None, responses=_ANSWERS)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str | None = None) -> Response:
        """Let it dial no more; what waits stays."""
        return self._ask(CampaignAct.Kind.STOP)

    @extend_schema(responses=ActSerializer(many=True), filters=False, parameters=[])
    @action(detail=True, methods=["get"], pagination_class=None)
    def acts(self, request: Request, pk: str | None = None) -> Response:
        """The last hundred acts, the newest first."""
        rows = self.get_object().acts.order_by("-created_at", "-pk")[:100]
        return Response(ActSerializer(rows, many=True, context=self.get_serializer_context()).data)

    def _ask(self, kind: str) -> Response:
        actor = self.request.user
        if not actor.may(Right.RUN_CAMPAIGNS):
            raise PermissionDenied
        campaign, key = self.get_object(), self.request.headers.get("Idempotency-Key", "")[:150]
        try:
            act = acting.ask(actor, campaign, kind, key=key and f"{kind}:{key}", address=audit.address_of(self.request))
        except acting.Busy:
            refusal = {"detail": "The campaign's last act is not settled yet.", "rule": "busy"}
        except acting.Gone:
            refusal = {"detail": "The campaign is not on Voicenter's list any more.", "rule": "gone"}
        else:
            shown = ActSerializer(act, context=self.get_serializer_context()).data
            return Response(shown, status=status.HTTP_202_ACCEPTED)
        return Response(refusal, status=status.HTTP_409_CONFLICT)


router = SimpleRouter()
router.register("campaigns", CampaignViewSet, basename="campaign")
urls = router.urls
