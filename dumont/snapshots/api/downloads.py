"""The doors by which files and folders leave a snapshot: with a token, or by an address that is good once."""

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from dumont.accounts import guard
from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems
from dumont.snapshots import content, downloads, folders
from dumont.snapshots.api.parts import SnapshotsRead, tree_of, trees_of
from dumont.snapshots.content import File, Wanted
from dumont.snapshots.objects import NoSuchRange
from dumont.snapshots.schemas.fields import PathQuery, SnapshotPath
from dumont.snapshots.schemas.trees import DownloadAddress, DownloadWish
from dumont.snapshots.stores import asked
from dumont.snapshots.trees import Tree

router = APIRouter(prefix="/snapshots", tags=["snapshots"], route_class=Door)
CONTENT: dict[str, Any] = {"application/octet-stream": {}, "application/x-tar": {}}
BYTES: dict[int | str, dict[str, Any]] = {
    200: {"content": CONTENT, "description": "The bytes"},
    206: {"content": {"application/octet-stream": {}}, "description": "Those of a file that `Range` asks for"},
    416: {"description": "The file ends before"},
}
SAFE = {
    "cache-control": "private, no-store",
    "content-encoding": "identity",
    "content-security-policy": "sandbox; default-src 'none'",
    "referrer-policy": "no-referrer",
}
"""Never shown by a browser as what it might be: a snapshot holds what somebody else has written."""
TicketQuery = Annotated[str, Query(max_length=100, description="Of the address that was lent.")]


@router.get(
    "/downloads",
    summary="Save what an address was lent for",
    response_class=StreamingResponse,
    responses={**problems(404, 409, 503), **BYTES},
)
async def fetch_download(work: guard.Anyone, request: Request, ticket: TicketQuery) -> Response:
    """Good once: the second to come is refused. It needs no token, so that a browser can save by itself."""
    place, path = await downloads.redeem(work, ticket)
    await work.tx.commit()
    return await _answer(request, await trees_of(request).of(*place), path)


@router.get(
    "/{snapshot_id:id}/download",
    summary="Save a file or a folder of a snapshot",
    response_class=StreamingResponse,
    responses={**problems(404, 409, 503), **BYTES},
)
async def download_file(
    snapshot_id: SnapshotPath, work: SnapshotsRead, request: Request, path: PathQuery = ""
) -> Response:
    """A file as it is, all or a `Range` of it; a folder as a tar stream. Each part is checked; if one is damaged, the
    stream breaks off."""
    return await _answer(request, await tree_of(work, request, snapshot_id), path)


@router.post(
    "/{snapshot_id:id}/download",
    status_code=201,
    summary="Lend an address that saves a file or a folder once",
    responses=problems(404, 409, 503),
)
async def lend_download(
    snapshot_id: SnapshotPath, body: DownloadWish, work: SnapshotsRead, request: Request, response: Response
) -> DownloadAddress:
    """For browsers, which send no token with what they save by themselves: good once, and for a minute."""
    ticket = await downloads.lend(work, snapshot_id, body.path)
    tree = await tree_of(work, request, snapshot_id)
    content.refuse_link(tree, folders.entry_at(tree.manifest, body.path))
    response.headers["cache-control"] = "no-store"
    url = f"/api/v1/snapshots/downloads?ticket={ticket.text}"
    return DownloadAddress(url=url, expires_at=ticket.expires_at)


async def _answer(request: Request, tree: Tree, path: str) -> Response:
    entry = folders.entry_at(tree.manifest, path)
    wanted = Wanted(request.headers.get("range"), request.headers.get("if-range"))
    try:
        file = await asyncio.to_thread(asked, lambda: content.opened(tree, entry, wanted))
    except NoSuchRange:
        return Response(None, 416, {**SAFE, "content-range": f"bytes */{content.size_of(tree, entry)}"})
    status = 200 if file.whole else 206
    return StreamingResponse(_sent(file), status, headers=_headers(file), media_type=_media(file))


def _sent(file: File) -> Iterator[bytes]:
    return (chunk for chunk in file.chunks if chunk)


def _media(file: File) -> str:
    return "application/octet-stream" if file.length is not None else "application/x-tar"


def _headers(file: File) -> dict[str, str]:
    name = file.name.decode("utf-8", "replace")
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._- ") else "_" for letter in name)
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    headers = {**SAFE, "content-disposition": named}
    if file.length is None:
        return headers
    headers |= {"content-length": str(file.end - file.start), "accept-ranges": "bytes", "etag": file.etag}
    if not file.whole:
        headers["content-range"] = f"bytes {file.start}-{file.end - 1}/{file.length}"
    return headers
