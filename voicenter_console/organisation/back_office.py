"""Django's admin as the back office of administrators: behind our own sign-in, each change in the audit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import audit

HIDDEN = "•••"


class BackOffice(admin.AdminSite):
    """Right.ADMINISTER opens it (User.is_staff); there is one sign-in page, and it is not the admin's."""

    site_header = _("Voicenter Console: back office")
    site_title = _("Back office")
    index_title = _("Settings")
    site_url = None

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


class AuditedAdmin(admin.ModelAdmin):
    """Each change writes an AuditEntry with what was before; the values of `secret` fields are left out."""

    secret: Iterable[str] = ()

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        before, after = {}, {}
        for name in form.changed_data:
            was, now = (self._value(name, values.get(name)) for values in (form.initial, form.cleaned_data))
            if was != now or name in self.secret:
                before[name], after[name] = was, now
        self.note(request, form.instance, "changed" if change else "added", before if change else None, after)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.note(request, obj, "deleted")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            self.note(request, obj, "deleted")
        super().delete_queryset(request, queryset)

    def note(self, request: HttpRequest, obj: Model, act: str, before: Any = None, after: Any = None) -> None:
        verb = f"{obj._meta.model_name}.{act}"
        audit.record(request.user, verb, obj, before=before, after=after, address=audit.address_of(request))

    def _value(self, name: str, value: Any) -> Any:
        if name in self.secret:
            return HIDDEN
        if isinstance(value, QuerySet | list | tuple):
            return [str(one) for one in value]
        return value if value is None or isinstance(value, bool | int | dict) else str(value)


class ReadOnlyAdmin(admin.ModelAdmin):
    """For rows that the console writes and nobody changes by hand."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class BearerAdmin(AuditedAdmin):
    """Secrets that are made here, shown once on the answer itself, revoked and never deleted."""

    actions = ("revoke",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def shown_once(self, request: HttpRequest, title: str, secrets: Iterable[str]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts, "title": title, "secrets": list(secrets),
            "list_url": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
        }  # fmt: skip
        return TemplateResponse(request, "admin/shown_once.html", context)

    @admin.action(description=_("Revoke the chosen ones"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset.filter(revoked_at=None):
            obj.revoked_at = timezone.now()
            obj.save(update_fields=["revoked_at"])
            self.note(request, obj, "revoked")
