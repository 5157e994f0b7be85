"""The server's door for whoever holds a grant: asks in JSON, and says in our kinds why it refuses."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from dumont.snapstore.blobs import refusals
from dumont.snapstore.blobs.again import Again, Retries
from dumont.snapstore.blobs.http import Wires
from dumont.snapstore.blobs.place import origin_of
from dumont.snapstore.blobs.wire import Patience, Reply, Request
from dumont.snapstore.errors import BadRequest, SnapError, StoreAway, StoreRefused
from dumont.snapstore.waiting import Waiting

ANSWER_MOST = 64 << 20


class Door:
    """Any number of threads at once. The token goes into a header, never into an address or an error."""

    def __init__(
        self,
        server: str,
        token: str,
        *,
        retries: Retries | None = None,
        patience: Patience | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        if not token or not token.isascii() or not token.isprintable():
            raise BadRequest("That is no grant.", "Take the command as it was given, with the token in it.")
        self._origin = origin_of(server)
        self._path = f"{urlsplit(server).path.rstrip('/')}/api/v1/snapshots/grant"
        self._token = token
        self.retries = retries or Retries()
        self.waiting: Waiting | None = None
        self.wires = Wires(patience, trust)

    @property
    def address(self) -> str:
        return f"{'https' if self._origin.secure else 'http'}://{self._origin.name}"

    def get(self, path: str = "", query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Of what lies below the grant: `/list`, or the grant itself."""
        return self._ask("GET", path + (f"?{urlencode(query)}" if query else ""), b"")

    def post(self, path: str, told: Mapping[str, Any]) -> dict[str, Any]:
        return self._ask("POST", path, json.dumps(told).encode())

    def tell(self, path: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """Once: of what is soon told again, and holds nobody up."""
        request = self._request("POST", path, json.dumps(told).encode())
        return self.retries._replace(tries=1).run(lambda: self._once(request), self.address)

    def _ask(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        request = self._request(method, path, body)
        return self.retries.run(lambda: self._once(request), self.address, self.waiting)

    def _request(self, method: str, path: str, body: bytes) -> Request:
        headers = [("authorization", f"Bearer {self._token}"), ("accept", "application/json")]
        if body:
            headers.append(("content-type", "application/json"))
        return Request(method, self._path + path, headers, [body] if body else [])

    def _once(self, request: Request) -> dict[str, Any]:
        with self.wires.ask(self._origin, request) as reply:
            body = reply.rest(ANSWER_MOST)
            if reply.status != 200:
                raise self._judged(reply, body)
            found = _read(body)
        if found is None:
            raise Again(StoreAway(f"{self.address} does not answer as a server of ours.", "Check the address."))
        return {**found, "date": reply.headers.get("date", "")}

    def _judged(self, reply: Reply, body: bytes) -> SnapError | Again:
        told = _read(body)
        if told is None or "code" not in told or reply.status >= 500 or reply.status == 429:
            refusal = refusals.Refusal(reply.status, reply.headers, str((told or {}).get("code", "")))
            return refusals.judged(refusal, "the grant", self.address)
        return StoreRefused(str(told.get("detail") or told["code"]), str(told.get("hint") or ""))

    def close(self) -> None:
        self.wires.close()


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
