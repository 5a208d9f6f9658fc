"""A cloud that stands still on a summer Wednesday, 11:00 in Israel, and a client that asks it in-process."""

from datetime import UTC, datetime

import httpx
import pytest

from voicenter_console.sandbox.clock import STILL, Clock
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.http import application

MORNING = datetime(2026, 7, 15, 8, 0, tzinfo=UTC)


def still(**options) -> Cloud:
    return Cloud(seed=7, clock=Clock(MORNING, STILL), **options)


@pytest.fixture
def cloud() -> Cloud:
    return still(history_days=1)


@pytest.fixture
def client(cloud):
    with httpx.Client(transport=httpx.WSGITransport(app=application(cloud)), base_url="http://cloud") as client:
        yield client
