"""The doors for whoever holds a grant: addresses of objects, the list of them, and what there is to report."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems
from dumont.snapshots import granting, lending, reporting
from dumont.snapshots.api.parts import InstancesThere, WithGrant, jobs_of, server_of, stores_of
from dumont.snapshots.ending import Why
from dumont.snapshots.lenders import Loan
from dumont.snapshots.reporting import Done, Purpose
from dumont.snapshots.schemas.grants import (
    Completion,
    FailureReport,
    GrantState,
    ListedObject,
    Listing,
    ProgressReport,
    ProgressTaken,
    Urls,
    UrlsWish,
)

router = APIRouter(prefix="/snapshots/grant", tags=["snapshot grants"], route_class=Door)
FIGURES = ("new_bytes", "files", "bytes", "raw_bytes", "stored_bytes")

Prefix = Annotated[str, Query(max_length=80, description="As in `packs/`, `packs/3f/`, `index/`, `snapshots/`.")]
Cursor = Annotated[str | None, Query(max_length=80, description="`next_cursor` of the answer before.")]


@router.get("", summary="Show what this grant is for", responses=problems())
async def show_grant(granted: WithGrant) -> GrantState:
    return _state(granted.purpose)


@router.post("/urls", summary="Trade names of objects for addresses", responses=problems(409, 503))
async def lend_urls(
    body: UrlsWish, granted: WithGrant, there: InstancesThere, request: Request, response: Response
) -> Urls:
    """Each address is good for one object and one verb, for some minutes, and needs no token."""
    wish = lending.Wish(tuple(body.get), tuple(body.put), tuple(body.delete), body.checksums, body.sealed)
    lent = await lending.lend(granted.work, stores_of(request), there, granted.purpose, wish)
    response.headers["cache-control"] = "no-store"
    server = server_of(request)
    return Urls(
        get=_whole(lent.get, server),
        put=_whole(lent.put, server),
        delete=_whole(lent.delete, server),
        headers={name: dict(headers) for name, headers in lent.put.headers.items()},
        expires=lent.expires,
    )


@router.get("/list", summary="List objects of the repository", responses=problems(503))
async def list_objects(granted: WithGrant, request: Request, prefix: Prefix = "", cursor: Cursor = None) -> Listing:
    """In the order of their names."""
    lending.refuse_prefix(prefix)
    repository_id, stores = granted.purpose.grant.repository_id, stores_of(request)
    await granted.work.tx.commit()  # lets the connection go: no other request waits for it while the store answers
    found, rest = await asyncio.to_thread(lending.listed, stores, repository_id, prefix, cursor)
    return Listing(items=[ListedObject(**each._asdict()) for each in found], next_cursor=rest)


@router.post("/progress", summary="Report how far it is", responses=problems(409))
async def report_progress(body: ProgressReport, granted: WithGrant) -> ProgressTaken:
    """Once a second is enough. It puts off the end of the grant."""
    cancel, until = await reporting.progress(granted.work, granted.purpose, body.model_dump())
    return ProgressTaken(cancel=cancel, expires_at=until)


@router.post("/complete", summary="Report that it is done", responses=problems(409, 413))
async def report_complete(body: Completion, granted: WithGrant, request: Request) -> GrantState:
    """A snapshot is then looked at in the store, and complete when everything is seen to be there."""
    done = Done(
        manifest=body.manifest,
        figures={name: getattr(body, name) for name in FIGURES},
        packs=body.packs,
        stages=body.stages,
        unread=body.unread,
        unread_names=tuple(body.unread_names),
    )
    return _state(await reporting.complete(granted.work, jobs_of(request), granted.purpose, done))


@router.post("/failed", summary="Report that it failed", responses=problems(409))
async def report_failure(body: FailureReport, granted: WithGrant) -> GrantState:
    why = Why(body.code, body.message, body.hint)
    return _state(await reporting.fail(granted.work, granted.purpose, why))


def _whole(loan: Loan, server: str) -> dict[str, str]:
    return {name: server + url if url.startswith("/") else url for name, url in loan.urls.items()}


def _state(purpose: Purpose) -> GrantState:
    snapshot, restore, grant = purpose.snapshot, purpose.restore, purpose.grant
    return GrantState(
        purpose="restore" if restore else "snapshot",
        access=granting.access_of(grant),
        snapshot_id=snapshot.id,
        restore_id=restore.id if restore else None,
        state=purpose.state,
        manifest=snapshot.manifest,
        label=snapshot.label,
        path=restore.target if restore else snapshot.root,
        paths=restore.paths if restore else [],
        tags=snapshot.tags,
        cancel=purpose.cancel,
        expires_at=grant.expires_at,
    )
