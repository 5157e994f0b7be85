"""A server's door to a bucket, as small as it can be: trades a grant for presigned addresses."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dumont.snapstore.blobs.granted import GrantedBlobs
from dumont.snapstore.blobs.presigning import Presigner
from tests.snapstore.places import AT_ONCE, BucketPlace

TOKEN = "dsg_of-the-test"
PAGE = 500


class GrantedPlace(BucketPlace):
    """A bucket that is reached by a grant only."""

    kind = "granted"
    seconds = 600
    """How long an address is good."""

    def __init__(self, bucket: BucketPlace) -> None:
        super().__init__(bucket.server)
        self.wishes: list[dict[str, Any]] = []
        self.url = ""
        self.refused: set[str] = set()
        self._made: list[GrantedBlobs] = []
        self._presigner = Presigner(self.address, self.keys, endpoint=self.server.url, now=bucket.server.store.now)

    def open(self, *, token: str = TOKEN, **options: Any) -> GrantedBlobs:  # type: ignore[override]
        self._made.append(GrantedBlobs(self.url, token, **{"retries": AT_ONCE, **options}))
        return self._made[-1]

    def close(self) -> None:
        for blobs in self._made:
            blobs.close()
        super().close()

    def lend(self, wish: dict[str, Any]) -> dict[str, Any] | None:
        self.wishes.append(wish)
        if self.refused.intersection(wish.get("get", ())):
            return None
        told = {name: dict([said.split("=", 1)]) for name, said in wish.get("checksums", {}).items()}
        for name in (name for name, _size in wish.get("put", ()) if name.startswith("packs/")):
            told.setdefault(name, {})["if-none-match"] = "*"
        return {
            "get": {name: self._presigner.url("GET", name, self.seconds) for name in wish.get("get", ())},
            "put": {
                name: self._presigner.url(
                    "PUT", name, self.seconds, {"content-length": str(size), **told.get(name, {})}
                )
                for name, size in wish.get("put", ())
            },
            "delete": {name: self._presigner.url("DELETE", name, self.seconds) for name in wish.get("delete", ())},
            "headers": told,
            "expires": (datetime.now(UTC) + timedelta(seconds=self.seconds)).isoformat(),
        }

    def listing(self, prefix: str, after: str) -> dict[str, Any]:
        found = sorted(one for one in self.direct().list(prefix) if one.name > after)
        rest = found[PAGE - 1].name if len(found) > PAGE else None
        return {"items": [one._asdict() for one in found[:PAGE]], "next_cursor": rest}


@contextmanager
def granting(place: GrantedPlace) -> Iterator[GrantedPlace]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(place))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    place.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield place
    finally:
        place.close()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(place: GrantedPlace) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            wish = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self._answer(lambda: place.lend(wish))

        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            self._answer(lambda: place.listing(asked.get("prefix", [""])[0], asked.get("cursor", [""])[0]))

        def _answer(self, act: Any) -> None:
            status, told = 200, None
            if self.headers["authorization"] != f"Bearer {TOKEN}":
                status, told = 401, {"code": "grant_over", "detail": "This grant is over.", "hint": "Start another."}
            else:
                told = act()
            if told is None:
                status, told = 422, {"code": "invalid", "detail": "That is no name.", "hint": None}
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None:
            pass

    return Handler
