"""Queue calls told to the ingester, and their figures as the API gives them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.calls.telling import push, tell
from tests.fixtures.voicenter.spelling import call_id, pushed


@pytest.fixture
def queue_call(account) -> Callable[..., str]:
    """Push one queue record and have it ingested; returns its call id."""
    number = iter(range(10**6))

    def called(at: datetime, status: str = "ANSWER", wait: int | None = 7, **more: Any) -> str:
        uid = more.pop("uid", None) or call_id(at, f"{next(number):018d}")
        said = {"type": "Queue", "status": status, "queue_id": 7, "queue_name": "Service", "caller": "0545550118",
                "duration": 60 if status == "ANSWER" else 0, "department_id": 555001, **more}  # fmt: skip
        if wait is not None:
            said["wait"] = wait
        tell(account, push(pushed(at, call_id=uid, **said)))
        return uid

    return called


@pytest.fixture
def report(api) -> Callable[..., list[dict[str, Any]]]:
    """Rows of the queue report."""

    def read(**query: str) -> list[dict[str, Any]]:
        answer = api.get("/api/v1/reports/queues/", query)
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]

    return read


def minutes(at: datetime, n: int) -> datetime:
    return at + timedelta(minutes=n)
