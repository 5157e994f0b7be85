"""A fleet as an agent sees it, over a real socket: heartbeats and commands, grants, and a store behind them."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import ValidationError

from dumont.agent import onefile
from dumont.fleet.schemas.agent import AgentStatus
from dumont.snapstore.blobs.local import LocalBlobs
from dumont.snapstore.errors import Missing

TOKEN = "dag_of-the-test"
PATIENCE_SECONDS = 60.0
API = "/api/v1"
Told = dict[str, Any]


class Fleet:
    """What agents said, and what they are to do. Each method may be called from the test's own thread."""

    def __init__(self, store: Path) -> None:
        store.mkdir(exist_ok=True)
        self.url = ""
        self.blobs = LocalBlobs(store.as_uri())
        self.every_seconds = 0.2
        self.deadman_seconds: float = 1800
        self.deadman: Told | None = None
        self.watch: list[str] = []
        self.calls: list[Told] = []
        self.ended: list[Told] = []
        """Every acknowledgement of an end, as often as it came."""
        self.commands: dict[str, Told] = {}
        self.grants: dict[str, Told] = {}
        self.reports: list[tuple[str, str]] = []
        """Grant and word: `complete`, `failed`."""
        self.faults: list[str] = []
        """What the real door would not have taken in."""
        self.others: list[tuple[str, str, str, Told]] = []
        """What came in that is no fleet's business: method, path, token and body, as a cloud would hear it."""
        self.away = threading.Event()
        self.refuses: Callable[[Told], bool] = lambda _status: False
        """Whether it can't read a heartbeat."""
        self.deaf = False
        """It hears, and its answers are lost."""
        self.gate = threading.Event()
        """While it is down, packs neither come nor go: whoever moves one waits in the midst of it."""
        self.gate.set()
        self.waiting = threading.Event()
        """Somebody stands before the gate."""
        self._changed = threading.Condition()

    def order(self, command_id: str, kind: str, **args: Any) -> None:
        with self._changed:
            self.commands[command_id] = {"id": command_id, "kind": kind, "args": args}

    def grant(self, token: str, purpose: str, **told: Any) -> Told:
        """The part of a command's arguments that opens the store."""
        known = {"purpose": purpose, "label": "box", "tags": [], "paths": [], "manifest": None}
        self.grants[token] = {**known, **told}
        return {"server": self.url, "grant": token}

    def until(self, holds: Callable[[], Any]) -> Any:
        """Waits for something that changes with a call."""
        end = time.monotonic() + PATIENCE_SECONDS
        with self._changed:
            while not (found := holds()):
                assert time.monotonic() < end, (self.calls[-1:], self.reports)
                self._changed.wait(0.1)
        return found

    def end_of(self, command_id: str) -> Told:
        found: Told = self.until(lambda: next((ack for ack in self.ended if ack["id"] == command_id), None))
        return found

    def beats(self, count: int = 1) -> None:
        """So many more from now on."""
        wanted = len(self.calls) + count
        self.until(lambda: len(self.calls) >= wanted)

    def take(self, status: Told) -> Told:
        try:
            AgentStatus.model_validate_json(json.dumps(status))
        except ValidationError as error:
            self.faults.append(str(error))
        with self._changed:
            self.calls.append(status)
            for ack in status["acks"]:
                if ack["state"] != "running":
                    self.ended.append(ack)
                    self.commands.pop(ack["id"], None)
            self._changed.notify_all()
            return {
                "commands": list(self.commands.values()),
                "every_seconds": self.every_seconds,
                "watch": self.watch,
                "deadman_seconds": self.deadman_seconds,
                "deadman": self.deadman,
            }

    def report(self, token: str, what: str, told: Told) -> Told:
        if what == "urls":
            return self._lent(token, told)
        if what != "progress":
            with self._changed:
                self.reports.append((token, what))
                self.grants.pop(token)
                self._changed.notify_all()
        return {"cancel": False}

    def pass_gate(self, name: str) -> None:
        if name.startswith("packs/") and not self.gate.is_set():
            self.waiting.set()
            self.gate.wait(PATIENCE_SECONDS)

    def _lent(self, token: str, wish: Told) -> Told:
        def url(name: str) -> str:
            return f"{self.url}/objects/{name}"

        return {
            "get": {name: url(name) for name in wish.get("get", ())},
            "put": {name: url(name) for name, _size in wish.get("put", ())},
            "delete": {name: url(name) for name in wish.get("delete", ())},
            "headers": {},
            "expires": (datetime.now(UTC) + timedelta(seconds=600)).isoformat(),
        }


