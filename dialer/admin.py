"""Back office of the dialer: whose campaigns are whose; the rest is read here."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from dialer.models import Campaign, CampaignAct, CampaignChange
from voicenter_console.organisation.back_office import AuditedAdmin, ReadOnlyAdmin


@admin.register(Campaign)
class CampaignAdmin(AuditedAdmin):
    """They grow from Voicenter's list; only the department that sees one is chosen here."""

    list_display = ("name", "code", "account", "department", "status", "pending_calls", "read_at")
    list_filter = ("account", "status")
    list_select_related = ("account", "department")
    search_fields = ("name", "code")
    readonly_fields = ("account", "code", "name", "status", "pending_calls", "members", "read_at", "gone_at")
    fields = ("department", *readonly_fields)
    autocomplete_fields = ("department",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(CampaignChange)
class CampaignChangeAdmin(ReadOnlyAdmin):
    list_display = ("campaign", "field", "before", "after", "seen_at")
    list_filter = ("field",)
    list_select_related = ("campaign",)


@admin.register(CampaignAct)
class CampaignActAdmin(ReadOnlyAdmin):
    list_display = ("campaign", "kind", "by_name", "state", "error_code", "message", "created_at")
    list_filter = ("kind", "state")
    list_select_related = ("campaign",)
