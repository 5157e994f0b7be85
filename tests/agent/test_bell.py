"""The agent waits to be called, and does without where nobody calls."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from dumont.agent import bell
from dumont.agent.bell import Bell

PATIENCE = 60.0


class Fleet:
    """Answers each call with the next of `answers`, and with the last one from then on."""

    def __init__(self, answers: list[tuple[int, bytes]]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str]] = []
        self.url = ""


@pytest.fixture
def fleet() -> Iterator[Callable[..., Fleet]]:
    servers: list[ThreadingHTTPServer] = []

    def begin(*answers: tuple[int, bytes]) -> Fleet:
        of = Fleet(list(answers))

        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                of.asked.append((self.path, self.headers["authorization"]))
                status, said = of.answers.pop(0) if len(of.answers) > 1 else of.answers[0]
                self.send_response(status)
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None: ...

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Door))
        of.url = f"http://127.0.0.1:{servers[-1].server_port}"
        Thread(target=servers[-1].serve_forever, args=(0.01,), daemon=True).start()
        return of

    yield begin
    for server in servers:
        server.shutdown()
        server.server_close()


class TestBell:
    def test_rings_when_the_fleet_calls_and_ends_where_it_knows_no_calls(self, fleet: Callable[..., Fleet]) -> None:
        of, rung = fleet((200, b'{"called": true}'), (404, b"{}")), Event()
        ear = Thread(target=Bell(of.url, "dag_x", rung.set).listen, args=(Event(),), daemon=True)
        ear.start()
        assert rung.wait(PATIENCE)
        ear.join(PATIENCE)
        assert not ear.is_alive()
        assert of.asked == [("/api/v1/agent/calls?seconds=240", "Bearer dag_x")] * 2

    def test_does_not_ring_when_nobody_calls(
        self, fleet: Callable[..., Fleet], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bell, "PAUSE_SECONDS", 0.01)
        of, rung = fleet((200, b'{"called": false}'), (500, b"broken"), (200, b"no word"), (404, b"{}")), Event()
        Bell(of.url, "dag_x", rung.set).listen(Event())
        assert len(of.asked) == 4
        assert not rung.is_set()
