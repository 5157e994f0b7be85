"""One line to a Dumont server: signs calls, renews the session, repeats what is safe, and tells errors by kind."""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import dumont
from dumont.basics.errors import Failure, Invalid, Unavailable
from dumont.client.curl import Call
from dumont.client.failures import failure_of, retry_seconds
from dumont.client.tokens import FixedToken, Tokens

if TYPE_CHECKING:
    import httpx

    from dumont.client.models import Grant

PREFIX = "/api/v1"
TIMEOUT_SECONDS = 30.0
PAUSES_SECONDS = (0.2, 0.6)
WAIT_SECONDS_MAX = 3
REPEATABLE = frozenset({"GET", "PUT", "DELETE"})
PAGE_MAX = 200
Watcher = Callable[[Call], None]


class Api:
    """`before` sees each call before it is sent, but for look-ups on the side; it may raise to stop it."""

    def __init__(
        self,
        server: str,
        tokens: Tokens | None = None,
        *,
        before: Watcher = lambda _: None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self.server = address(server)
        self._tokens = tokens or FixedToken()
        self._before = before
        self._timeout_seconds = timeout_seconds
        self._line: httpx.Client | None = None

    def __enter__(self) -> Api:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def get(self, path: str, params: dict[str, Any] | None = None, *, aside: bool = False) -> Any:
        return self._answer(self._call("GET", path, params=_given(params)), aside=aside)

    def post(
        self, path: str, body: Any = None, *, hidden: tuple[str, ...] = (), signed: bool = True, aside: bool = False
    ) -> Any:
        """Carries a key of its own, so that a repeat after a broken connection is not done twice."""
        headers = {"idempotency-key": str(uuid.uuid4())} if signed else {}
        return self._answer(
            self._call("POST", path, body=body, hidden=hidden, signed=signed, headers=headers), aside=aside
        )

    def put(self, path: str, body: Any, *, hidden: tuple[str, ...] = ()) -> Any:
        return self._answer(self._call("PUT", path, body=body, hidden=hidden))

    def patch(self, path: str, body: Any) -> Any:
        return self._answer(self._call("PATCH", path, body=body))

    def delete(self, path: str) -> Any:
        return self._answer(self._call("DELETE", path))

    def pages(self, path: str, params: dict[str, Any], *, limit: int | None, aside: bool = False) -> Iterator[Any]:
        """Page after page until `limit` items; the last one's `next_cursor` tells where to go on."""
        left, cursor = limit, None
        while left is None or left > 0:
            size = PAGE_MAX if left is None else min(left, PAGE_MAX)
            page = self.get(path, {**params, "limit": size, "cursor": cursor}, aside=aside)
            yield page
            cursor = page["next_cursor"]
            left = None if left is None else left - len(page["items"])
            if cursor is None or not page["items"]:
                return

    def poll(self, path: str, tag: str | None) -> tuple[Any, str | None]:
        """What is there now, with its tag; None while it is as it was."""
        headers = {"if-none-match": tag} if tag else {}
        response = self._sent(self._call("GET", path, headers=headers), aside=False)
        return (None if response.status_code == 304 else response.json()), response.headers.get("etag", tag)

    def _call(self, method: str, path: str, **more: Any) -> Call:
        return Call(method, f"{self.server}{PREFIX}{path}", **more)

    def _answer(self, call: Call, *, aside: bool = False) -> Any:
        response = self._sent(call, aside=aside)
        return response.json() if response.content else None

    def _sent(self, call: Call, *, aside: bool) -> httpx.Response:
        if not aside:
            self._before(call)
        token = self._tokens.access() if call.signed else None
        response = self._tried(call, token)
        if response.status_code == 401 and token is not None:
            fresh = self._tokens.renew(token, self._exchange)
            response = self._tried(call, fresh) if fresh and fresh != token else response
        if response.status_code >= 400:
            raise failure_of(response)
        return response

    def _exchange(self, refresh_token: str) -> Grant:
        call = self._call("POST", "/auth/refresh", body={"refresh_token": refresh_token}, signed=False)
        response = self._tried(call, None)
        if response.status_code >= 400:
            raise failure_of(response)
        grant: Grant = response.json()
        return grant

    def _tried(self, call: Call, token: str | None) -> httpx.Response:
        """Again where nothing can happen twice: nothing was sent, or the call may be repeated."""
        httpx = _httpx()
        repeatable = call.method in REPEATABLE or "idempotency-key" in call.headers
        for pause in (*PAUSES_SECONDS, None):
            try:
                response = self._once(call, token)
            except httpx.ConnectError as error:
                trouble = _away(self.server, error)
            except (httpx.TimeoutException, httpx.TransportError) as error:
                trouble = _broken(self.server, error)
                pause = pause if repeatable else None  # noqa: PLW2901 - the last try, then
            else:
                wait = _asked_to_wait(response) if repeatable else None
                if pause is None or wait is None:
                    return response
                pause, trouble = max(pause, wait), failure_of(response)  # noqa: PLW2901
            if pause is None:
                raise trouble from None
            time.sleep(pause)
        raise AssertionError("the last try answers or raises")

    def _once(self, call: Call, token: str | None) -> httpx.Response:
        headers = {**call.headers, **({"authorization": f"Bearer {token}"} if token else {})}
        return self._opened().request(
            call.method, call.url, params=call.params or None, json=call.body, headers=headers
        )

    def _opened(self) -> httpx.Client:
        if self._line is None:
            import ssl

            # Without TLS there are no authorities to load, which costs 0.08 s of CPU.
            agent = {"user-agent": f"dumont/{dumont.__version__}", "accept": "application/json"}
            trust = {} if self.server.startswith("https:") else {"verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
            self._line = _httpx().Client(headers=agent, timeout=self._timeout_seconds, follow_redirects=False, **trust)
        return self._line


def address(server: str) -> str:
    """`host:port` is taken for http; a path behind it is cut off only if it is the API's own."""
    text = server.strip()
    parts = urlsplit(text if "://" in text else f"http://{text}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid(f"{server!r} is not the address of a server.", hint="It is like https://dumont.example.com.")
    path = parts.path.rstrip("/").removesuffix(PREFIX).removesuffix("/api")
    return f"{parts.scheme}://{parts.netloc}{path}"


def _given(params: dict[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (params or {}).items() if value is not None}


def _asked_to_wait(response: httpx.Response) -> float | None:
    """Seconds, where the server is away for a moment and says so."""
    seconds = retry_seconds(response) if response.status_code == 503 else None
    return seconds if seconds is not None and seconds <= WAIT_SECONDS_MAX else None


def _away(server: str, error: Exception) -> Failure:
    return Unavailable(
        f"No server answers at {server} ({error}).",
        code="server_away",
        hint="Start one with `dumont up`, or name another: --server, or DUMONT_SERVER.",
    )


def _broken(server: str, error: Exception) -> Failure:
    reason = str(error) or type(error).__name__
    return Unavailable(f"The connection to {server} broke: {reason}.", code="connection_broken", hint="Try again.")


def _httpx() -> Any:
    """Late, and without its own command line, whose imports cost twice as much as all the rest of it."""
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    import httpx

    return httpx
