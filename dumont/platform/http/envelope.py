"""What surrounds every request, as plain ASGI: its id, its log line and metrics, the version alias, size, headers."""

import re
import secrets
import time
from collections.abc import Mapping

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dumont.platform.http.problems import MEDIA_TYPE
from dumont.platform.telemetry.metrics import REQUEST_SECONDS, REQUESTS_NOW

log = structlog.get_logger("http")

NEWEST = "v1"
VERSIONED = re.compile(r"/api/v\d+(/|$)")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
QUIET = ("/health/", "/metrics", "/assets/")
QUIET_WHEN_FINE = (f"/api/{NEWEST}/agent/status",)
"""Machines call by the thousand each second: a line for each would hide all others."""
SECURITY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


class Alias:
    """`/api/...` is `/api/v1/...`: the unversioned path means the newest version. The one place for this rule."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path.startswith("/api/") and not VERSIONED.match(path):
            path = f"/api/{NEWEST}/{path.removeprefix('/api/')}"
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await self._app(scope, receive, send)


class Envelope:
    """Gives each request an id, and each answer its security headers, figures of the rate limit, and a log line."""

    def __init__(self, app: ASGIApp, *, hsts: bool) -> None:
        self._app = app
        self._headers = dict(SECURITY)
        if hsts:
            self._headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        started, status = time.perf_counter(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._complete(MutableHeaders(scope=message), state)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id), REQUESTS_NOW.track_inprogress():
            try:
                await self._app(scope, receive, send_with_headers)
            finally:
                _record(scope, status, time.perf_counter() - started)

    def _complete(self, headers: MutableHeaders, state: dict[str, object]) -> None:
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        headers["x-request-id"] = str(state["request_id"])
        figures = state.get("rate_limit")
        if isinstance(figures, tuple):
            limit, remaining, seconds = figures
            headers["ratelimit-limit"] = str(limit)
            headers["ratelimit-remaining"] = str(remaining)
            headers["ratelimit-reset"] = str(seconds)


class BodyLimit:
    """Refuses a body that is too large before it is read into memory, whether or not it says how long it is."""

    def __init__(self, app: ASGIApp, *, bytes_max: int, but: Mapping[str, int] | None = None) -> None:
        """`but` has other limits, by how paths begin: for doors that take what is large as it comes."""
        self._app = app
        self._bytes_max = bytes_max
        self._but = but or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "0")
        bytes_max = next(
            (most for begin, most in self._but.items() if scope["path"].startswith(begin)), self._bytes_max
        )
        if length.isdigit() and int(length) > bytes_max:
            await self._refuse(send, scope.get("state", {}).get("request_id", ""), bytes_max)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > bytes_max:
                raise HTTPException(413, f"The body is larger than {bytes_max} bytes.")
            return message

        await self._app(scope, counted, send)

    async def _refuse(self, send: Send, request_id: str, bytes_max: int) -> None:
        body = (
            b'{"type":"about:blank","title":"Too large","status":413,"detail":"The body is larger than %d bytes.",'
            b'"code":"too_large","hint":null,"errors":[],"request_id":"%b"}' % (bytes_max, request_id.encode())
        )
        headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _record(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "") or "unmatched"
    REQUEST_SECONDS.labels(scope["method"], route, str(status)).observe(seconds)
    if not scope["path"].startswith(QUIET if status >= 400 else (*QUIET, *QUIET_WHEN_FINE)):
        # The path without its query: a query may carry what should not be kept.
        log.info(
            "request", method=scope["method"], path=scope["path"], status=status, milliseconds=round(seconds * 1000, 1)
        )
