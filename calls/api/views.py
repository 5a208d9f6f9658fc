"""Doors of the API to calls, legs and deliveries."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.viewsets import ReadOnlyModelViewSet

from calls.filters import CallFilter, CdrFilter
from calls.models import Call, Cdr
from voicenter_console.organisation.roles import Right
from voicenter_console.webhooks.models import Delivery

from .serializers import CallSerializer, CdrSerializer, DeliverySerializer


class Newest(CursorPagination):
    """Newest first, by cursor; `page_size` up to 500."""

    ordering = ("-started_at", "-id")
    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 500

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValidationError, ValueError, OverflowError) as error:  # a cursor that none of our pages gave
            raise NotFound(self.invalid_cursor_message) from error


class NewestById(Newest):
    ordering = ("-id",)


class MaySee(BasePermission):
    """Asks for the right that the view names in `right`."""

    def has_permission(self, request: Request, view: object) -> bool:
        actor = request.user
        return bool(actor and actor.is_authenticated and actor.may(view.right))


class CallViewSet(ReadOnlyModelViewSet):
    """Customer contacts, newest first."""

    permission_classes = (MaySee,)
    right = Right.SEE_CALLS
    serializer_class = CallSerializer
    filterset_class = CallFilter
    pagination_class = Newest
    queryset = Call.objects.none()

    def get_queryset(self) -> QuerySet[Call]:
        related = ("ids", "cdrs__department")
        return Call.objects.visible_to(self.request.user).select_related("department").prefetch_related(*related)


class CdrViewSet(ReadOnlyModelViewSet):
    """Legs as the provider recorded them, newest first."""

    permission_classes = (MaySee,)
    right = Right.SEE_CALLS
    serializer_class = CdrSerializer
    filterset_class = CdrFilter
    pagination_class = Newest
    queryset = Cdr.objects.none()

    def get_queryset(self) -> QuerySet[Cdr]:
        return Cdr.objects.visible_to(self.request.user).select_related("department")


class DeliveryFilter(filters.FilterSet):
    state = filters.MultipleChoiceFilter(choices=Delivery.State.choices)
    channel = filters.MultipleChoiceFilter(choices=Delivery.Channel.choices)

    class Meta:
        model = Delivery
        fields: list[str] = []


class DeliveryViewSet(ReadOnlyModelViewSet):
    """The raw inbox, newest first."""

    permission_classes = (MaySee,)
    right = Right.SEE_DELIVERIES
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter
    pagination_class = NewestById
    queryset = Delivery.objects.none()

    def get_queryset(self) -> QuerySet[Delivery]:
        return Delivery.objects.visible_to(self.request.user).select_related("account").defer("body")
