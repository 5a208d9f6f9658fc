"""Door of the API to contacts: the same book, fence and services as the pages."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.viewsets import ModelViewSet

from calls.concealment import masked
from calls.contacts import book
from calls.contacts.forms import MOST_NUMBERS
from calls.models import Contact
from calls.querysets import accounts_of
from voicenter_console import phones
from voicenter_console.organisation import audit
from voicenter_console.organisation.models import Department
from voicenter_console.organisation.roles import Right

from .serializers import DepartmentSerializer, RowSerializer
from .views import MaySee, NewestById


class NumbersField(serializers.ListField):
    """Any forms of telephone numbers in, E.164 out."""

    def to_internal_value(self, data: Any) -> list[str]:
        numbers = [phones.parse(text).e164 for text in super().to_internal_value(data)]
        if not all(numbers):
            raise serializers.ValidationError("not a telephone number that can be called")
        return list(dict.fromkeys(numbers))

    def to_representation(self, rows: Any) -> list[str]:
        numbers = [row.e164 for row in sorted(rows.all(), key=lambda row: row.pk)]
        whole = self.context["request"].user.may(Right.SEE_NUMBERS)
        return numbers if whole else [masked(number) for number in numbers]


class ContactSerializer(RowSerializer):
    """A person or business. `department_id` is the provider's number; without one everybody of the account knows it.

    A number that another contact has too is refused unless `shared` is true.
    """

    account = serializers.CharField(source="account.name", required=False)
    numbers = NumbersField(child=serializers.CharField(max_length=60), min_length=1, max_length=MOST_NUMBERS)
    department = DepartmentSerializer(allow_null=True, read_only=True)
    department_id = serializers.IntegerField(write_only=True, required=False, allow_null=True)
    shared = serializers.BooleanField(write_only=True, required=False, default=False)

    class Meta:
        model = Contact
        fields = [
            "id", "account", "name", "company", "vip", "notes", "department", "department_id", "numbers", "shared",
            "created_at", "changed_at",
        ]  # fmt: skip
        extra_kwargs = {"notes": {"max_length": 10_000}}
        read_only_fields = ["created_at", "changed_at"]

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        account = self.instance.account if self.instance else self._account(said.pop("account", {}).get("name"))
        said.pop("account", None)
        if "department_id" in said:
            said["department_id"] = self._department(account, said["department_id"])
        numbers, shared = said.pop("numbers", None), said.pop("shared", False)
        if numbers and not shared and (others := book.sharers(account, numbers, besides=self.instance)):
            seen = Contact.objects.visible_to(self.context["request"].user).filter(pk__in=[one.pk for one in others])
            raise serializers.ValidationError({"numbers": f"another contact has it: {[one.pk for one in seen]}"})
        return {"account": account, "numbers": numbers, "values": said}

    def _account(self, name: str | None) -> Any:
        accounts = accounts_of(self.context["request"].user)
        accounts = list((accounts.filter(name=name) if name else accounts)[:2])
        if len(accounts) != 1:
            raise serializers.ValidationError({"account": "name one of your accounts"})
        return accounts[0]

    def _department(self, account: Any, number: int | None) -> int | None:
        if number is None:
            return None
        actor = self.context["request"].user
        found = Department.objects.filter(account=account, provider_id=number)
        if not actor.may(Right.SEE_ALL_ACCOUNTS):
            found = found.filter(pk__in=actor.known_department_ids)
        if not (department := found.first()):
            raise serializers.ValidationError({"department_id": "no department of yours"})
        return department.pk

    def create(self, said: dict[str, Any]) -> Contact:
        return self._keep(Contact(account=said["account"]), said)

    def update(self, contact: Contact, said: dict[str, Any]) -> Contact:
        return self._keep(contact, said)

    def _keep(self, contact: Contact, said: dict[str, Any]) -> Contact:
        request = self.context["request"]
        address = audit.address_of(request._request)
        kept = book.keep(request.user, contact, said["values"], said["numbers"], address=address)
        return Contact.objects.select_related("account", "department").get(pk=kept.pk)


class ContactFilter(filters.FilterSet):
    search = filters.CharFilter(label="Part of a name, a company, or of a number", method="_search")
    number = filters.CharFilter(label="A whole number in any form: who is it?", method="_number")

    class Meta:
        model = Contact
        fields: list[str] = []

    def _search(self, contacts: Any, name: str, value: str) -> QuerySet[Contact]:
        return contacts.search(value)

    def _number(self, contacts: Any, name: str, value: str) -> QuerySet[Contact]:
        e164 = phones.parse(value).e164
        return contacts.filter(numbers__e164=e164).distinct() if e164 else contacts.none()


class MayKeep(MaySee):
    """Reading asks for one right, writing for those of the page's form."""

    def has_permission(self, request: Request, view: object) -> bool:
        if not super().has_permission(request, view):
            return False
        writes = (Right.EDIT_CONTACTS, Right.SEE_NUMBERS)
        return request.method in SAFE_METHODS or all(request.user.may(right) for right in writes)


class ContactViewSet(ModelViewSet):
    """The book of contacts, newest first."""

    permission_classes = (MayKeep,)
    right = Right.SEE_CONTACTS
    serializer_class = ContactSerializer
    filterset_class = ContactFilter
    pagination_class = NewestById
    queryset = Contact.objects.none()

    def get_queryset(self) -> QuerySet[Contact]:
        visible = Contact.objects.visible_to(self.request.user)
        return visible.select_related("account", "department").prefetch_related("numbers")

    def perform_destroy(self, instance: Contact) -> None:
        book.delete(self.request.user, instance, address=audit.address_of(self.request._request))
