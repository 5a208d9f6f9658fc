"""Over a real connection: to the pinned address, under the name's certificate and no other."""

from __future__ import annotations

import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from voicenter_console.notifications import addresses, post, sending

pytestmark = pytest.mark.django_db


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.heard.append((self.headers["Host"], self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class _Server(HTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that does not like the certificate hangs up; that is its right."""


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    cert, private = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert, private


@pytest.fixture
def listening(tmp_path, names, monkeypatch, endpoint):
    """A receiver with a certificate for hooks.example.org on this machine, which counts as public here."""
    cert, private = certificate(tmp_path, "hooks.example.org")
    server = _Server(("127.0.0.1", 0), _Handler)
    server.heard = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, private)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    names |= {"hooks.example.org": ["127.0.0.1"], "other.example.org": ["127.0.0.1"]}
    monkeypatch.setattr(addresses, "is_public", lambda address: True)
    monkeypatch.setattr(post, "transport", httpx.HTTPTransport(verify=ssl.create_default_context(cafile=str(cert))))
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("name", "state"), [("hooks.example.org", "sent"), ("other.example.org", "waiting")])
def test_the_certificate_is_that_of_the_name(account, endpoint, listening, deliver, name, state):
    endpoint.url = f"https://{name}:{listening.server_port}/in"
    endpoint.save()
    sending.notify(account, "recovery.opened", "k", {"n": 1})
    (row,) = deliver()
    assert row.state == state, row.answer
    if state == "sent":
        assert listening.heard[0][0] == f"{name}:{listening.server_port}"
    else:
        assert "certificate verify failed" in row.answer
        assert listening.heard == []
