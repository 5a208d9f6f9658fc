"""What is typed into the first three steps. A code that is kept is never shown again."""

from __future__ import annotations

import zoneinfo
from dataclasses import fields
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voicenter_console.organisation.models import Account
from voicenter_console.voicenter.client import Hosts, refuse_plain_http

API_NAMES = [field.name for field in fields(Hosts)]


class AccountForm(forms.ModelForm):
    class Meta:
        model = Account
        fields = ("name", "zone")
        labels = {"name": gettext_lazy("Name"), "zone": gettext_lazy("Time zone")}

    def clean_zone(self) -> str:
        zone = self.cleaned_data["zone"]
        if zone not in zoneinfo.available_timezones():
            raise ValidationError(_("There is no such time zone; an example is Asia/Jerusalem."))
        return zone


class CodeForm(forms.Form):
    """A field left empty keeps what there is."""

    code = forms.CharField(max_length=200, required=False, label=gettext_lazy("Account code"))
    user_code = forms.CharField(max_length=200, required=False, label=gettext_lazy("User code, if you have one"))
    code_as_bearer = forms.BooleanField(required=False, label=gettext_lazy("Send it as a bearer token"))

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip()
        if not (code.isascii() and code.isprintable()):
            raise ValidationError(_("A code is made of Latin letters, digits and signs."))
        return code

    def keep(self, account: Account) -> list[str]:
        """Write it; the names of what changed."""
        changed = [name for name in ("code", "user_code") if self.cleaned_data[name]]
        for name in changed:
            setattr(account, name, self.cleaned_data[name])
        if account.code_as_bearer != self.cleaned_data["code_as_bearer"]:
            account.code_as_bearer = self.cleaned_data["code_as_bearer"]
            changed.append("code_as_bearer")
        account.save(update_fields=changed or None)
        return changed


class HostsForm(forms.Form):
    """Empty: Voicenter's own host of today."""

    base = forms.CharField(max_length=200, required=False, label=gettext_lazy("One address for all of them"))

    def __init__(self, data: Any = None, *, account: Account) -> None:
        super().__init__(data, initial=account.hosts)
        for name, standard in ((field.name, field.default) for field in fields(Hosts)):
            self.fields[name] = forms.CharField(max_length=200, required=False, label=name)
            self.fields[name].widget.attrs["placeholder"] = standard

    def clean(self) -> dict[str, str]:
        cleaned = {name: text.strip().rstrip("/") for name, text in super().clean().items() if text.strip()}
        for name, url in cleaned.items():
            try:
                refuse_plain_http(url, settings.ALLOW_HTTP_HOSTS)
            except ValueError:
                self.add_error(name, _("An address begins with https://."))
        return cleaned
