"""F-49, F-50: forged addresses and monstrous bodies, against a real server without a proxy before it."""

from __future__ import annotations

import gzip
import http.client
import socket
from collections.abc import Iterator

import httpx
import pytest
from django.test import override_settings

from tests.faults import traffic
from tests.faults.console import TOKEN, Console
from tests.faults.ledger import Message
from voicenter_console.organisation.addresses import Spoofed, client_address

MEGABYTE = 1 << 20
ALLOWED = "192.0.2.10"


@pytest.mark.fault("F-49")
@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, f"{ALLOWED}", "198.51.100.7"),  # nobody may forward: the header is noise
        (1, "203.0.113.5", "203.0.113.5"),
        (1, f"{ALLOWED}, 203.0.113.5", "203.0.113.5"),
        (1, f"{ALLOWED},{ALLOWED},203.0.113.5", "203.0.113.5"),
        (2, f"{ALLOWED}, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
        (1, f"{ALLOWED}, ::ffff:203.0.113.5", "203.0.113.5"),
        (1, f"{ALLOWED}, ::ffff:cb00:7105", "203.0.113.5"),
        (1, "2001:db8::5", "2001:db8::5"),
        (1, f"{ALLOWED}, not an address", ""),
        (1, f"{ALLOWED}, 203.0.113.5:4711", ""),
    ],
)
def test_the_address_is_the_nth_from_the_right(proxies, forwarded, found):
    with override_settings(TRUSTED_PROXIES=proxies):
        environ = {"REMOTE_ADDR": "198.51.100.7", "HTTP_X_FORWARDED_FOR": forwarded}
        assert client_address(environ) == found


@pytest.mark.fault("F-49")
@pytest.mark.parametrize("forwarded", [None, "", " , ", ALLOWED])
def test_who_comes_round_the_proxies_is_refused(forwarded):
    environ = {"REMOTE_ADDR": "198.51.100.7", **({} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded})}
    with override_settings(TRUSTED_PROXIES=2), pytest.raises(Spoofed):
        client_address(environ)


@pytest.fixture
def behind_a_proxy(make_console) -> Console:
    """One trusted proxy, and an enforced list with one address on it."""
    console = make_console(workers=0, TRUSTED_PROXIES="1")
    console.storage.execute(f"UPDATE organisation_account SET enforce_addresses = true, addresses = '[\"{ALLOWED}\"]'")
    return console.start()


@pytest.mark.slow
@pytest.mark.fault("F-49")
def test_a_forged_header_opens_no_door_of_the_server(behind_a_proxy):
    """Of all that a client can write itself, the last entry, its proxy's, decides."""
    forged = "203.0.113.66"
    cases = {
        (): 403,  # straight to the port
        (ALLOWED,): 200,
        (ALLOWED, forged): 403,
        (f"{ALLOWED}, {forged}",): 403,
        (ALLOWED, ALLOWED, forged): 403,
        (f"::ffff:{ALLOWED}, {forged}",): 403,
        (f"{forged}, ::ffff:{ALLOWED}",): 200,
        ("::ffff:203.0.113.66",): 403,
    }
    body = traffic.day(1, twice=0).messages[0].body
    answered = {headers: _post(behind_a_proxy.ports[0], body, headers) for headers in cases}
    assert answered == cases
    refused = behind_a_proxy.storage.query("SELECT address, times FROM organisation_refusedaddress")
    assert [(str(address), times) for address, times in refused] == [(forged, 5)]


def _post(port: int, body: bytes, forwarded: tuple[str, ...]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest("POST", f"/hooks/{TOKEN}/cdr/")
    for value in forwarded:
        connection.putheader("X-Forwarded-For", value)
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    return connection.getresponse().status


@pytest.mark.slow
@pytest.mark.fault("F-47")
def test_no_address_under_hooks_says_anything(make_console):
    """Without a valid token or a known channel: 404, no page, nothing stored."""
    console = make_console(workers=0).start()
    for method, path in [
        ("POST", "/hooks/guessed/cdr/"), ("GET", "/hooks/"), ("POST", f"/hooks/{TOKEN}/no-channel/"),
        ("GET", f"/hooks/{TOKEN}/no-channel/"),
    ]:  # fmt: skip
        answer = httpx.request(method, f"http://127.0.0.1:{console.ports[0]}{path}", content=b"{}")
        assert (answer.status_code, len(answer.content) < 30) == (404, True), path
    assert console.inbox() == {}


@pytest.fixture
def measured(make_console) -> Iterator[Console]:
    """A warm web process, which may not have grown by 20 MB when the test is over."""
    console = make_console(workers=0).start()
    for message in traffic.day(200, twice=0).messages:
        assert _post(console.ports[0], message.body, ()) == 200
    before = console.webs[0].memory()
    yield console
    assert console.webs[0].memory() - before < 20 * MEGABYTE
    assert _post(console.ports[0], b'{"ivruniqueid": "20261101120000alive"}', ()) == 200
    assert console.webs[0].alive


@pytest.mark.slow
@pytest.mark.fault("F-50")
def test_a_hundred_megabytes_are_refused_by_their_length(measured):
    assert _flood(measured, f"Content-Length: {100 * MEGABYTE}", lambda part: part) == 413
    assert _dead(measured) == [("larger than this hook takes", 0)]


@pytest.mark.slow
@pytest.mark.fault("F-50")
def test_a_hundred_megabytes_without_a_length_are_cut_off_at_the_limit(measured):
    chunk = lambda part: b"%x\r\n%s\r\n" % (len(part), part)  # noqa: E731
    assert _flood(measured, "Transfer-Encoding: chunked", chunk) == 413
    assert _dead(measured) == [("larger than this hook takes", 0)]


@pytest.mark.slow
@pytest.mark.fault("F-50")
def test_a_gzip_bomb_is_not_unpacked(measured):
    bomb = gzip.compress(bytes(200 * MEGABYTE), 9)
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", measured.ports[0], timeout=20)
    connection.request("POST", f"/hooks/{TOKEN}/cdr/", bomb, headers)
    assert connection.getresponse().status == 415
    assert _dead(measured) == [("sent with a Content-Encoding", 0)]


@pytest.mark.slow
@pytest.mark.fault("F-50")
def test_bodies_just_under_the_limit_are_kept(make_console, sender):
    console = make_console(workers=0).start()
    client = sender(console)
    bodies = [Message(b'{"ivruniqueid": "%d", "x": "%s"}' % (n, b"x" * (9 * MEGABYTE))) for n in range(10)]
    assert {answer.err for answer in client.all(bodies, at_once=2, once=True)} == {0}
    assert console.storage.query("SELECT count(*) FROM webhooks_delivery") == [(10,)]


def _flood(console: Console, header: str, frame) -> int:
    """Send 100 MB piece by piece for as long as the server reads; the status it answered."""
    with socket.create_connection(("127.0.0.1", console.ports[0]), timeout=20) as line:
        line.sendall(f"POST /hooks/{TOKEN}/cdr/ HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}\r\n\r\n".encode())
        part = frame(b'"' * MEGABYTE)
        for _ in range(100):
            try:
                line.sendall(part)
            except (ConnectionError, TimeoutError):
                break
        return int(line.recv(65536).split(b" ", 2)[1])


def _dead(console: Console) -> list[tuple[str, int]]:
    return console.storage.query("SELECT reason, length(body) FROM webhooks_delivery WHERE state = 'dead'")
