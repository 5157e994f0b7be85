"""A server that answers what it was told to, as the address does where a cloud tells machines about themselves."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answers = dict[str, tuple[int, str]]


class Cloud:
    """Paths and what they answer; `needs` is the header without which nobody is told anything."""

    def __init__(self) -> None:
        self.answers: Answers = {}
        self.needs: tuple[str, str] | None = None
        self.asked: list[str] = []
        self.url = ""
        self.date = ""
        """What it takes for now, as HTTP says it."""


@contextmanager
def answering() -> Iterator[Cloud]:
    made = Cloud()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(f"{self.command} {self.path}")
            allowed = self.command == "PUT" or made.needs is None or self.headers.get(made.needs[0]) == made.needs[1]
            status, body = made.answers.get(self.path, (404, "")) if allowed else (401, "")
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def do_PUT(self) -> None:
            self.do_GET()

        def date_time_string(self, _timestamp: float | None = None) -> str:
            return made.date

        def log_message(self, *_said: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
