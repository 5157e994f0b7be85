"""The doors to one restore."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems
from dumont.snapshots import access, catalog
from dumont.snapshots.api.parts import SnapshotsRead, SnapshotsWrite
from dumont.snapshots.schemas import showing
from dumont.snapshots.schemas.snapshots import Restore

router = APIRouter(prefix="/snapshots/restores", tags=["snapshots"], route_class=Door)
RestorePath = Annotated[UUID, Path(description="The restore.")]


@router.get("/{restore_id}", summary="Show a restore", responses=problems(404))
async def get_restore(restore_id: RestorePath, work: SnapshotsRead) -> Restore:
    """How far it is, and how long each stage took."""
    return showing.restore(await access.restore(work, restore_id))


@router.post("/{restore_id}/cancel", summary="Stop a restore", responses=problems(404, 409))
async def cancel_restore(restore_id: RestorePath, work: SnapshotsWrite) -> Restore:
    """Who does it is told at its next word; the files that are there stay there."""
    return showing.restore(await catalog.cancel_restore(work, restore_id))
