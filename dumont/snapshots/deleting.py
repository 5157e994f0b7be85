"""Deletes snapshots so that it can be taken back for a while, and takes it back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from dumont import accounts
from dumont.basics.errors import Conflict
from dumont.platform.jobs import Jobs
from dumont.platform.work import Work
from dumont.snapshots import access, ending, granting, telling
from dumont.snapshots.measuring import MEASURE, Repositories
from dumont.snapshots.standing import Standing
from dumont.snapshots.store import repositories, restores, snapshots
from dumont.snapshots.tables import Snapshot


class BeingMade(Conflict):
    code = "snapshot_under_way"
    hint = "Cancel it first."


class BeingRestored(Conflict):
    code = "snapshot_being_restored"
    hint = "Wait until its restores are over, or cancel them."


class SleptOn(Conflict):
    code = "snapshot_needed"
    hint = "Wake it first, or destroy it without its snapshots: `dumont rm NAME --purge`."


class NothingToUndo(Conflict):
    code = "nothing_to_undo"


@dataclass(frozen=True, slots=True)
class Deleted:
    snapshot: Snapshot
    frees_bytes: int | None
    undo_until: datetime | None
    freed_after: datetime | None


async def delete(work: Work, jobs: Jobs, standing: Standing, snapshot_id: UUID) -> Deleted:
    snapshot = await access.snapshot(work, snapshot_id)
    if snapshot.state in ending.MAKING:
        raise BeingMade(f"This snapshot is {snapshot.state}.")
    if snapshot.state == "deleted":
        return told(work, snapshot)
    if await restores.open_of(work.tx, snapshot.id):
        raise BeingRestored("Somebody restores this snapshot just now.")
    for stand in await standing.of(work.tx, snapshot.repository_id):
        if stand.asleep and stand.snapshot_id == snapshot.id:
            raise SleptOn(f"All that there is of {stand.name} lies in this snapshot.")
    gone = await mark(work, snapshot, "person")
    await count_again(work, jobs, snapshot.repository_id)
    summary = f"Deleted the snapshot of {snapshot.label}"
    await accounts.audit.record(work, "snapshot.deleted", ("snapshot", snapshot.id), summary)
    return told(work, gone)


async def mark(work: Work, snapshot: Snapshot, by: Literal["person", "retention"]) -> Snapshot:
    """Its manifest stays in the store until there is no way back. One without a manifest has none to keep."""
    until = work.now + timedelta(hours=work.settings.snapshots_undo_hours)
    if snapshot.manifest is None:
        return await _forget(work, snapshot, by)
    values = {"state": "deleted", "deleted_at": work.now, "deleted_by": by, "purge_at": until}
    gone = await snapshots.move(work.tx, snapshot.id, ("complete", "failed"), values) or snapshot
    await granting.end(work, snapshot_id=gone.id)
    await telling.of_snapshot(work, gone)
    return gone


async def undo(work: Work, jobs: Jobs, snapshot_id: UUID) -> Snapshot:
    """From then on it is a person's to delete: whatever rule took it would take it again."""
    snapshot = await access.snapshot(work, snapshot_id)
    if snapshot.state != "deleted":
        raise NothingToUndo(f"This snapshot is {snapshot.state}, not deleted.")
    if snapshot.completed_at is None or snapshot.purge_at is None or snapshot.purge_at <= work.now:
        raise NothingToUndo("It is too late to have this snapshot back.")
    values = {"state": "complete", "deleted_at": None, "deleted_by": None, "purge_at": None, "kept_at": work.now}
    values |= {"left_at": None, "left_told_at": None}
    back = await snapshots.move(work.tx, snapshot.id, ("deleted",), values) or snapshot
    await count_again(work, jobs, back.repository_id)
    summary = f"Took back the deletion of {snapshot.label}"
    await accounts.audit.record(work, "snapshot.undeleted", ("snapshot", snapshot.id), summary)
    await telling.of_snapshot(work, back)
    return back


async def count_again(work: Work, jobs: Jobs, repository_id: UUID) -> None:
    """What others shared with one that went, they may need alone from now on."""
    if await repositories.one(work.tx, repository_id) is not None:
        await jobs.enqueue(work, MEASURE, Repositories(repository_id=repository_id))


def told(work: Work, snapshot: Snapshot) -> Deleted:
    """What pruning finds to be nobody's is freed a grace later."""
    if snapshot.purge_at is None:
        return Deleted(snapshot, 0, None, None)
    grace = timedelta(hours=work.settings.snapshots_grace_hours)
    undo_until = snapshot.purge_at if snapshot.completed_at else None
    return Deleted(snapshot, snapshot.unique_bytes, undo_until, snapshot.purge_at + grace)


async def _forget(work: Work, snapshot: Snapshot, by: str) -> Snapshot:
    """A failed one leaves nothing to be had back; what it sent is freed by pruning."""
    values = {"deleted_at": work.now, "deleted_by": by, "state": "deleted"}
    gone = await snapshots.move(work.tx, snapshot.id, ("failed",), values) or snapshot
    await telling.of_snapshot(work, gone)
    return gone
