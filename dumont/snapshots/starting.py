"""Starts snapshots and restores: writes down what is wanted, and hands out the grant by which it is done."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID

from dumont import accounts
from dumont.basics import ids
from dumont.basics.errors import Conflict
from dumont.platform.work import Work
from dumont.snapshots import access, granting, telling
from dumont.snapshots.granting import Handed
from dumont.snapshots.restic import InRestic
from dumont.snapshots.store import repositories, restores, snapshots
from dumont.snapshots.tables import Snapshot, SnapshotRestore


class NotComplete(Conflict):
    code = "snapshot_not_complete"
    hint = "Only a complete snapshot can be read."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    path: str
    label: str | None = None
    instance_id: UUID | None = None
    team_id: UUID | None = None
    tags: tuple[str, ...] = ()
    restic_id: UUID | None = None
    """In a restic repository of the owner's, and not in ours."""

    @property
    def named(self) -> str:
        return self.label or (str(self.instance_id) if self.instance_id else PurePosixPath(self.path).name or self.path)


async def start(work: Work, wish: Wish) -> tuple[Snapshot, Handed]:
    owner = await access.owner_id(work, wish.team_id)
    snapshot, handed = await begin(work, owner, wish, of_team=wish.team_id is not None, user_id=work.caller.user_id)
    summary = f"Asked for a snapshot of {snapshot.label}"
    await accounts.audit.record(work, "snapshot.started", ("snapshot", snapshot.id), summary)
    return snapshot, handed


async def start_restore(
    work: Work, snapshot_id: UUID, target: str, paths: tuple[str, ...]
) -> tuple[SnapshotRestore, Snapshot, Handed]:
    snapshot = await access.snapshot(work, snapshot_id)
    if snapshot.restic_id is not None:
        raise InRestic("This snapshot lies in a restic repository, whose keys are not handed out.")
    restore, handed = await begin_restore(work, snapshot, target, paths, user_id=work.caller.user_id)
    details = {"target": target, "restore_id": str(restore.id)}
    summary = f"Asked to restore {snapshot.label}"
    await accounts.audit.record(work, "snapshot.restored", ("snapshot", snapshot.id), summary, details=details)
    return restore, snapshot, handed


async def begin(work: Work, owner: UUID, wish: Wish, *, of_team: bool, user_id: UUID | None) -> tuple[Snapshot, Handed]:
    """Whoever calls has made sure that it is to be."""
    await repositories.ensure(work.tx, owner, team=of_team, now=work.now)
    snapshot = Snapshot(
        id=ids.new(work.now, work.random),
        repository_id=owner,
        created_by=user_id,
        instance_id=wish.instance_id,
        label=wish.named[:200],
        state="queued",
        root=wish.path,
        tags=list(wish.tags),
        created_at=work.now,
        heard_at=work.now,
        restic_id=wish.restic_id,
    )
    await snapshots.add(work.tx, snapshot)
    handed = await granting.for_snapshot(work, owner, snapshot.id)
    await telling.of_snapshot(work, snapshot)
    return snapshot, handed


async def begin_restore(
    work: Work, snapshot: Snapshot, target: str, paths: tuple[str, ...], *, user_id: UUID | None
) -> tuple[SnapshotRestore, Handed]:
    if snapshot.state != "complete":
        raise NotComplete(f"This snapshot is {snapshot.state}.")
    restore = SnapshotRestore(
        id=ids.new(work.now, work.random),
        snapshot_id=snapshot.id,
        created_by=user_id,
        target=target,
        paths=list(paths),
        state="queued",
        created_at=work.now,
        heard_at=work.now,
    )
    await restores.add(work.tx, restore)
    handed = await granting.for_restore(work, snapshot.repository_id, restore.id)
    await telling.of_restore(work, restore, snapshot)
    return restore, handed
