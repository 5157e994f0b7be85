"""What goes wrong on demand: faults as data, and the part of them that every cloud shares.

Carried out here for all: `slow` (seconds), `hang`, `status` (status, body?, headers?), `html` (status), `garbage`,
`drop_before` and `drop_after` (the connection is cut before or after the effect). In `World.rent` for all:
`offer_gone`, `sold_twice`, `boot_slow` (seconds), `boot_never`, `vanish` (seconds after it runs), `double_answer` (one
call rents twice). Asked for by each simulator where its lists are made: `empty_list`, its own, and `first_page_only`,
which a cloud whose lists have no pages refuses.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ANSWERED = ("drop_before", "status", "html", "garbage")
HANG_SECONDS = 3600.0
CUT = "dumont.cut"


@dataclass(slots=True)
class Fault:
    name: str
    call: str | None = None
    """Part of `METHOD /path`, such as `PUT /api/v0/asks`; None for every call."""
    times: int | None = None
    """How often it still happens; None for always."""
    after: int = 0
    """How many calls still pass before it begins."""
    probability: float = 1.0
    given: Mapping[str, Any] = field(default_factory=dict)
    """All the rest that the one who ordered it said: `seconds`, `status`, `body`, ..."""

    def number(self, name: str, default: float) -> float:
        return float(self.given.get(name, default))


class NoSuchFault(ValueError):
    """This cloud can't fail in this way."""


class Faults:
    def __init__(self, random: Random, pages: Sequence[str] = ()) -> None:
        self._random = random
        self._pages = pages
        self._wanted: list[Fault] = []

    def replace(self, rows: Sequence[Mapping[str, Any]]) -> None:
        wanted = [_fault(row) for row in rows]
        for fault in wanted:
            if fault.name == "first_page_only" and not self._paged(fault.call):
                raise NoSuchFault(f"No list has pages here but: {', '.join(self._pages) or 'none'}.")
        self._wanted = wanted

    def _paged(self, call: str | None) -> bool:
        return bool(self._pages) if call is None else any(page in call or call in page for page in self._pages)

    def take(self, name: str, call: str = "") -> Fault | None:
        """Whether it happens now; counts it if so."""
        for fault in self._wanted:
            if fault.name == name and (fault.call is None or fault.call in call) and fault.times != 0:
                if fault.after > 0:
                    fault.after -= 1
                    continue
                if self._random.random() >= fault.probability:
                    continue
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def listed(self) -> list[Mapping[str, Any]]:
        return [{"fault": f.name, "call": f.call, "times": f.times, **f.given} for f in self._wanted]


class FaultMiddleware:
    """Stands before a cloud's app; leaves `/_sim/` alone."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = f"{scope.get('method')} {scope.get('path')}"
        if scope["type"] != "http" or "/_sim/" in scope["path"]:
            await self._app(scope, receive, send)
            return
        if slow := self._faults.take("slow", call):
            await asyncio.sleep(slow.number("seconds", 1))
        if hang := self._faults.take("hang", call):
            await _silence(receive, hang.number("seconds", HANG_SECONDS))
            await _cut(scope, receive, send)
        elif fault := next((f for name in ANSWERED if (f := self._faults.take(name, call))), None):
            await self._instead(fault, scope, receive, send)
        elif self._faults.take("drop_after", call):
            await self._app(scope, receive, _nowhere)
            await _cut(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _instead(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.name == "drop_before":
            await _cut(scope, receive, send)
        else:
            await _answer(fault)(scope, receive, send)


def _fault(row: Mapping[str, Any]) -> Fault:
    own = ("fault", "call", "times", "after", "probability")
    return Fault(
        name=row["fault"],
        call=row.get("call"),
        times=row.get("times"),
        after=int(row.get("after", 0)),
        probability=float(row.get("probability", 1)),
        given={key: value for key, value in row.items() if key not in own},
    )


def _answer(fault: Fault) -> Response:
    status = int(fault.given.get("status", 502 if fault.name == "html" else 200 if fault.name == "garbage" else 500))
    body = fault.given.get("body")
    headers = dict(fault.given.get("headers") or {})
    if fault.name == "garbage":
        return Response('{"offers": [{"id": 1', status, headers, media_type="application/json")
    if fault.name == "html":
        return HTMLResponse(f"<html><head><title>{status}</title></head><body>nginx</body></html>", status, headers)
    if isinstance(body, str):
        return Response(body, status, headers, media_type="text/plain")
    return Response(json.dumps(body or {"error": "simulated"}), status, headers, media_type="application/json")


async def _silence(receive: Receive, seconds: float) -> None:
    """Until the caller has had enough."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


async def _nowhere(_message: Message) -> None:
    return


class Wire:
    """Outermost under uvicorn: hands down how to cut the connection, which ASGI has no word for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        await self._app(scope if transport is None else {**scope, CUT: transport.abort}, receive, send)


async def _cut(scope: Scope, receive: Receive, send: Send) -> None:
    """Ends the connection without an answer; where the server hides it, by an answer that breaks off."""
    if CUT not in scope:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        return
    scope[CUT]()
    await _silence(receive, 1)
