"""A flow at the front desk, published and bound; callers who ask as the cloud does."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from ivr import publishing, shelf
from ivr.models import Binding, Flow
from tests.conftest import TOKEN
from voicenter_console.organisation.models import Account, User
from voicenter_console.voicenter.wire import MEDIA_TYPE, Format, encode_call
from voicenter_console.webhooks import afterwards

FLOWS = Path(__file__).parent / "flows"
CALL_ID = "a1b2c3d4e5f60718293a4b5c6d7e8f90"  # without a time, so that it begins when it asks


@pytest.fixture(autouse=True)
def _fresh_shelf(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path
    shelf._shelf.__init__()
    shelf.forget()


@pytest.fixture
def front_desk() -> dict:
    """The document of a flow without opening hours, so that tests need no clock."""
    document = json.loads((FLOWS / "front_desk.json").read_text())
    document["entry"] = "main"
    del document["nodes"]["hours"]
    return copy.deepcopy(document)


@pytest.fixture
def flow(account: Account, front_desk: dict) -> Flow:
    return Flow.objects.create(account=account, name="Front desk", draft=front_desk)


@pytest.fixture
def published(flow: Flow, owner: User) -> Flow:
    """The front desk, for all callers of all numbers."""
    publishing.publish(flow, by=owner, message="first")
    Binding.objects.create(account=flow.account, flow=flow)
    shelf.forget()
    return flow


@pytest.fixture
def ask(account: Account, client: Client) -> Callable[..., dict]:
    """Ask as the cloud does; the fields of the answer. The journal is written before it returns."""

    def ask(menu: str = "-1", digits: str = "", *, call_id: str = CALL_ID, method: str = "GET_IVR_ACTION", **more):
        data = {"DID": "035550142", "CALLER_ID": "0540000001", "CALLER_NAME": "", "IVR_UNIQUE_ID": call_id,
                "DTMF": digits, "MENU": menu, "PREVIOUS_MENU": "-1"} | more  # fmt: skip
        body = encode_call(Format.JSON, {"METHOD": method, "DATA": data}, method)
        answer = client.generic("POST", f"/hooks/{TOKEN}/ivr/", body, content_type=MEDIA_TYPE[Format.JSON])
        assert answer.status_code == 200
        assert afterwards.wait(5)
        return answer.json()

    return ask
