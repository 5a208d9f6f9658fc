"""What a dial button sends."""

from __future__ import annotations

import uuid

from django import forms


class DialForm(forms.Form):
    """A number, and the button's one-time key: pressed twice, it is one call."""

    target = forms.CharField(max_length=64)
    key = forms.UUIDField()
    shape = forms.ChoiceField(choices=[("row", ""), ("main", "")], required=False)

    @staticmethod
    def new_key() -> str:
        return str(uuid.uuid4())


class HangUpForm(forms.Form):
    """The same for the button that ends the call."""

    key = forms.UUIDField()
