"""Back office of deliveries: to look, not to touch. Replay is on the delivery page."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from voicenter_console.organisation.back_office import ReadOnlyAdmin

from .models import Delivery, DeliveryQuerySet, Drift


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("id", "account", "channel", "state", "reason", "times", "received_at", "address")
    list_filter = ("state", "channel", "account", "received_at")
    list_select_related = ("account",)
    search_fields = ("reason", "digest")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> DeliveryQuerySet:
        return super().get_queryset(request).defer("body")


@admin.register(Drift)
class DriftAdmin(ReadOnlyAdmin):
    list_display = ("word", "kind", "account", "times", "first_seen", "last_seen")
    list_filter = ("kind", "account")
    search_fields = ("word",)
