"""Forms of digests and alerts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from calls.models import Alert, Digest
from calls.reports import alerts
from calls.reports.pages import registry
from calls.reports.scope import accounts_of, departments_of
from voicenter_console.organisation.models import User

# What of a report's address a digest keeps: never a day, an open formula or somebody else's page.
_KEPT = ("department", "level", "within", "under", "by", "show")


class DigestForm(forms.ModelForm):
    """Which report, over which period, at which hour."""

    class Meta:
        model = Digest
        fields = ("report", "query", "period", "hour")

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._user = user

    def clean_report(self) -> str:
        name = self.cleaned_data["report"]
        if name not in registry.PAGES or not self._user.may(registry.right(name)):
            raise forms.ValidationError(_("There is no such report."))
        return name

    def clean_query(self) -> str:
        asked, kept = QueryDict(self.cleaned_data["query"]), QueryDict(mutable=True)
        for name in _KEPT:
            if asked.get(name):
                kept[name] = asked[name]
        return kept.urlencode()


class AlertForm(forms.ModelForm):
    """A figure, a limit, a window. `account` and `department` are those that the person sees."""

    metric = forms.ChoiceField(label=_("Figure"))

    class Meta:
        model = Alert
        fields = ("account", "department", "metric", "sign", "limit", "window", "least", "quiet_from", "quiet_to")

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        accounts = accounts_of(user)
        self.fields["account"].queryset = self.fields["account"].queryset.filter(pk__in=[one.pk for one in accounts])
        self.fields["account"].initial = accounts[0].pk if accounts else None
        departments = self.fields["department"]
        departments.queryset = departments.queryset.filter(pk__in=[one.pk for one in departments_of(user)])
        departments.empty_label = _("all")
        self.fields["metric"].choices = [(key, alerts.name_of(metric)) for key, metric in alerts.METRICS.items()]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        department, account = said.get("department"), said.get("account")
        if department and account and department.account_id != account.pk:
            self.add_error("department", _("This department is of another account."))
        return said
