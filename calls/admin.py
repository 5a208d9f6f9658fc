"""Back office of calls: what the ingester wrote is read here; agents and extensions are tied to people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

import calls.recovery.back_office  # noqa: F401 - registers its own
from calls.models import (
    Agent,
    AgentStatus,
    AwaitedCall,
    Call,
    Cdr,
    CdrRecord,
    Contact,
    ContactNumber,
    DialRequest,
    Disposition,
    Erasure,
    Extension,
    MirrorChange,
    SyncGap,
    SyncState,
    SyncWindow,
    WebPhone,
)
from voicenter_console.organisation.admin import SecretField
from voicenter_console.organisation.back_office import AuditedAdmin, ReadOnlyAdmin


@admin.register(Agent)
class AgentAdmin(AuditedAdmin):
    """They grow from call records, so none is added or removed by hand."""

    list_display = ("name", "code", "account", "user")
    list_filter = ("account", ("user", admin.EmptyFieldListFilter))
    list_select_related = ("account", "user")
    search_fields = ("name", "code", "user__name")
    readonly_fields = ("account", "code", "name")
    fields = (*readonly_fields, "user")
    autocomplete_fields = ("user",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Extension)
class ExtensionAdmin(AgentAdmin):
    list_display = ("code", "name", "account", "user")


class WebPhoneForm(forms.ModelForm):
    new_password = SecretField(label=_("SIP password"), help_text=_("Never shown. Leave empty to keep it."))

    class Meta:
        model = WebPhone
        fields = ("user", "extension")

    def clean(self) -> dict[str, Any]:
        """A phone is one's own: of an extension that is tied to somebody else nobody speaks for them."""
        cleaned = super().clean()
        extension, user = cleaned.get("extension"), cleaned.get("user")
        if extension and user and extension.user_id != user.pk:
            self.add_error("extension", _("This extension is not tied to this person."))
        if not (cleaned.get("new_password") or self.instance.pk):
            self.add_error("new_password", _("A phone needs its password."))
        return cleaned

    def save(self, commit: bool = True) -> WebPhone:
        self.instance.password = self.cleaned_data["new_password"] or self.instance.password
        return super().save(commit)


@admin.register(WebPhone)
class WebPhoneAdmin(AuditedAdmin):
    form = WebPhoneForm
    secret = ("new_password",)
    list_display = ("user", "extension")
    list_select_related = ("user", "extension")


@admin.register(AgentStatus, MirrorChange)
class MirrorAdmin(ReadOnlyAdmin):
    list_filter = ("account",)
    list_select_related = ("account",)


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "account", "direction", "customer", "queue_name", "agent_name", "outcome")
    list_filter = ("outcome", "direction", "account", "started_at")
    list_select_related = ("account",)
    search_fields = ("root", "numbers", "customer")
    ordering = ("-started_at", "-id")


@admin.register(Cdr)
class CdrAdmin(ReadOnlyAdmin):
    list_display = (
        "started_at",
        "call_uid",
        "type_name",
        "status",
        "caller",
        "target",
        "sources",
        "link_followed",
    )
    list_filter = ("account", "type_name", "status", "link_followed", "time_uncertain")
    list_select_related = ("account",)
    search_fields = ("call_uid", "caller", "target", "agent_name")
    ordering = ("-started_at", "-id")


@admin.register(CdrRecord)
class CdrRecordAdmin(ReadOnlyAdmin):
    list_display = ("call_uid", "source", "first_received_at", "account")
    list_filter = ("source", "account")
    list_select_related = ("account",)
    search_fields = ("call_uid",)
    ordering = ("-id",)


class ContactNumbers(admin.TabularInline):
    model = ContactNumber
    fields = ("e164",)
    extra = 0
    can_delete = False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Contact)
class ContactAdmin(ReadOnlyAdmin):
    """To look; contacts are changed on their own pages."""

    list_display = ("name", "company", "vip", "department", "account", "changed_at")
    list_filter = ("account", "vip")
    list_select_related = ("account", "department")
    search_fields = ("name", "company", "numbers__digits")
    ordering = ("name", "pk")
    inlines = (ContactNumbers,)


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "account", "by_name", "asked_at", "finished_at")
    list_filter = ("account",)
    list_select_related = ("account",)
    ordering = ("-pk",)


@admin.register(Disposition)
class DispositionAdmin(AuditedAdmin):
    """How calls can end, per account. What was once said of a call stays: a disposition is put aside, not deleted."""

    list_display = ("name", "account", "position", "retired")
    list_filter = ("account", "retired")
    list_select_related = ("account",)
    list_editable = ("position",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(DialRequest)
class DialRequestAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "action", "phone", "target", "state", "user", "message")
    list_filter = ("state", "action", "account")
    list_select_related = ("user",)
    search_fields = ("phone", "target", "call_uid")
    ordering = ("-created_at",)


@admin.register(SyncWindow)
class SyncWindowAdmin(ReadOnlyAdmin):
    list_display = ("account", "from_at", "to_at", "state", "hits", "rows", "tries", "error")
    list_filter = ("state", "account")
    list_select_related = ("account",)
    ordering = ("-to_at",)


@admin.register(AwaitedCall)
class AwaitedCallAdmin(ReadOnlyAdmin):
    list_display = ("call_uid", "account", "state", "tries", "told_at", "asked_at", "error")
    list_filter = ("state", "account")
    list_select_related = ("account",)
    search_fields = ("call_uid",)


@admin.register(SyncGap)
class SyncGapAdmin(ReadOnlyAdmin):
    list_display = ("account", "from_at", "to_at", "missing", "reason", "opened_at", "closed_at")
    list_filter = ("account", ("closed_at", admin.EmptyFieldListFilter))
    list_select_related = ("account",)
    ordering = ("-from_at",)


@admin.register(SyncState)
class SyncStateAdmin(ReadOnlyAdmin):
    list_display = ("account", "last_read_at", "next_try_at", "failures", "error")
    list_select_related = ("account",)
