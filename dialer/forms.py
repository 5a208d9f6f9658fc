"""What a person may ask of a campaign."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.acting import STRATEGY
from dialer.models import CampaignAct

Kind = CampaignAct.Kind


class StrategyForm(forms.Form):
    """The numbers that are to change; at least one. What is left empty stays as it is at Voicenter."""

    coefficient = forms.FloatField(
        min_value=0, max_value=20, required=False, label=gettext_lazy("Calls for each free agent")
    )
    queue_maximum_callers = forms.IntegerField(
        min_value=0, max_value=1000, required=False, label=gettext_lazy("Most who may wait in the queue")
    )
    queue_for_monitoring = forms.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, label=gettext_lazy("Number of the queue to watch")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not self.wanted:
            raise forms.ValidationError(_("Write at least one number."))
        return cleaned

    @property
    def wanted(self) -> dict[str, Any]:
        """For `acting.ask`."""
        return {name: self.cleaned_data[name] for name in STRATEGY if self.cleaned_data.get(name) is not None}


class MemberForm(forms.Form):
    sip = forms.RegexField(r"\A[A-Za-z0-9_.\-]{1,64}\Z", label=gettext_lazy("Code of the extension"))

    @property
    def wanted(self) -> dict[str, Any]:
        return {"sip": self.cleaned_data["sip"]}


class NothingForm(forms.Form):
    """Acts that need no more than their name."""

    wanted: dict[str, Any] = {}


FORMS: dict[str, type[forms.Form]] = {
    Kind.START: NothingForm,
    Kind.STOP: NothingForm,
    Kind.CLEAR: NothingForm,
    Kind.STRATEGY: StrategyForm,
    Kind.ADD_MEMBER: MemberForm,
    Kind.REMOVE_MEMBER: MemberForm,
}
