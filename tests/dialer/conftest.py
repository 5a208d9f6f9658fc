"""The account's own cloud, in this process, with its two campaigns mirrored."""

from __future__ import annotations

import httpx
import pytest
from django.utils import timezone

from dialer import mirror
from dialer.models import Campaign
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account
from voicenter_console.sandbox.clock import Clock
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.http import application


@pytest.fixture
def cloud(account: Account, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    cloud = Cloud(code=account.code, clock=Clock(timezone.now(), 0.0))
    monkeypatch.setattr(gateway, "transport", httpx.WSGITransport(app=application(cloud)))
    return cloud


@pytest.fixture
def mirrored(account: Account, cloud: Cloud) -> Account:
    mirror.refresh(account)
    return account


@pytest.fixture
def stopped(mirrored: Account) -> Campaign:
    """A campaign that stands still."""
    return next(one for one in Campaign.objects.filter(account=mirrored) if not one.runs)
