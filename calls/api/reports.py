"""Reports as data, by the definitions of the pages (ARCHITECTURE, The surface that stays stable)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from calls import kinds
from calls.concealment import masked
from calls.metrics import definitions
from calls.metrics.totals import QueueTotals
from calls.reports import agents, legs, queues
from calls.reports.period import NoPeriod
from calls.reports.scope import Scope, scope
from voicenter_console.organisation.roles import Right

from .serializers import UtcDateTimeField
from .views import MaySee

PERCENT = {"min_value": 0, "max_value": 100, "allow_null": True, "help_text": "0 to 100; null: nothing to divide."}
SECONDS = {"allow_null": True, "help_text": "Seconds; null: nothing to divide."}
ASKED = [
    OpenApiParameter("from", str, description="A date of the account's zone, included; or an instant."),
    OpenApiParameter("to", str, description="A date of the account's zone, included; or an instant, excluded."),
    OpenApiParameter("period", str, description="In place of both: today, yesterday, week, last_week, month, …"),
    OpenApiParameter("department", int, description="Only calls of this department and those below."),
]
LEVELS = [
    OpenApiParameter("level", str, enum=list(definitions.SERVICE_LEVELS), description="Definition of service level."),
    OpenApiParameter("within", int, description="T: answered in time is a wait of at most so many seconds."),
    OpenApiParameter("under", int, description="S: a short abandon hung up under so many seconds."),
]  # fmt: skip


class QueueRowSerializer(serializers.Serializer):
    """Queue records that began in the period. A wait that nobody told is left out of both sides of what needs it."""

    queue_id = serializers.IntegerField(allow_null=True)
    queue_name = serializers.CharField()
    offered = serializers.IntegerField()
    answered = serializers.IntegerField()
    abandoned = serializers.IntegerField()
    short_abandoned = serializers.IntegerField()
    flowed_out = serializers.IntegerField(allow_null=True, help_text="Null: the account does not tell it.")
    other = serializers.IntegerField()
    wait_unknown = serializers.IntegerField()
    service_level = serializers.FloatField(**PERCENT)
    service_level_definition = serializers.CharField()
    asa_seconds = serializers.FloatField(**SECONDS)
    abandon_time_seconds = serializers.FloatField(**SECONDS)
    att_seconds = serializers.FloatField(**SECONDS)
    longest_wait_seconds = serializers.IntegerField()
    answer_rate = serializers.FloatField(**PERCENT)
    abandon_rate = serializers.FloatField(**PERCENT)
    abandon_rate_net = serializers.FloatField(**PERCENT)


class AgentRowSerializer(serializers.Serializer):
    """A call of two agents counts at both."""

    agent_code = serializers.CharField()
    agent_name = serializers.CharField()
    calls_in_answered = serializers.IntegerField()
    calls_in_missed = serializers.IntegerField()
    handed_over_answered = serializers.IntegerField()
    calls_out = serializers.IntegerField()
    calls_out_answered = serializers.IntegerField()
    dialer_answered = serializers.IntegerField()
    talk_seconds = serializers.IntegerField()
    att_seconds = serializers.FloatField(**SECONDS)


class CellSerializer(serializers.Serializer):
    """Calls per such hour of the week; weekday 0 is Sunday."""

    weekday = serializers.IntegerField()
    hour = serializers.IntegerField()
    average = serializers.FloatField()


class DialRowSerializer(serializers.Serializer):
    """Legs that rang customers."""

    name = serializers.CharField(help_text="The country, or the number that customers were shown.")
    attempts = serializers.IntegerField()
    answered = serializers.IntegerField()
    not_dialled = serializers.IntegerField()
    asr = serializers.FloatField(**PERCENT)
    ner = serializers.FloatField(**PERCENT)
    acd_seconds = serializers.FloatField(**SECONDS)


class CostRowSerializer(serializers.Serializer):
    """Legs of one kind. `price` in agorot, of those whose price is known."""

    type = serializers.CharField()
    name = serializers.CharField()
    legs = serializers.IntegerField()
    talk_seconds = serializers.IntegerField()
    price = serializers.FloatField()
    unpriced = serializers.IntegerField()


class PathRowSerializer(serializers.Serializer):
    """Callers who heard the same layers and pressed the same keys."""

    steps = serializers.ListField(child=serializers.DictField())
    callers = serializers.IntegerField()
    answered = serializers.IntegerField()
    hung_up = serializers.IntegerField()
    abandoned = serializers.IntegerField()
    other = serializers.IntegerField()


def _answer_of(row: type[serializers.Serializer], name: str) -> type[serializers.Serializer]:
    fields = {
        "complete_until": UtcDateTimeField(allow_null=True, help_text="Every call that ended before is counted."),
        "results": row(many=True),
    }
    return type(name, (serializers.Serializer,), fields)


class Report(ViewSet):
    """A period of the accounts and departments that the caller sees."""

    permission_classes = (MaySee,)
    right = Right.SEE_REPORTS

    def asked(self, request: Request) -> Scope:
        try:
            return scope(request.user, request.query_params)
        except NoPeriod as error:
            raise ValidationError({"period": [str(error)]}) from error

    def answer(self, its: Scope, rows: Iterable[dict[str, Any]]) -> Response:
        return Response({"complete_until": its.complete_until(), "results": list(rows)})


class QueueReport(Report):
    @extend_schema(parameters=[*ASKED, *LEVELS], responses=_answer_of(QueueRowSerializer, "QueueReport"))
    def list(self, request: Request) -> Response:
        """Queue service: a row per queue."""
        its = self.asked(request)
        question = its.question()
        rows = queues.by_queue(question)
        known = queues.knows_flow_outs(question, queues.total(rows))
        return self.answer(its, (_queue(row, its, known) for row in rows))


class AgentReport(Report):
    @extend_schema(parameters=ASKED, responses=_answer_of(AgentRowSerializer, "AgentReport"))
    def list(self, request: Request) -> Response:
        """A row per agent."""
        its = self.asked(request)
        return self.answer(its, (_agent(row) for row in agents.by_agent(its.question())))


class HeatReport(Report):
    @extend_schema(
        parameters=[*ASKED, OpenApiParameter("of", str, enum=list(queues.HEATS), default="offered")],
        responses=_answer_of(CellSerializer, "HeatReport"),
    )
    def list(self, request: Request) -> Response:
        """Calls by weekday and hour, per such hour."""
        its = self.asked(request)
        name = request.query_params.get("of", "offered")
        if name not in queues.HEATS:
            raise ValidationError({"of": [f"One of {', '.join(queues.HEATS)}."]})
        cells = queues.heat_map(its.question(), name)
        rows = ({"weekday": day, "hour": hour, "average": _number(value)} for (day, hour), value in cells.items())
        return self.answer(its, sorted(rows, key=lambda row: (row["weekday"], row["hour"])))


class DialReport(Report):
    """Answer ratios, by the `dimension` of the address."""

    dimension: legs.Dimension = "country"

    @extend_schema(parameters=ASKED, responses=_answer_of(DialRowSerializer, "DialReport"))
    def list(self, request: Request) -> Response:
        """Attempts and answer ratio, a row per country or caller id."""
        its = self.asked(request)
        whole = self.dimension == "country" or request.user.may(Right.SEE_NUMBERS)
        return self.answer(its, (_dialled(row, whole) for row in legs.by(its.question(), self.dimension)))


class CountryReport(DialReport):
    pass


class CallerReport(DialReport):
    dimension = "caller"


class CostReport(Report):
    right = Right.SEE_PRICES

    @extend_schema(parameters=ASKED, responses=_answer_of(CostRowSerializer, "CostReport"))
    def list(self, request: Request) -> Response:
        """What calls cost, a row per kind of leg."""
        its = self.asked(request)
        return self.answer(its, (_cost(row) for row in legs.cost_by_type(its.question())))


class PathReport(Report):
    @extend_schema(parameters=ASKED, responses=_answer_of(PathRowSerializer, "PathReport"))
    def list(self, request: Request) -> Response:
        """The ways callers took through the IVR, and how those ended."""
        its = self.asked(request)
        return self.answer(its, (_path(row) for row in legs.by_path(its.question())))


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _queue(row: queues.QueueRow, its: Scope, known: bool) -> dict[str, Any]:
    totals: QueueTotals = row.totals
    level = its.service_level
    return {
        "queue_id": row.number, "queue_name": row.name, "offered": totals.offered, "answered": totals.answered,
        "abandoned": totals.abandoned, "short_abandoned": totals.abandoned_short,
        "flowed_out": totals.flowed_out if known else None, "other": totals.other,
        "wait_unknown": totals.wait_unknown, "service_level": _number(level.of(totals)),
        "service_level_definition": level.label, "asa_seconds": _number(definitions.ASA.of(totals)),
        "abandon_time_seconds": _number(definitions.ABANDON_TIME.of(totals)),
        "att_seconds": _number(definitions.ATT.of(totals)), "longest_wait_seconds": totals.longest_wait,
        "answer_rate": _number(definitions.ANSWER_RATE.of(totals)),
        "abandon_rate": _number(definitions.ABANDON_GROSS.of(totals)),
        "abandon_rate_net": _number(definitions.ABANDON_NET.of(totals)),
    }  # fmt: skip


def _agent(row: agents.AgentRow) -> dict[str, Any]:
    totals = row.totals
    return {
        "agent_code": row.agent.code, "agent_name": row.agent.name, "calls_in_answered": totals.in_answered,
        "calls_in_missed": totals.in_missed, "handed_over_answered": totals.passed_answered,
        "calls_out": totals.out_attempts, "calls_out_answered": totals.out_answered,
        "dialer_answered": totals.dialler_answered, "talk_seconds": totals.talk,
        "att_seconds": _number(definitions.AGENT_ATT.of(totals)),
    }  # fmt: skip


def _dialled(row: legs.DialRow, whole: bool) -> dict[str, Any]:
    totals = row.totals
    return {
        "name": row.name if whole else masked(row.name), "attempts": totals.attempts, "answered": totals.answered,
        "not_dialled": totals.not_dialled, "asr": _number(definitions.ASR.of(totals)),
        "ner": _number(definitions.NER.of(totals)), "acd_seconds": _number(definitions.ACD.of(totals)),
    }  # fmt: skip


def _cost(row: legs.CostRow) -> dict[str, Any]:
    return {
        "type": row.type, "name": kinds.label(row.kind), "legs": row.legs, "talk_seconds": row.talk,
        "price": float(row.price), "unpriced": row.unpriced,
    }  # fmt: skip


def _path(row: legs.PathRow) -> dict[str, Any]:
    return {
        "steps": [{"layer": layer, "keys": keys} for layer, keys in row.steps], "callers": row.callers,
        "answered": row.answered, "hung_up": row.hung_up, "abandoned": row.abandoned, "other": row.other,
    }  # fmt: skip
