"""A morning with a few lost callers, and Dana and Noa, who work in Service, at phones of the simulated cloud."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from django.test import Client
from django.utils import timezone

from calls.models import Extension, Recovery
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account, Department, User
from voicenter_console.organisation.roles import Role
from voicenter_console.sandbox.clock import Clock
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.http import application


@pytest.fixture
def cloud(account: Account, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    cloud = Cloud(code=account.code, clock=Clock(timezone.now(), 0.0))
    monkeypatch.setattr(gateway, "transport", httpx.WSGITransport(app=application(cloud)))
    return cloud


@pytest.fixture
def dana(dana: User, service: Department) -> User:
    dana.departments.add(service)
    return dana


@pytest.fixture
def noa(account: Account, service: Department) -> User:
    noa = User.objects.create_user("noa@centre.example", "a password for tests", name="Noa Adari", role=Role.AGENT)
    noa.departments.add(service)
    return noa


@pytest.fixture
def as_noa(noa: User) -> Client:
    client = Client()
    client.force_login(noa)
    return client


@pytest.fixture
def phone(cloud: Cloud, dana: User) -> str:
    """Dana's extension, as the cloud knows it."""
    Extension.objects.filter(user=dana).update(code=cloud.centre.agents[0].extension.sip)
    return cloud.centre.agents[0].extension.sip


@pytest.fixture
def card(account: Account, service: Department) -> Callable[..., Recovery]:
    """A card of Service, lost a moment ago."""

    def made(number: str = "+972545550118", **said) -> Recovery:
        at = said.pop("at", timezone.now())
        facts = {"account": account, "department": service, "queue_name": "Service", "tries": 1, "waited_seconds": 30,
                 "first_lost_at": at, "last_lost_at": at, **said}  # fmt: skip
        return Recovery.objects.create(number=number, **facts)

    return made
