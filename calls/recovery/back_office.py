"""Back office of recoveries: the cards to look at, and each account's settings for them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from calls.models import Recovery, RecoveryPolicy
from calls.recovery import consent, rebuilding
from voicenter_console.organisation.back_office import AuditedAdmin, ReadOnlyAdmin

_COUNTS = {"hung_up_in_menu", "keep_hours"}  # with these other, old cards come out otherwise


class PolicyForm(forms.ModelForm):
    class Meta:
        model = RecoveryPolicy
        fields = (
            "account", "hung_up_in_menu", "keep_hours", "claim_minutes", "tell_after_minutes", "mailed",
            "mail_language", "mail_closed", "caller_consent", "caller_key", "caller_channel", "caller_text",
        )  # fmt: skip

    def clean_caller_text(self) -> str:
        text = self.cleaned_data["caller_text"]
        try:
            unknown = consent.unknown_fields(text)
        except ValueError as error:
            raise ValidationError(_("A brace has no partner.")) from error
        if unknown:
            names = {"names": ", ".join(unknown)}
            raise ValidationError(_("Not filled in: %(names)s. There are {queue}, {did} and {time}."), params=names)
        return text

    def clean_caller_key(self) -> str:
        key = self.cleaned_data["caller_key"]
        if key and not (key.isascii() and key.replace("*", "").replace("#", "").isdigit() and key != "0"):
            raise ValidationError(_("Keys are digits, * and #. Voicenter says 0 for no key too, so 0 cannot be told."))
        return key

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        wanted = said.get("caller_consent")
        if wanted and wanted != RecoveryPolicy.Consent.NEVER and not said.get("caller_text"):
            self.add_error("caller_text", _("Write what callers are told."))
        if wanted == RecoveryPolicy.Consent.KEY and not said.get("caller_key"):
            self.add_error("caller_key", _("Name the key that says yes."))
        return said


@admin.register(RecoveryPolicy)
class RecoveryPolicyAdmin(AuditedAdmin):
    form = PolicyForm
    list_display = ("account", "keep_hours", "claim_minutes", "tell_after_minutes", "caller_consent")
    list_select_related = ("account",)
    autocomplete_fields = ("mailed",)
    fieldsets = (
        (None, {"fields": ("account", "hung_up_in_menu", "keep_hours", "claim_minutes")}),
        (_("Who is told"), {"fields": ("tell_after_minutes", "mailed", "mail_language", "mail_closed")}),
        (
            _("Callers, by whoever takes the webhook"),
            {"fields": ("caller_consent", "caller_key", "caller_channel", "caller_text")},
        ),
    )

    def save_model(self, request: HttpRequest, obj: RecoveryPolicy, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if _COUNTS & set(form.changed_data):
            job = rebuilding.ask(request.user, obj.account)
            messages.info(request, str(job))


@admin.register(Recovery)
class RecoveryAdmin(ReadOnlyAdmin):
    list_display = ("first_lost_at", "number", "account", "department", "tries", "state", "reason", "claimed_name")
    list_filter = ("state", "reason", "confirmed", "account")
    list_select_related = ("account", "department")
    search_fields = ("number",)
    ordering = ("-first_lost_at", "-id")
