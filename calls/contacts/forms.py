"""What a person types about a contact."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.contacts import book
from calls.models import Contact
from calls.querysets import accounts_of
from voicenter_console import phones
from voicenter_console.organisation.models import Department
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

MOST_NUMBERS = 20


class _Inputs(forms.Widget):
    """Several inputs of one name; the template writes them."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return data.getlist(name)


class NumbersField(forms.Field):
    """Numbers in any form, to E.164 in the order of writing."""

    widget = _Inputs

    def clean(self, value: list[str]) -> list[str]:
        texts = [text.strip() for text in value if text.strip()]
        if not texts:
            raise ValidationError(_("Write at least one number."))
        if len(texts) > MOST_NUMBERS:
            raise ValidationError(_("A contact has %(n)s numbers at most.") % {"n": MOST_NUMBERS})
        return list(dict.fromkeys(e164_of(text) for text in texts))


def e164_of(text: str) -> str:
    """Raises ValidationError, in words."""
    phone = phones.parse(text)
    if not phone.e164:
        raise ValidationError(_("“%(text)s” is not a telephone number that can be called.") % {"text": text[:40]})
    return phone.e164


class ContactForm(forms.Form):
    """A new contact, or a known one. Where a number is another's too, it must be said that both share it."""

    account = forms.ModelChoiceField(None, label=gettext_lazy("Account"))
    name = forms.CharField(max_length=200, label=gettext_lazy("Name"))
    company = forms.CharField(max_length=200, required=False, label=gettext_lazy("Company"))
    number = NumbersField(label=gettext_lazy("Numbers"))
    department = forms.ModelChoiceField(None, required=False, label=gettext_lazy("Known to"))
    vip = forms.BooleanField(required=False, label=gettext_lazy("VIP"))
    notes = forms.CharField(max_length=10_000, required=False, label=gettext_lazy("Notes"))
    shared = forms.BooleanField(required=False)

    def __init__(self, actor: Actor, contact: Contact, data: Any = None, numbers: list[str] | None = None) -> None:
        super().__init__(data)
        self.contact = contact
        self.others: list[Contact] = []
        accounts = accounts_of(actor).order_by("name")
        departments = Department.objects.select_related("account").order_by("account__name", "name")
        if not actor.may(Right.SEE_ALL_ACCOUNTS):
            departments = departments.filter(pk__in=actor.known_department_ids)
        if contact.pk:
            del self.fields["account"]
            departments = departments.filter(account=contact.account_id)
        else:
            self.fields["account"].queryset = accounts
            self.accounts = list(accounts[:2])
            if len(self.accounts) == 1:
                self.fields["account"].required = False
        self.fields["department"].queryset = departments
        known = {name: getattr(contact, name) for name in ("name", "company", "vip", "notes")}
        self.initial = {**known, "department": contact.department_id, "account": contact.account_id}
        self.texts = [text for text in self.data.getlist("number") if text] if self.is_bound else numbers or []

    @property
    def one_account(self) -> bool:
        return bool(self.contact.pk) or len(self.accounts) == 1

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if self.contact.pk is None:
            self.contact.account = cleaned.get("account") or (self.accounts[0] if self.one_account else None)
        department = cleaned.get("department")
        if department and self.contact.account_id and department.account_id != self.contact.account_id:
            self.add_error("department", _("This department belongs to another account."))
        if self.contact.account_id and cleaned.get("number"):
            self.others = book.sharers(self.contact.account, cleaned["number"], besides=self.contact)
            if self.others and not cleaned.get("shared"):
                self.add_error("number", _("Somebody has this number already."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """For `book.keep`."""
        cleaned = self.cleaned_data
        department = cleaned["department"]
        return {
            **{name: cleaned[name] for name in ("name", "company", "vip", "notes")},
            "department_id": department.pk if department else None,
        }
