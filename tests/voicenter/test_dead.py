"""A cloud that is dead: refused, mute, with a certificate that ran out, under a name nobody knows (FAULTS F-42)."""

import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from voicenter_console.voicenter import agents, call_log, click2call, client, dialer, monitor
from voicenter_console.voicenter.errors import LeftAlone, Unreachable

from .cloud import CUT, Cloud, http
from .dialing import CAMPAIGN, PLAIN
from .test_client import CODE, client_of, closed_port

MOMENT = datetime(2026, 7, 15, 11, tzinfo=UTC)
ASKED = {
    "a dial": lambda one: click2call.call(one, phone="Ab3dE6gH", target="0545550118", request_id="r1"),
    "the call log": lambda one: call_log.page(one, from_=MOMENT, to=MOMENT),
    "a lead": lambda one: dialer.add_call(one, CAMPAIGN, PLAIN),
    "campaigns": dialer.campaigns,
    "active calls": monitor.extensions_calls,
    "a status": lambda one: agents.set_status(one, user_id="10007", status=1, extension="Ab3dE6gH"),
}


class Mute:
    """Takes connections and never says a word; counts them."""

    def __init__(self, context: ssl.SSLContext | None = None):
        self.connections = 0
        self._context = context
        self._held: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def address(self):
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)
        for held in self._held:
            held.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._held.append(connection)
            if self._context:
                try:
                    self._held.append(self._context.wrap_socket(connection, server_side=True))
                except (ssl.SSLError, OSError):
                    connection.close()


@pytest.fixture
def impatient(monkeypatch):
    """A tenth of a second for thirty."""
    monkeypatch.setattr(client, "READ_SECONDS", 0.1)


def test_f42_who_waits_and_for_how_long():
    with client_of("https://relay.example") as one:
        timeout = one._http.timeout
        assert (timeout.connect, timeout.read) == (3, 30)


@pytest.mark.fault("F-42")
@pytest.mark.parametrize("asked", ASKED)
def test_f42_a_port_that_is_closed(asked):
    with client_of(closed_port()) as one, pytest.raises(Unreachable) as caught:
        ASKED[asked](one)
    assert not caught.value.sent


@pytest.mark.fault("F-42")
@pytest.mark.parametrize("asked", ASKED)
def test_f42_a_black_hole_is_asked_once_and_let_go(asked, impatient):
    with Mute() as hole, client_of(f"http://{hole.address}") as one:
        with pytest.raises(Unreachable, match="nothing came for") as caught:
            ASKED[asked](one)
        assert caught.value.sent
        assert hole.connections == 1


@pytest.mark.fault("F-42")
@pytest.mark.parametrize("asked", ASKED)
def test_f42_a_name_that_nobody_knows(asked, monkeypatch):
    def nobody(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with client_of("https://voicenter.invalid") as one, pytest.raises(Unreachable) as caught:
        ASKED[asked](one)
    assert not caught.value.sent
    assert CODE not in str(caught.value)


@contextmanager
def certificate(tmp_path, until):
    """A TLS context with a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=30))
        .not_valid_after(until)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    private = serialization.PrivateFormat.PKCS8
    encoding = serialization.Encoding.PEM
    file.write_bytes(key.private_bytes(encoding, private, serialization.NoEncryption()) + made.public_bytes(encoding))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    yield context


@pytest.mark.fault("F-42")
@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("days", [-1, 30])
def test_f42_a_certificate_that_ran_out_or_is_nobody_s(asked, days, tmp_path):
    until = datetime.now(UTC) + timedelta(days=days)
    with (
        certificate(tmp_path, until) as context,
        Mute(context) as server,
        client_of(f"https://{server.address}") as one,
        pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED") as caught,
    ):
        ASKED[asked](one)
    assert not caught.value.sent


class Memory:
    """A breaker of one process, that opens after two."""

    def __init__(self):
        self.failures = {}

    def wait(self, account, host):
        return 20 if self.failures.get((account, host), 0) >= 2 else 0

    def failed(self, account, host):
        self.failures[account, host] = self.failures.get((account, host), 0) + 1

    def answered(self, account, host):
        self.failures.pop((account, host), None)


@pytest.mark.fault("F-42")
def test_f42_a_host_that_does_not_answer_is_left_alone(impatient):
    breaker = Memory()
    with Mute() as hole, client_of(f"http://{hole.address}", breaker=breaker) as one:
        for asked in list(ASKED.values())[:2]:
            with pytest.raises(Unreachable):
                asked(one)
        for asked in ASKED.values():
            with pytest.raises(LeftAlone, match="in 20 s") as caught:
                asked(one)
            assert not caught.value.sent
        assert hole.connections == 2
        assert breaker.failures == {("demo", hole.address): 2}


def test_who_answers_is_not_left_alone_whatever_it_says():
    breaker = Memory()
    with Cloud(CUT, CUT, http(b"", 503), http({}, 500)) as cloud, client_of(cloud.url, breaker=breaker) as one:
        for _ in range(2):
            with pytest.raises(Unreachable):
                ASKED["a dial"](one)
        breaker.failed("demo", cloud.url.removeprefix("http://"))
        assert one.ask(cloud.url, repeatable=False).status == 503
        assert breaker.failures == {}
        assert one.ask(cloud.url, repeatable=False).status == 500
