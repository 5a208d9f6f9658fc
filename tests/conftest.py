"""The cast: Rina manages Service, Dana is an agent there, Gal is a stranger. And the doors they go through."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from calls.models import Agent, Extension
from tests import overheard
from voicenter_console.organisation import tombstones
from voicenter_console.organisation.models import Account, ApiKey, Department, HookToken, User
from voicenter_console.organisation.roles import Role
from voicenter_console.voicenter.wire import MEDIA_TYPE, Format, encode_call
from voicenter_console.webhooks import afterwards, hints, ingest, tokens

FIXTURES = Path(__file__).parent / "fixtures" / "voicenter"
TOKEN = "a-token-of-the-tests"
PASSWORD = "a password for tests"


@pytest.fixture(autouse=True)
def _fresh_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has tokens of its own, ingests when it says so, and sees what is written after an answer."""
    tokens.forget()
    tombstones.forget()
    monkeypatch.setattr(hints, "send", lambda account_id: None)
    monkeypatch.setattr(afterwards, "put", lambda write, **about: write())


@pytest.fixture(scope="session", autouse=True)
def _overhearing() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        overheard.begin(patch)
        yield


@pytest.fixture(autouse=True)
def _no_secret_is_said(_overhearing: None) -> Iterator[None]:
    """Whatever a test is about: no log, page, answer, mail or error of it holds a secret."""
    yield
    said = overheard.said()
    assert not said, "a secret was said:\n" + "\n".join(said)


@pytest.fixture
def account(db: None) -> Account:
    account = Account.objects.create(name="Kinneret Home", code="canary-code-5550100")
    HookToken.issue(account, ["cdr", "ivr", "layer"], TOKEN)
    return account


@pytest.fixture
def service(account: Account) -> Department:
    return Department.objects.create(account=account, provider_id=555001, name="Service")


@pytest.fixture
def rina(service: Department) -> User:
    """A manager of Service."""
    rina = User.objects.create_user("rina@centre.example", PASSWORD, name="Rina Peled", role=Role.MANAGER)
    rina.departments.add(service)
    return rina


@pytest.fixture
def dana(account: Account) -> User:
    """An agent, code 10007, at extension Ab3dE6gH."""
    dana = User.objects.create_user("dana@centre.example", PASSWORD, name="Dana Lavi", role=Role.AGENT)
    Agent.objects.create(account=account, key="10007", code="10007", name="Dana Lavi", user=dana)
    Extension.objects.create(account=account, code="Ab3dE6gH", user=dana)
    return dana


@pytest.fixture
def gal(db: None) -> User:
    """A stranger: may sign in, and has nothing here."""
    return User.objects.create_user("gal@centre.example", PASSWORD, name="Gal Stav", role=Role.AGENT)


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("tal@centre.example", PASSWORD, name="Tal Regev", role=Role.ADMIN)


def _client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def as_rina(rina: User) -> Client:
    return _client_of(rina)


@pytest.fixture
def as_dana(dana: User) -> Client:
    return _client_of(dana)


@pytest.fixture
def as_gal(gal: User) -> Client:
    return _client_of(gal)


@pytest.fixture
def as_owner(owner: User) -> Client:
    return _client_of(owner)


@pytest.fixture
def api(db: None) -> Client:
    """A program with an administrator's key."""
    return Client(headers={"Authorization": f"Bearer {ApiKey.issue('tests', Role.ADMIN)}"})


@pytest.fixture
def post_hook(account: Account, client: Client) -> Callable[..., object]:
    """Post a body to the CDR hook as Voicenter's cloud would."""

    def post(body: bytes | dict, content_type: str = "application/json", *, token: str = TOKEN, **headers: str):
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        return client.generic("POST", f"/hooks/{token}/cdr/", data, content_type=content_type, headers=headers)

    return post


@pytest.fixture
def push(post_hook: Callable[..., object], account: Account) -> Callable[..., None]:
    """Push records and let the ingester take them."""

    def pushed(*records: dict, form: Format = Format.JSON) -> None:
        for record in records:
            answer = post_hook(encode_call(form, record), MEDIA_TYPE[form])
            assert answer.status_code == 200, answer.content
        ingest.drain(account)

    return pushed


@pytest.fixture
def a_push() -> dict:
    """A queue call that Dana answered: fixture `queue_answered.json`."""
    return json.loads((FIXTURES / "queue_answered.json").read_text())


@pytest.fixture
def count_queries() -> Callable[[Callable[[], object]], int]:
    def count(act: Callable[[], object]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            act()
        return len(captured)

    return count
