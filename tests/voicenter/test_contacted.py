"""Whom the library speaks to: the account's own hosts and the monitors of its login, nobody else (PROTOCOL, hosts)."""

import itertools
import json
import re
from dataclasses import fields, replace
from urllib.parse import urlsplit

import pytest

from tests.resolver import nowhere
from voicenter_console.voicenter.client import Hosts, VoicenterClient
from voicenter_console.voicenter.errors import VoicenterError
from voicenter_console.voicenter.live import LineDown
from voicenter_console.voicenter.realtime import Login, RealTime, Way

from .asking import CASES, CODE, Recorder, answer_of

OWN = Hosts(**{field.name: f"https://{field.name.replace('_', '-')}.centre.example/x" for field in fields(Hosts)})
HOSTS = {urlsplit(getattr(OWN, field.name)).hostname for field in fields(Hosts)}


@pytest.fixture
def looked_up(monkeypatch):
    return nowhere(monkeypatch)


@pytest.mark.parametrize("name", CASES)
def test_only_a_host_of_the_account_is_looked_up(name, looked_up):
    with VoicenterClient(account="demo", code=CODE, hosts=OWN) as client, pytest.raises(VoicenterError):
        CASES[name][0](client)

    assert looked_up
    assert set(looked_up) <= HOSTS


def test_the_resolver_of_these_tests_sees_a_host_that_is_not(looked_up):
    elsewhere = replace(OWN, click2call="https://elsewhere.example")
    with VoicenterClient(account="demo", code=CODE, hosts=elsewhere) as client, pytest.raises(VoicenterError):
        CASES["click2call.call"][0](client)
    assert set(looked_up) == {"elsewhere.example"}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_that_sends_elsewhere_is_not_followed(name):
    recorder = Recorder(status=302, headers={"Location": "https://elsewhere.example/"})
    client = VoicenterClient(account="demo", code=CODE, hosts=OWN, transport=recorder)
    with client, pytest.raises(VoicenterError):
        CASES[name][0](client)
    assert {request.url.host for request in recorder.asked} <= HOSTS


def test_a_line_goes_to_the_monitors_that_the_login_named_alone(looked_up):
    """Nor through a proxy that the environment wishes for: it would see the token."""
    said = re.sub(r'https://[^"]*', "https://monitor.named.example", json.dumps(answer_of("realtime.log_in")))
    recorder = Recorder(json=json.loads(said))
    with VoicenterClient(account="demo", code=CODE, hosts=OWN, transport=recorder) as client:
        hours = itertools.count(0, 3600).__next__
        line = RealTime(client, Login(Way.TOKEN, "s3cret"), wait=lambda _: None, clock=hours)
        told = [event for _ in range(4) for event in line.step(0)]
        line.close()

    assert any(isinstance(event, LineDown) for event in told), told
    assert set(looked_up) == {"monitor.named.example"}
    assert {request.url.host for request in recorder.asked} == {"realtime.centre.example"}
