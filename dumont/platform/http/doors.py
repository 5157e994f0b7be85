"""The door of every endpoint: it opens a transaction, lets the use case work, and commits before the answer leaves.

`router = APIRouter(route_class=Door)` is all a context does. An endpoint that fails leaves nothing behind, unless its
failure says that it `keeps_work`. A POST with an `Idempotency-Key` has its answer kept in the same transaction, so a
repeat is answered without being done again, whatever died in between. A GET changes nothing, so it gets no transaction
but a connection on which each statement stands alone.
"""

import hashlib
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession

from dumont.basics.clock import Clock
from dumont.basics.errors import Failure
from dumont.platform.db.engine import Db
from dumont.platform.events import Event
from dumont.platform.http import idempotency, queries
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from dumont.platform.work import Caller, Publisher, Work

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
P = TypeVar("P")
E = TypeVar("E", bound=Callable[..., Any])
LOOKING = ("GET", "HEAD")


class Door(APIRoute):
    def get_route_handler(self) -> Handler:
        inner = super().get_route_handler()
        old = hasattr(self.endpoint, "old_is_fine")
        known = queries.names_of(self.dependant)

        async def handle(request: Request) -> Response:
            if request.method in LOOKING:
                queries.refuse_unknown(request, known)
            queries.refuse_nothing(request)
            response = await _in_one_transaction(request, inner, old_is_fine=old)
            return _with_etag(request, response) if request.method == "GET" else response

        return handle


def old_is_fine(endpoint: E) -> E:
    """Decorates a GET that may be answered from a replica some seconds behind; to stand below `@router.get`."""
    endpoint.old_is_fine = True  # type: ignore[attr-defined]
    return endpoint


def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


def part(kind: type[P]) -> Callable[[Request], Coroutine[Any, Any, P]]:
    """For an endpoint that hands an adapter to a use case: `mail: Annotated[Mail, Depends(part(Mail))]`."""

    async def found(request: Request) -> P:  # FastAPI would call one that is not async in a thread
        return parts_of(request).get(kind)

    return found


def tx_of(request: Request) -> AsyncSession:
    tx: AsyncSession = request.state.tx
    return tx


async def work_of(request: Request, caller: Caller) -> Work:
    """The work of this request; raises `idempotency.Replay` if it was done before."""
    parts, tx = parts_of(request), tx_of(request)
    now = parts.get(Clock).now()
    publisher = parts.get(Publisher)

    async def publish(event: Event) -> None:
        await publisher.publish(tx, event, now)

    work = Work(tx, now, parts.get(Random), caller, publish, parts.get(Settings))
    if request.method == "POST" and caller.user_id is not None and "idempotency-key" in request.headers:
        request.state.idempotent = await idempotency.claim(request, work)
    return work


async def _in_one_transaction(request: Request, inner: Handler, *, old_is_fine: bool) -> Response:
    kept: Failure | None = None
    response = Response()
    db = parts_of(request).get(Db)
    opened = db.looking(old_is_fine=old_is_fine) if request.method in LOOKING else db.begin()
    async with opened as tx:
        request.state.tx = tx
        try:
            response = await inner(request)
            if claim := _claim_of(request):
                await idempotency.remember(claim, tx, response)
        except idempotency.Replay as replay:
            response = replay.response
        except Failure as failure:
            if not failure.keeps_work:
                raise
            if claim := _claim_of(request):
                await idempotency.release(claim, tx)
            kept = failure
    if kept is not None:
        raise kept
    return response


def _claim_of(request: Request) -> idempotency.Claim | None:
    return getattr(request.state, "idempotent", None)


def _with_etag(request: Request, response: Response) -> Response:
    """Whoever polls pays for a body only when it has changed."""
    body = getattr(response, "body", None)
    if response.status_code != 200 or not isinstance(body, bytes) or "etag" in response.headers:
        return response
    tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    if tag in [given.strip() for given in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers={"etag": tag, "cache-control": "no-cache"})
    response.headers["etag"] = tag
    response.headers.setdefault("cache-control", "no-cache")
    return response
