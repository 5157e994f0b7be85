"""The door to objects of a store in a folder, for whoever has a signed address: what an object store's own would be."""

import asyncio
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from pathlib import Path
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect

from dumont.basics.errors import NotAllowed, NotFound
from dumont.snapshots import metrics, objects
from dumont.snapshots.api.parts import clock_of, stores_of
from dumont.snapshots.rules import names

router = APIRouter()
VERBS = {"HEAD": "GET"}
HEADERS = {"content-encoding": "identity", "accept-ranges": "bytes", "cache-control": "private, no-store"}


class AddressOver(NotAllowed):
    code = "address_over"
    hint = "Trade the grant for a new one."


async def serve_object(request: Request) -> Response:
    """No guard but the signature, which says all that may be done; so there is no work, and no database."""
    path = _signed_path(request)
    return await ANSWERS[request.method](request, path)


async def _send(request: Request, path: Path) -> Response:
    part = await asyncio.to_thread(objects.opened, path, request.headers.get("range"))
    headers = {**HEADERS, "content-length": str(part.end - part.start)}
    headers["last-modified"] = formatdate(part.modified, usegmt=True)
    if not part.whole:
        headers["content-range"] = f"bytes {part.start}-{part.end - 1}/{part.size}"
    status = 200 if part.whole else 206
    if request.method == "HEAD":
        part.file.close()
        return Response(None, status, headers, "application/octet-stream")
    metrics.MOVED.labels("out").inc(part.end - part.start)
    return StreamingResponse(part.chunks(), status, headers, "application/octet-stream")


async def _take(request: Request, path: Path) -> Response:
    size = int(request.query_params["size"])
    once = names.written_once(request.path_params["name"])
    try:
        await objects.take(path, size, request.stream(), once=once, headers=request.headers)
    except ClientDisconnect:  # a machine that was killed in the middle: nobody hears the answer, nothing was kept
        return Response(status_code=400)
    metrics.MOVED.labels("in").inc(size)
    return Response(status_code=200)


async def _delete(_request: Request, path: Path) -> Response:
    await asyncio.to_thread(objects.delete, path)
    return Response(status_code=204)


def _signed_path(request: Request) -> Path:
    """What is not as it was signed is refused before anything is looked at."""
    stores, asked, name = stores_of(request), request.query_params, str(request.path_params["name"])
    try:
        repository_id = UUID(request.path_params["repository_id"])
        size, until = int(asked["size"]), int(asked["until"])
    except (KeyError, ValueError):
        raise NotAllowed("This address is not signed.") from None
    verb = VERBS.get(request.method, request.method)
    now = clock_of(request).now().timestamp()
    if not names.is_name(name) or not stores.signer.is_good(
        verb, repository_id, name, size, until=until, signature=asked.get("signature", ""), now=now
    ):
        raise AddressOver("This address is not ours, or is over.")
    if stores.kind != "file":
        raise NotFound("Objects are not kept here.")
    return stores.folder(repository_id) / name


ANSWERS: dict[str, Callable[[Request, Path], Awaitable[Response]]] = {
    "GET": _send,
    "HEAD": _send,
    "PUT": _take,
    "DELETE": _delete,
}
router.add_route(
    "/snapshots/objects/{repository_id}/{name:path}",
    serve_object,
    methods=["GET", "PUT", "DELETE"],
    include_in_schema=False,
)