@contextmanager
def serving(fleet: Fleet) -> Iterator[Fleet]:
    class Handler(_Handler):
        of = fleet

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    fleet.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield fleet
    finally:
        fleet.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, _request: Any, _address: Any) -> None:
        """Agents are killed while they speak."""


@cache
def _program() -> bytes:
    return onefile.content()


class _Handler(BaseHTTPRequestHandler):
    of: Fleet
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        said = self._body()
        path = urlsplit(self.path).path.removeprefix(API)
        if self.of.away.is_set():
            self._hang_up()
        elif path == "/agent/status":
            self._heartbeat(json.loads(said))
        elif path.startswith("/snapshots/grant/") and self._known_grant():
            self._tell(200, self.of.report(self._token(), path.rpartition("/")[2], json.loads(said)))
        elif path == "/graphql":
            self._other(said)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path = parts.path.removeprefix(API)
        if self.of.away.is_set():
            self._hang_up()
        elif path == f"/agent/{onefile.NAME}":
            self._send(200, _program())
        elif path == "/agent/install.sh":
            self._send(200, onefile.installer(self.of.url).encode())
        elif path.startswith("/objects/"):
            self._object(path.removeprefix("/objects/"))
        elif path == "/snapshots/grant/list" and self._known_grant():
            found = sorted(self.of.blobs.list(parse_qs(parts.query).get("prefix", [""])[0]))
            self._tell(200, {"items": [each._asdict() for each in found], "next_cursor": None})
        elif path == "/snapshots/grant" and self._known_grant():
            self._tell(200, self.of.grants[self._token()])

    def do_PUT(self) -> None:
        name = self.path.removeprefix("/objects/")
        content = self._body()
        if self.of.away.is_set():
            self._hang_up()
            return
        if name == self.path:
            self._other(content)
            return
        self.of.pass_gate(name)
        self.of.blobs.put(name, [content])
        self._send(200, b"")

    def do_DELETE(self) -> None:
        self.of.blobs.delete(self.path.removeprefix("/objects/"))
        self._send(204, b"")

    def _heartbeat(self, status: Told) -> None:
        if self._token() != TOKEN:
            self._tell(401, {"code": "no_agent"})
        elif self.of.refuses(status):
            self._tell(422, {"code": "invalid"})
        else:
            answer = self.of.take(status)
            if self.of.deaf:
                self._hang_up()
            else:
                self._tell(200, answer)

    def _object(self, name: str) -> None:
        self.of.pass_gate(name)
        try:
            content = self.of.blobs.get(name)
        except Missing:
            self._send(404, b"")
            return
        first, _, last = self.headers.get("range", "bytes=0-").removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last or len(content)), len(content) - 1) + 1
        if start >= len(content):
            self._send(416, b"", {"content-range": f"bytes */{len(content)}"})
        elif "range" in self.headers:
            said = {"content-range": f"bytes {start}-{end - 1}/{len(content)}"}
            self._send(206, content[start:end], said)
        else:
            self._send(200, content)

    def _other(self, said: bytes) -> None:
        self.of.others.append((self.command, self.path, self._token(), json.loads(said)))
        self._tell(200, {})

    def _known_grant(self) -> bool:
        if self._token() in self.of.grants:
            return True
        self._tell(401, {"code": "grant_over", "detail": "This grant is over.", "hint": "Start another one."})
        return False

    def _token(self) -> str:
        return str(self.headers.get("authorization", "")).removeprefix("Bearer ")

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _tell(self, status: int, told: Told) -> None:
        self._send(status, json.dumps(told).encode())

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        with suppress(ConnectionError):  # who asked may have been killed
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        pass
