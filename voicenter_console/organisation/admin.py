"""Back office of accounts, people and keys."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from voicenter_console.voicenter.client import Hosts

from . import tokens
from .back_office import AuditedAdmin, BearerAdmin, ReadOnlyAdmin
from .models import Account, ApiKey, AuditEntry, Department, HookToken, RefusedAddress, User

# The console's rights are roles.py's; groups and permissions of Django have no part in it.
admin.site.unregister(Group)

CHANNELS = [(name, name) for name in ("cdr", "ivr", "layer", "popup", "vcc")]


class SecretField(forms.CharField):
    """Written, never shown: left empty it stays as it is."""

    def __init__(self, **options: Any) -> None:
        widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
        super().__init__(required=False, widget=widget, **options)


class AccountForm(forms.ModelForm):
    new_code = SecretField(label=_("account code"), help_text=_("Never shown. Leave empty to keep it."))
    new_user_code = SecretField(label=_("user code"), help_text=_("Never shown. Leave empty to keep it."))

    new_realtime_secret = SecretField(
        label=_("secret to log in to RealTime"), help_text=_("Never shown. Leave empty to keep it.")
    )

    class Meta:
        model = Account
        exclude = ("code", "user_code", "realtime_secret")  # noqa: DJ006 - all but those that are never shown

    def clean_addresses(self) -> list[str]:
        """A list of addresses and networks: the hook refuses by it, so it must be readable."""
        try:
            return [str(ipaddress.ip_network(str(one).strip(), strict=False)) for one in self._listed("addresses")]
        except ValueError as error:
            raise ValidationError(_("%(value)s is no address and no network"), params={"value": error}) from error

    def _listed(self, name: str) -> list[Any]:
        value = self.cleaned_data[name] or []
        if not isinstance(value, list):
            raise ValidationError(_('Write a list, such as ["198.51.100.7", "192.0.2.0/24"].'))
        return value

    def clean_recording_hosts(self) -> list[str]:
        """Names as they stand in an address, with a port where it is not https's own: nothing else is fetched from."""
        hosts = [str(one).strip().lower() for one in self._listed("recording_hosts")]
        if strange := [host for host in hosts if not re.fullmatch(r"[a-z0-9.-]{1,253}(:[0-9]{1,5})?", host)]:
            raise ValidationError(_("%(value)s is no host"), params={"value": strange[0]})
        return hosts

    def clean_hosts(self) -> dict[str, str]:
        hosts = self.cleaned_data["hosts"] or {}
        known = {"base", *(field.name for field in dataclasses.fields(Hosts))}
        if not isinstance(hosts, dict) or not all(isinstance(url, str) for url in hosts.values()):
            raise ValidationError(_('Write an object of names and addresses, such as {"base": "https://…"}.'))
        if strange := sorted(set(hosts) - known):
            names = {"strange": ", ".join(strange), "known": ", ".join(sorted(known))}
            raise ValidationError(_("Not known: %(strange)s. There are %(known)s."), params=names)
        return hosts

    def clean_zone(self) -> str:
        zone = self.cleaned_data["zone"]
        if zone not in zoneinfo.available_timezones():
            raise ValidationError(_("There is no such time zone; an example is Asia/Jerusalem."))
        return zone

    def clean_realtime_path(self) -> str:
        path = self.cleaned_data["realtime_path"]
        if path and not path.startswith("/"):
            raise ValidationError(_("A path begins with /."))
        return path

    def save(self, commit: bool = True) -> Account:
        self.instance.code = self.cleaned_data["new_code"] or self.instance.code
        self.instance.user_code = self.cleaned_data["new_user_code"] or self.instance.user_code
        self.instance.realtime_secret = self.cleaned_data["new_realtime_secret"] or self.instance.realtime_secret
        return super().save(commit)


