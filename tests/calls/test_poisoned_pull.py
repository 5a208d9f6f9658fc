"""F-58: a provider that was taken over hands out poisoned rows; the pull takes them as strictly as it takes pushes."""

from __future__ import annotations

import json

import pytest

from calls.models import Call, Cdr
from tests.calls.telling import NOON, pull, tell
from tests.fixtures.voicenter.spelling import call_id, pulled
from voicenter_console.voicenter.client import Hosts, VoicenterClient
from voicenter_console.voicenter.wire import read_json
from voicenter_console.webhooks import inbox, ingest
from voicenter_console.webhooks.models import Delivery

pytestmark = [pytest.mark.fault("F-58"), pytest.mark.django_db]

POISON = [
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data/",
    "<script src=//evil.example/x.js></script>",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE calls_call; --",
    "a\x00b\ud800c",
    "\u202eevil\u200f",
    "٠٥٤٥٥٥٠١١٨",
    "9" * 5000,
    "x" * 1_000_000,
    {"$gt": ""},
    [["nested"] * 50],
    -1,
    10**30,
    1e308,
    True,
    None,
]
CLEAN = {"type": "Queue", "type_id": 8, "status": "ANSWER", "duration": 5, "caller": "0545550118"}


def row(**poison: object) -> dict:
    return pulled(NOON, call_id=call_id(NOON), **CLEAN) | poison


def as_read(said):
    """The row as it comes off the wire, where NUL and lone surrogates end."""
    return read_json(json.dumps(said))


@pytest.mark.parametrize("poison", POISON, ids=lambda value: repr(value)[:30])
def test_one_poisoned_field_at_a_time_is_one_ordinary_call(account, poison):
    for field in row():
        if field == "CallID":
            continue
        Call.objects.all().delete()
        tell(account, pull(as_read(row(**{field: poison}))))
        cdr = Cdr.objects.get()
        assert cdr.recording_url == "" or cdr.recording_url.startswith(("http://", "https://"))
        assert cdr.talk_seconds is None or 0 <= cdr.talk_seconds < 2**31
        assert "\x00" not in json.dumps(cdr.raw, ensure_ascii=False)


@pytest.mark.parametrize("poison", POISON, ids=lambda value: repr(value)[:30])
def test_a_poisoned_recording_address_is_no_link_that_a_browser_runs(account, as_owner, poison):
    tell(account, pull(as_read(row(RecordURL=poison))))
    page = as_owner.get(f"/calls/{Call.objects.get().pk}/")
    assert page.status_code == 200
    for scheme in ("javascript:", "data:", "file:"):
        assert f'"{scheme}' not in page.text
    rules = [rule.strip() for rule in page.headers["Content-Security-Policy"].split(";")]
    assert "script-src 'self'" in rules


def test_a_page_of_garbage_is_kept_and_makes_nothing(account):
    for number, body in enumerate((b"{", b'{"CDR_LIST": 7}', b"\xff" * 100, b'{"CDR_LIST": [7, null, "x"]}')):
        inbox.keep(account.pk, Delivery.Channel.CALL_LOG, body + b" " * number)
    ingest.drain(account)
    assert not Call.objects.exists()
    assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.State.DEAD}


@pytest.mark.parametrize("host", ["http://api.voicenter.co.il", "ftp://api.voicenter.com", "//api.voicenter.com", ""])
def test_plain_http_as_the_old_document_writes_it_is_refused(host):
    with pytest.raises(ValueError, match="not https"):
        VoicenterClient(account="demo", code="x", hosts=Hosts(call_log=host))
