"""The way out: what is repeated, what is kept secret, which hosts may be spoken to (PROTOCOL)."""

import socket

import pytest

from voicenter_console.voicenter.client import Hosts, VoicenterClient
from voicenter_console.voicenter.errors import Unreachable

from .cloud import CUT, Cloud, http

CODE = "secret-code-of-the-account"


def client_of(url, **options):
    return VoicenterClient(account="demo", code=CODE, hosts=Hosts.at(url), **options)


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_request_that_may_have_arrived_is_not_repeated_and_says_so():
    with Cloud(CUT, http({})) as cloud, client_of(cloud.url) as client:
        with pytest.raises(Unreachable) as caught:
            client.ask(cloud.url, repeatable=False, form={"a": "1"})
        assert caught.value.sent
        assert len(cloud.asked) == 1


def test_an_answer_cut_short_is_no_answer():
    cut = http(b"x" * 100)[:-50]
    with Cloud(cut, cut) as cloud, client_of(cloud.url) as client:
        with pytest.raises(Unreachable) as caught:
            client.ask(cloud.url, repeatable=False)
        assert caught.value.sent


def test_what_only_reads_is_asked_once_more():
    with Cloud(CUT, http({"a": 1})) as cloud, client_of(cloud.url) as client:
        assert client.ask(cloud.url, repeatable=True).body == b'{"a": 1}'
        assert len(cloud.asked) == 2
    with Cloud(CUT, CUT, http({})) as cloud, client_of(cloud.url) as client:
        with pytest.raises(Unreachable):
            client.ask(cloud.url, repeatable=True)
        assert len(cloud.asked) == 2


@pytest.mark.parametrize("repeatable", [True, False])
def test_where_nobody_listens_nothing_was_sent(repeatable):
    with client_of(closed_port()) as client:
        with pytest.raises(Unreachable) as caught:
            client.ask(client.hosts.click2call, repeatable=repeatable)
        assert not caught.value.sent
        assert "has not received" in str(caught.value)


def test_a_redirect_is_not_followed_with_the_account_s_code():
    with (
        Cloud() as elsewhere,
        Cloud(http(b"", 307, Location=elsewhere.url)) as cloud,
        client_of(cloud.url) as client,
    ):
        assert client.ask(cloud.url, repeatable=True, form={"code": CODE}).status == 307
        assert elsewhere.asked == []


def test_the_proxy_of_the_environment_never_sees_the_code(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", closed_port())
    with Cloud(http({})) as cloud, client_of(cloud.url) as client:
        assert client.ask(cloud.url, repeatable=False, bearer=True).status == 200
        assert cloud.asked[0].headers["authorization"] == f"Bearer {CODE}"


class Counter:
    def __init__(self):
        self.waits = []

    def wait(self, account, cost):
        self.waits.append((account, cost))


def test_limited_requests_wait_their_turn_and_a_repetition_waits_again():
    limiter = Counter()
    with Cloud(CUT, http({}), http({})) as cloud, client_of(cloud.url, limiter=limiter) as client:
        client.ask(cloud.url, repeatable=True, limited=True)
        client.ask(cloud.url, repeatable=False)
    assert limiter.waits == [("demo", 1), ("demo", 1)]


def test_the_code_is_in_no_text_of_the_client():
    client = client_of("https://relay.example")
    assert CODE not in repr(client)
    assert client.without_code(f"bad code {CODE}!") == "bad code •••!"


@pytest.mark.parametrize(
    "url",
    [
        "https://api.voicenter.com",
        "http://127.0.0.1:8090",
        "http://localhost",
        "http://[::1]:1",
        "http://relay",
    ],
)
def test_hosts_that_may_be_spoken_to(url):
    client_of(url, allow_http_hosts=["relay"]).close()


@pytest.mark.parametrize(
    "url", ["http://api.voicenter.co.il", "http://127.0.0.1.example", "ftp://x", "api.voicenter.com", ""]
)
def test_plain_http_to_anyone_else_is_refused_at_the_door(url):
    with pytest.raises(ValueError, match="is not https"):
        client_of(url)


def test_a_code_that_no_header_could_carry_is_refused_at_the_door():
    with pytest.raises(ValueError, match="printable"):
        VoicenterClient(account="demo", code="x\r\nHost: y")


def test_every_host_at_one_address_keeps_the_paths_of_the_cloud():
    hosts = Hosts.at("http://127.0.0.1:8090/")
    assert hosts.call_log == "http://127.0.0.1:8090"
    assert hosts.active_calls == "http://127.0.0.1:8090/comet/API"
    assert hosts.extensions == "http://127.0.0.1:8090/Comet/api"