@admin.register(Account)
class AccountAdmin(AuditedAdmin):
    form = AccountForm
    secret = ("new_code", "new_user_code", "new_realtime_secret")
    list_display = ("name", "provider", "push_clock", "pulls", "enforce_addresses")
    list_filter = ("provider", "pulls")
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "provider", "customer", "zone")}),
        (_("Codes"), {"fields": ("new_code", "new_user_code", "code_as_bearer", "code_in_address")}),
        (_("How its records are read"), {"fields": ("push_clock", "wait_in_duration", "answer_casing")}),
        (_("Call log"), {"fields": ("pulls", "scope", "hosts", "recording_hosts")}),
        (
            _("Live calls"),
            {
                "fields": ("follows_live", "realtime_way", "realtime_name", "new_realtime_secret", "realtime_path"),
                "description": _("Without a login to RealTime, Voicenter is asked every five seconds."),
            },
        ),
        (
            _("What a waiting caller is answered"),
            {
                "fields": ("ivr_answer", "layer_answer"),
                "description": _(
                    'While no flow is published, and wherever one fails; as {"do": "go_to_layer", "layer": 31}.'
                ),
            },
        ),
        (_("Web phone"), {"fields": ("phone_domain",)}),
        (_("Who may push"), {"fields": ("addresses", "enforce_addresses")}),
        (_("Figures"), {"fields": ("service_target", "short_abandon", "service_goal", "service_level")}),
    )


class HookTokenForm(forms.ModelForm):
    channels = forms.MultipleChoiceField(label=_("channels"), choices=CHANNELS, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = HookToken
        fields = ("account", "channels")


@admin.register(HookToken)
class HookTokenAdmin(BearerAdmin):
    form = HookTokenForm
    list_display = ("account", "channels", "created_at", "revoked_at")
    list_filter = ("account",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def save_model(self, request: HttpRequest, obj: HookToken, form: forms.ModelForm, change: bool) -> None:
        obj.token = tokens.new()
        obj.digest = tokens.digest(obj.token)
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: HookToken, post_url_continue: Any = None) -> HttpResponse:
        base = settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
        urls = [f"{base}/hooks/{obj.token}/{channel}/" for channel in obj.channels]
        return self.shown_once(request, _("Addresses to give to Voicenter"), urls)


@admin.register(ApiKey)
class ApiKeyAdmin(BearerAdmin):
    list_display = ("name", "role", "user", "created_at", "revoked_at")
    list_filter = ("role",)
    search_fields = ("name",)
    fields = ("name", "role", "departments", "accounts", "user")
    autocomplete_fields = ("user", "departments", "accounts")

    def save_model(self, request: HttpRequest, obj: ApiKey, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.key = tokens.new()
            obj.digest = tokens.digest(obj.key)
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: Any = None) -> HttpResponse:
        return self.shown_once(request, _("The key %(name)s") % {"name": obj.name}, [obj.key])


class PersonCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name", "role")
        field_classes: dict[str, Any] = {}

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


@admin.register(User)
class PersonAdmin(AuditedAdmin, UserAdmin):
    add_form = PersonCreationForm
    ordering = ("name",)
    list_display = ("name", "email", "role", "is_active", "last_login")
    list_filter = ("role", "is_active", "departments")
    search_fields = ("name", "email")
    filter_horizontal = ()
    autocomplete_fields = ("departments",)
    readonly_fields = ("last_login", "joined_at")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (_("What they may do and see"), {"fields": ("role", "departments", "separate_rights", "is_active")}),
        (_("Dates"), {"fields": ("last_login", "joined_at")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",),
                "fields": ("email", "name", "role", "usable_password", "password1", "password2")}),
    )  # fmt: skip
    secret = ("password", "password1", "password2")

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        if request.resolver_match.url_name == "auth_user_password_change":  # has no save_related
            self.note(request, obj, "password")
        return super().log_change(request, obj, message)


@admin.register(Department)
class DepartmentAdmin(AuditedAdmin):
    list_display = ("name", "provider_id", "account", "parent")
    list_filter = ("account",)
    search_fields = ("name", "provider_id")
    autocomplete_fields = ("parent", "account")


@admin.register(RefusedAddress)
class RefusedAddressAdmin(ReadOnlyAdmin):
    list_display = ("address", "account", "times", "first_seen", "last_seen")
    list_filter = ("account",)
    search_fields = ("address",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor_name", "verb", "subject", "address")
    list_filter = ("verb", "at")
    search_fields = ("actor_name", "subject", "verb")
