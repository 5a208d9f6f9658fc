"""Ruth, who is a customer of ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from calls.models import Contact, ContactNumber
from voicenter_console.organisation.models import Account

RUTH = "+972545550118"


@pytest.fixture
def know(account: Account) -> Callable[..., Contact]:
    """Write a contact with its numbers."""

    def known(name: str, *numbers: str, **more: object) -> Contact:
        contact = Contact.objects.create(**{"account": account, "name": name, **more})
        ContactNumber.objects.bulk_create(ContactNumber.of(contact, number) for number in numbers)
        return contact

    return known


@pytest.fixture
def ruth(know: Callable[..., Contact]) -> Contact:
    return know("רות נבון", RUTH, "+97235550188", company="Navon Studio", vip=True)
