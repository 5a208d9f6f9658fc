"""Back office of notifications: endpoints with their secrets, a test, and how each telling went."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from voicenter_console.organisation import audit
from voicenter_console.organisation.back_office import BearerAdmin, ReadOnlyAdmin

from . import addresses, kinds, sending
from .models import Dispatch, Endpoint, new_secret

_WHY = {
    "not_https": _("The address begins with https://."),
    "private": _("This address is inside a private network. Only addresses of the open internet are told."),
    "unreadable": _("This is no address, or it holds a name and password."),
}


class EndpointForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(label=_("told of"), choices=kinds.choices, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Endpoint
        fields = ("account", "name", "url", "kinds", "active")

    def clean_url(self) -> str:
        url = self.cleaned_data["url"].strip()
        try:
            addresses.checked(url)
        except addresses.Forbidden as error:
            raise ValidationError(_WHY[str(error)]) from error
        return url


@admin.register(Endpoint)
class EndpointAdmin(BearerAdmin):
    form = EndpointForm
    change_form_template = "admin/notifications/endpoint/change_form.html"
    list_display = ("name", "account", "url", "kinds", "active")
    list_filter = ("account", "active")
    list_select_related = ("account",)
    actions = ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("delete")

    def response_add(self, request: HttpRequest, obj: Endpoint, post_url_continue: Any = None) -> HttpResponse:
        return self.shown_once(request, _("The secret of %(name)s") % {"name": obj.name}, [obj.secret])

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/test/", view(require_POST(self.test)), name="endpoint_test"),
            path("<int:pk>/secret/", view(require_POST(self.renew)), name="endpoint_secret"),
        ]
        return [*own, *super().get_urls()]

    def test(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send a test to this endpoint, and go where one sees what became of it."""
        endpoint = self._own(request, pk)
        dispatch = sending.test(endpoint)
        self.note(request, endpoint, "tested")
        messages.info(request, _("A test is on its way. This page says what was answered."))
        return redirect(reverse("admin:notifications_dispatch_change", args=[dispatch.pk]))

    def renew(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new secret; the old one is void at once."""
        endpoint = self._own(request, pk)
        endpoint.secret = new_secret()
        endpoint.save(update_fields=["secret"])
        self.note(request, endpoint, "secret renewed")
        return self.shown_once(request, _("The secret of %(name)s") % {"name": endpoint.name}, [endpoint.secret])

    def _own(self, request: HttpRequest, pk: int) -> Endpoint:
        endpoint = get_object_or_404(Endpoint.objects.select_related("account"), pk=pk)
        if not self.has_change_permission(request, endpoint):
            raise PermissionDenied
        return endpoint


@admin.register(Dispatch)
class DispatchAdmin(ReadOnlyAdmin):
    list_display = ("kind", "receiver", "at", "state", "attempts", "status", "answer", "due_at", "ended_at")
    list_filter = ("state", "notice__kind", "endpoint", "notice__account")
    list_select_related = ("notice", "endpoint")
    ordering = ("-pk",)
    actions = ("send_again",)

    @admin.display(description=_("kind"))
    def kind(self, dispatch: Dispatch) -> str:
        return kinds.label(dispatch.notice.kind)

    @admin.display(description=_("receiver"))
    def receiver(self, dispatch: Dispatch) -> str:
        return str(dispatch.endpoint or dispatch.email)

    @admin.display(description=_("when"), ordering="notice__at")
    def at(self, dispatch: Dispatch) -> Any:
        return dispatch.notice.at

    @admin.action(description=_("Send the chosen ones again"), permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Dispatch]) -> None:
        pks = list(queryset.values_list("pk", flat=True))
        count = sending.replay(pks)
        audit.record(request.user, "notice.replayed", f"{count}", after={"dispatches": pks[:200]},
                     address=audit.address_of(request))  # fmt: skip
        messages.info(request, _("%(n)s are on their way again.") % {"n": count})
