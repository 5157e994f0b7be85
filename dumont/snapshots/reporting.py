"""Takes what whoever holds a grant has to say: how far it is, that it is done, that it failed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dumont.basics.errors import Conflict, Invalid
from dumont.platform.jobs import Jobs
from dumont.platform.work import Work
from dumont.snapshots import ending, granting, metrics, telling
from dumont.snapshots.ending import Why
from dumont.snapshots.granting import NoGrant
from dumont.snapshots.rules.states import OPEN, RESTORE_OPEN
from dumont.snapshots.store import restores, snapshots
from dumont.snapshots.tables import Snapshot, SnapshotGrant, SnapshotRestore
from dumont.snapshots.verifying import VERIFY, Which

HEARD_EVERY = timedelta(seconds=0.8)
"""Reports that come quicker are answered and not written down."""


class ManifestTaken(Conflict):
    code = "manifest_taken"
    hint = "Another snapshot of this repository has this manifest."


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a grant is for: a snapshot, or a restore of it."""

    grant: SnapshotGrant
    snapshot: Snapshot
    restore: SnapshotRestore | None = None

    @property
    def cancel(self) -> bool:
        return (self.restore or self.snapshot).cancel_requested

    @property
    def state(self) -> str:
        return (self.restore or self.snapshot).state


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    manifest: str | None = None
    figures: Mapping[str, int | None] = field(default_factory=dict)
    packs: Mapping[str, int] | None = None
    stages: Mapping[str, float] = field(default_factory=dict)
    unread: int = 0
    unread_names: tuple[str, ...] = ()


async def purpose(work: Work, grant: SnapshotGrant) -> Purpose:
    if grant.snapshot_id is not None:
        snapshot = await snapshots.one(work.tx, grant.snapshot_id)
        restore = None
    else:
        restore = await restores.one(work.tx, grant.restore_id) if grant.restore_id else None
        snapshot = await snapshots.one(work.tx, restore.snapshot_id) if restore else None
    if snapshot is None:
        raise NoGrant("What this grant was for is gone.")
    return Purpose(grant, snapshot, restore)


async def progress(work: Work, of: Purpose, said: Mapping[str, Any]) -> tuple[bool, datetime]:
    """Whether to stop, and until when the grant holds."""
    row = of.restore or of.snapshot
    if row.state == "running" and work.now - row.heard_at < HEARD_EVERY:
        return of.cancel, of.grant.expires_at
    values: dict[str, Any] = {"state": "running", "heard_at": work.now, "progress": _measured(said, work.now)}
    values |= {"stages": dict(said["stages"])} if said.get("stages") else {}
    if row.began_at is None:
        values["began_at"] = work.now
    if of.restore is not None:
        stop = await _restore_progress(work, of, of.restore, values)
    else:
        stop = await _snapshot_progress(work, of, values)
    return stop, await granting.put_off(work, of.grant)  # after its row, as whoever ends both does


async def complete(work: Work, jobs: Jobs, of: Purpose, done: Done) -> Purpose:
    """Said again, it is no harm: the answer may have been lost."""
    if of.restore is not None:
        return await _restored(work, of, of.restore, done)
    if done.manifest is None:
        raise Invalid.field("manifest", "is missing: a snapshot is complete with its manifest")
    if of.snapshot.manifest == done.manifest and of.snapshot.state not in OPEN:
        return of
    other = await snapshots.by_manifest(work.tx, of.snapshot.repository_id, done.manifest)
    if of.snapshot.restic_id is None and other is not None and other.id != of.snapshot.id:
        raise ManifestTaken("This manifest is that of another snapshot.")
    given = {name: value for name, value in done.figures.items() if value is not None}
    values = {
        "state": "verifying",
        "manifest": done.manifest,
        "heard_at": work.now,
        "stages": dict(done.stages),
        "unread": done.unread,
        "unread_names": list(done.unread_names),
        **given,
    }
    values |= {"packs": dict(done.packs)} if done.packs is not None else {}
    moved = await snapshots.move(work.tx, of.snapshot.id, OPEN, values)
    if moved is None:
        raise NoGrant(f"This snapshot is {of.snapshot.state}.")
    await jobs.enqueue(work, VERIFY, Which(snapshot_id=moved.id))
    await telling.of_snapshot(work, moved)
    return Purpose(of.grant, moved)


async def fail(work: Work, of: Purpose, why: Why) -> Purpose:
    if of.restore is not None:
        restore = await ending.fail_restore(work, of.restore, of.snapshot, why)
        return Purpose(of.grant, of.snapshot, restore)
    return Purpose(of.grant, await ending.fail(work, of.snapshot, why))


async def _snapshot_progress(work: Work, of: Purpose, values: dict[str, Any]) -> bool:
    before = of.snapshot.state
    moved = await snapshots.move(work.tx, of.snapshot.id, OPEN, values)
    if moved is None:
        return True
    if before != moved.state:
        await telling.of_snapshot(work, moved)
    await telling.of_progress(work, moved)
    return moved.cancel_requested


async def _restore_progress(work: Work, of: Purpose, restore: SnapshotRestore, values: dict[str, Any]) -> bool:
    moved = await restores.move(work.tx, restore.id, RESTORE_OPEN, values)
    if moved is None:
        return True
    await telling.of_restore(work, moved, of.snapshot)
    return moved.cancel_requested


async def _restored(work: Work, of: Purpose, restore: SnapshotRestore, done: Done) -> Purpose:
    if restore.state == "complete":
        return of
    values = {"state": "complete", "finished_at": work.now, "heard_at": work.now, "stages": dict(done.stages)}
    moved = await restores.move(work.tx, restore.id, RESTORE_OPEN, values)
    if moved is None:
        raise NoGrant(f"This restore is {restore.state}.")
    await granting.end(work, restore_id=moved.id)
    await telling.of_restore(work, moved, of.snapshot)
    metrics.ENDED.labels("restore", "complete").inc()
    return Purpose(of.grant, of.snapshot, moved)


def _measured(said: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    done, total, seconds = said["bytes"], said["bytes_total"], said["seconds"]
    rate = done / seconds if seconds else 0.0
    left = max(0, total - done) / rate if rate and total else None
    percent = min(100.0, 100 * done / total) if total else None
    plain = ("stage", "files", "files_total", "bytes", "bytes_total", "moved_bytes", "seconds", "hot_ready")
    return {
        **{name: said[name] for name in plain},
        "percent": None if percent is None else round(percent, 2),
        "bytes_per_second": round(rate, 1),
        "seconds_left": None if left is None else round(left, 1),
        "at": now.isoformat(),
    }
