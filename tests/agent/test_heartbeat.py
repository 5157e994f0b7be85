"""The line to a fleet: kept, checked, and careful with whatever answers."""

import json
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dumont.agent import logs
from dumont.agent.heartbeat import ANSWER_MOST, Away, Buffer, Line, Refused, judged
from dumont.agent.protocol import Status

FINE = {"commands": [], "every_seconds": 5, "watch": ["a"], "deadman_seconds": 60, "deadman": None}
STATUS: Any = {"version": "1", "boot": "a", "seq": 1, "samples": [], "facts": None, "notices": [], "acks": []}


class Door:
    """Answers what it was told to, and counts who connects."""

    def __init__(self) -> None:
        self.status, self.body = 200, json.dumps(FINE).encode()
        self.connections = 0
        self.hangs_up = False
        self.url = ""


@pytest.fixture
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    made = Door()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            made.connections += 1

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(made.status)
            self.send_header("content-length", str(len(made.body)))
            self.end_headers()
            self.wfile.write(made.body)
            self.close_connection = made.hangs_up  # without a word, as a proxy does that has waited for too long

        def log_message(self, *_said: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    scheme = "http"
    certificate: Path | None = getattr(request, "param", None) and request.getfixturevalue("certificate")
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    made.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Signed by itself, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fleet")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    place = tmp_path / "certificate.pem"
    place.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    return place


def status() -> Status:
    return STATUS  # type: ignore[no-any-return]


class TestLine:
    def test_is_kept(self, door: Door) -> None:
        line = Line(door.url, "dag_a")
        assert [line.call(status()).every_seconds for _ in range(3)] == [5.0, 5.0, 5.0]
        assert door.connections == 1

    def test_is_made_anew_when_it_was_kept_for_too_long(self, door: Door) -> None:
        line = Line(door.url, "dag_a")
        door.hangs_up = True
        assert [line.call(status()).watch for _ in range(2)] == [["a"], ["a"]]
        assert door.connections == 2

    @pytest.mark.parametrize("door", [True], indirect=True)
    def test_trusts_nobody_without_a_good_certificate(self, door: Door, certificate: Path) -> None:
        with pytest.raises(Away, match="certificate"):
            Line(door.url, "dag_a").call(status())
        assert (
            Line(door.url, "dag_a", ssl.create_default_context(cafile=str(certificate))).call(status()).commands == []
        )

    def test_tells_refusal_from_absence(self, door: Door) -> None:
        door.status = 401
        with pytest.raises(Refused):
            Line(door.url, "dag_a").call(status())
        with pytest.raises(Away, match="can't be reached"):
            Line("http://127.0.0.1:9", "dag_a").call(status())

    @pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"commands": [{"id": 1}]}', b"x" * (ANSWER_MOST + 1)])
    def test_takes_no_other_for_its_fleet(self, door: Door, body: bytes) -> None:
        door.body = body
        with pytest.raises(Away):
            Line(door.url, "dag_a").call(status())


class TestJudged:
    def test_holds_what_is_said_within_bounds(self) -> None:
        assert judged(json.dumps({**FINE, "every_seconds": 0.0001}).encode()).every_seconds == 0.2
        assert judged(json.dumps({**FINE, "every_seconds": 1e9}).encode()).every_seconds == 3600
        assert judged(b'{"commands": []}')[1:] == (10.0, [], None, None)


class TestBuffer:
    def test_keeps_the_newest_until_they_have_arrived(self) -> None:
        buffer, samples = Buffer(3), [{"at": str(number)} for number in range(5)]
        for sample in samples[:4]:
            buffer.add(sample)  # type: ignore[arg-type]
        sent = buffer.all()
        assert [sample["at"] for sample in sent] == ["1", "2", "3"]
        buffer.add(samples[4])  # type: ignore[arg-type]
        buffer.confirm(sent)
        assert [sample["at"] for sample in buffer.all()] == ["4"]


class TestLogs:
    def test_hide_tokens_wherever_they_stand(self) -> None:
        said = logs.Discreet("%(message)s").format(_record("at dag_abc-1_x, grant=dsg_Zz9."))
        assert said == "at dag_***, grant=dsg_***."


def _record(message: str) -> Any:
    import logging

    return logging.LogRecord("a", logging.INFO, "", 0, message, (), None)
