"""The doors to the list of snapshots, to one of them, and to starting, stopping and deleting."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from dumont.platform.http.doors import Door
from dumont.platform.http.fields import Line, Moment
from dumont.platform.http.paging import Paged, Paginated
from dumont.platform.http.problems import problems
from dumont.platform.work import Work
from dumont.snapshots import catalog, deleting, leaving, starting
from dumont.snapshots.api.parts import InstancesThere, SnapshotsRead, SnapshotsWrite, jobs_of, server_of
from dumont.snapshots.rules.states import State
from dumont.snapshots.schemas import showing
from dumont.snapshots.schemas.fields import SnapshotPath, TeamQuery
from dumont.snapshots.schemas.snapshots import (
    LeftDeleted,
    Restore,
    RestoreStarted,
    RestoreWish,
    Snapshot,
    SnapshotDeleted,
    SnapshotDetail,
    SnapshotStarted,
    SnapshotWish,
)
from dumont.snapshots.store.snapshots import Filter

router = APIRouter(prefix="/snapshots", tags=["snapshots"], route_class=Door)

InstanceFilter = Annotated[UUID | None, Query(description="Of this instance alone.")]
LabelFilter = Annotated[Line | None, Query(description="With this label alone.")]
StateFilter = Annotated[State | None, Query(description="In this state alone; deleted ones are left out else.")]
LeftFilter = Annotated[bool, Query(description="Those alone whose instance is destroyed.")]
Since = Annotated[Moment | None, Query(description="Made at this moment or later.")]
Before = Annotated[Moment | None, Query(description="Made before this moment.")]


@router.get("", summary="List snapshots", responses=problems(404))
async def list_snapshots(
    work: SnapshotsRead,
    paging: Paginated,
    *,
    instance: InstanceFilter = None,
    label: LabelFilter = None,
    state: StateFilter = None,
    left: LeftFilter = False,
    since: Since = None,
    before: Before = None,
    team_id: TeamQuery = None,
) -> Paged[Snapshot]:
    """Yours and those of your teams, the newest first."""
    wanted = Filter(
        repositories=(),
        instance_id=instance,
        label=label or None,
        state=state,
        since=since,
        before=before,
        left=left,
    )
    page = await catalog.listed(work, wanted, team_id, paging.cursor, paging.limit)
    return paging.answer(page, lambda shown: showing.snapshot(shown, _price(work)))


@router.post("", status_code=201, summary="Start a snapshot", responses=problems(404, 409))
async def start_snapshot(
    body: SnapshotWish, work: SnapshotsWrite, request: Request, response: Response
) -> SnapshotStarted:
    """The answer's command makes it, on the machine at which the folder is. The grant is shown in this answer only."""
    wish = starting.Wish(
        path=body.path,
        label=body.label,
        instance_id=body.instance_id,
        team_id=body.team_id,
        tags=tuple(body.tags),
    )
    made, handed = await starting.start(work, wish)
    handed = handed.at(server_of(request))
    response.headers["cache-control"] = "no-store"
    return SnapshotStarted(
        snapshot=showing.snapshot(await catalog.shown(work, made), _price(work)),
        grant=showing.grant(handed),
        command=handed.command("create", body.path),
        bare_command=handed.bare_command("create", body.path),
    )


@router.delete("/left", summary="Delete the snapshots of destroyed instances", responses=problems(404))
async def delete_left_snapshots(
    work: SnapshotsWrite, there: InstancesThere, request: Request, team_id: TeamQuery = None
) -> LeftDeleted:
    """Yours and those of your teams, or of one team alone; 500 at once. Each can be had back for a while. One that is
    being restored, or that another instance needs, stays."""
    deleted, more = await leaving.delete_all(work, jobs_of(request), there, team_id)
    return LeftDeleted(deleted=deleted, more=more)


@router.get("/{snapshot_id:id}", summary="Show a snapshot", responses=problems(404))
async def get_snapshot(snapshot_id: SnapshotPath, work: SnapshotsRead) -> SnapshotDetail:
    """With its ratios, the seconds of its stages, and how far it is."""
    shown, restores = await catalog.one(work, snapshot_id)
    return showing.detail(shown, _price(work), restores)


@router.delete("/{snapshot_id:id}", summary="Delete a snapshot", responses=problems(404, 409))
async def delete_snapshot(
    snapshot_id: SnapshotPath, work: SnapshotsWrite, there: InstancesThere, request: Request
) -> SnapshotDeleted:
    """Not while an instance sleeps on it. It can be had back for a while; then pruning frees what no other needs."""
    gone = await deleting.delete(work, jobs_of(request), there, snapshot_id)
    return SnapshotDeleted(
        snapshot=showing.snapshot(await catalog.shown(work, gone.snapshot), _price(work)),
        frees_bytes=gone.frees_bytes,
        undo_until=gone.undo_until,
        freed_after=gone.freed_after,
    )


@router.post("/{snapshot_id:id}/undelete", summary="Take back a deletion", responses=problems(404, 409))
async def undelete_snapshot(snapshot_id: SnapshotPath, work: SnapshotsWrite, request: Request) -> Snapshot:
    """It is kept by a person then: no rule deletes it again."""
    back = await deleting.undo(work, jobs_of(request), snapshot_id)
    return showing.snapshot(await catalog.shown(work, back), _price(work))


@router.post("/{snapshot_id:id}/cancel", summary="Stop a snapshot that is being made", responses=problems(404, 409))
async def cancel_snapshot(snapshot_id: SnapshotPath, work: SnapshotsWrite) -> Snapshot:
    """Who makes it is told at its next word; what was sent stays, and is not sent again."""
    return showing.snapshot(await catalog.cancel(work, snapshot_id), _price(work))


@router.post("/{snapshot_id:id}/restore", status_code=201, summary="Start a restore", responses=problems(404, 409, 413))
async def start_restore(
    snapshot_id: SnapshotPath, body: RestoreWish, work: SnapshotsWrite, request: Request, response: Response
) -> RestoreStarted:
    """The answer's command does it, on the machine that is to have the files. The grant is shown here only."""
    restore, snapshot, handed = await starting.start_restore(work, snapshot_id, body.target, tuple(body.paths))
    handed = handed.at(server_of(request))
    response.headers["cache-control"] = "no-store"
    return RestoreStarted(
        restore=showing.restore(restore),
        grant=showing.grant(handed),
        command=handed.command("restore", (snapshot.manifest or "")[:12], body.target),
        bare_command=handed.bare_command("restore", (snapshot.manifest or "")[:12], body.target),
    )


@router.get("/{snapshot_id:id}/restores", summary="List restores of a snapshot", responses=problems(404))
async def list_restores(snapshot_id: SnapshotPath, work: SnapshotsRead, paging: Paginated) -> Paged[Restore]:
    page = await catalog.restores_of(work, snapshot_id, paging.cursor, paging.limit)
    return paging.answer(page, showing.restore)


def _price(work: Work) -> Decimal:
    return work.settings.snapshots_price_gb_month
