"""The ears of the run hear: a secret in a log, an answer, a mail or an error fails the test that it is said in."""

from __future__ import annotations

import logging

import pytest
from django.core import mail
from django.http import HttpResponse

from calls.models import Extension, WebPhone
from tests import overheard
from voicenter_console.notifications.models import Endpoint
from voicenter_console.organisation.models import Account, HookToken
from voicenter_console.vcc_live.client import VccClient
from voicenter_console.vcc_live.errors import Refused
from voicenter_console.voicenter.client import VoicenterClient
from voicenter_console.voicenter.errors import Garbled

pytestmark = pytest.mark.fault("F-65")


def kept_secrets(dana) -> dict[str, str]:
    """One of each kind, as the console comes to have them."""
    account = Account.objects.create(
        name="Of canaries", code="canary-account-code", user_code="canary-user-code", realtime_secret="canary-realtime"
    )
    Account.objects.create(name="Second provider", provider="vcc", customer="kinneret", code="canary-vcc-token")
    WebPhone.objects.create(user=dana, extension=Extension.objects.get(user=dana), password="canary-sip-password")
    endpoint = Endpoint.objects.create(account=account, name="desk", url="https://hooks.example/", kinds=[])
    VoicenterClient(account="demo", code="canary-client-code").close()
    with VccClient(customer="kinneret", token="canary-client-token"):
        pass
    return {
        "account code": account.code, "user code": account.user_code, "RealTime": account.realtime_secret,
        "VCC Live": "canary-vcc-token", "SIP": "canary-sip-password", "webhook": endpoint.secret,
        "hook given": HookToken.issue(account, ["cdr"], "canary-hook-token"),
        "hook made": HookToken.issue(account, ["popup"]), "client": "canary-client-code",
        "client of VCC Live": "canary-client-token",
    }  # fmt: skip


def test_a_secret_of_every_kind_is_heard_wherever_it_is_said(dana):
    for kind, secret in kept_secrets(dana).items():
        logging.getLogger("a.module").warning("said %s here", secret)
        logging.getLogger("a.module").warning("masked /hooks/%s/cdr/ and code=%s", secret, secret)
        Garbled(f"of {secret}")
        Refused(f"no, {secret}")
        mail.outbox.append(mail.EmailMessage("a subject", f"Your {secret}", to=["tal@centre.example"]))
        overheard._hear_answer("GET", "/calls/", HttpResponse(f"<p>{secret}</p>", headers={"X-Told": secret}))
        said = overheard.said()
        mail.outbox.clear()
        where = [one.partition(":")[0] for one in said]
        assert where == [
            "log of a.module", "text of Garbled", "text of Refused", "headers of GET /calls/",
            "answer to GET /calls/", "mail",
        ], kind  # fmt: skip
        assert secret not in "".join(said)  # what fails does not say it again


def test_a_page_of_the_console_is_heard(client, account):
    """The test client that all tests use is the one that is overheard."""
    client.get("/healthz")
    assert overheard.said() == []
    client.get(f"/healthz?{account.code}")
    assert overheard.said() == []  # asked, not answered
    client.get(f"/sign-in/?next=/{account.code}")
    assert [one.partition(":")[0] for one in overheard.said()] == ["answer to GET /sign-in/"]
