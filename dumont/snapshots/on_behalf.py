"""Snapshots and restores for an owner who is not asking himself: the fleet saves and wakes his instances.

Whoever calls has made sure that the owner wishes it, so nobody is asked for rights, and the audit log is left to him:
a copy every minute is nobody's deed.
"""

from dataclasses import dataclass
from uuid import UUID

from dumont.platform.db import Tx
from dumont.platform.work import Work
from dumont.snapshots import deleting, ending, starting
from dumont.snapshots.granting import Handed
from dumont.snapshots.starting import NotComplete, Wish
from dumont.snapshots.store import restores, snapshots
from dumont.snapshots.tables import Snapshot, SnapshotRestore

__all__ = [
    "Owner",
    "Snapshot",
    "SnapshotRestore",
    "delete_all",
    "found",
    "found_restore",
    "give_up",
    "give_up_restore",
    "newest",
    "start",
    "start_restore",
]


@dataclass(frozen=True, slots=True)
class Owner:
    id: UUID
    of_team: bool
    user_id: UUID | None
    """On whose account it is written down."""


async def start(work: Work, owner: Owner, wish: Wish) -> tuple[Snapshot, Handed]:
    return await starting.begin(work, owner.id, wish, of_team=owner.of_team, user_id=owner.user_id)


async def start_restore(work: Work, owner: Owner, snapshot_id: UUID, target: str) -> tuple[SnapshotRestore, Handed]:
    """Raises `NotComplete` also where there is no such snapshot any more."""
    snapshot = await snapshots.one(work.tx, snapshot_id, [owner.id])
    if snapshot is None:
        raise NotComplete("This snapshot is gone.")
    return await starting.begin_restore(work, snapshot, target, (), user_id=owner.user_id)


async def give_up(work: Work, snapshot_id: UUID, code: str, message: str) -> None:
    """Nobody makes it any more; one that is complete, or is being looked for in the store, stays as it is."""
    snapshot = await snapshots.one(work.tx, snapshot_id)
    if snapshot is not None and snapshot.state in ("queued", "running"):
        await ending.fail(work, snapshot, ending.Why(code, message))


async def give_up_restore(work: Work, restore_id: UUID, code: str, message: str) -> None:
    restore = await restores.one(work.tx, restore_id)
    snapshot = await snapshots.one(work.tx, restore.snapshot_id) if restore is not None else None
    if restore is not None and snapshot is not None:
        await ending.fail_restore(work, restore, snapshot, ending.Why(code, message))


async def found(tx: Tx, snapshot_id: UUID | None) -> Snapshot | None:
    return await snapshots.one(tx, snapshot_id) if snapshot_id is not None else None


async def found_restore(tx: Tx, restore_id: UUID | None) -> SnapshotRestore | None:
    return await restores.one(tx, restore_id) if restore_id is not None else None


async def newest(tx: Tx, owner_id: UUID, instance_id: UUID) -> Snapshot | None:
    """Of this instance, that can be read."""
    return await snapshots.newest_of_instance(tx, owner_id, instance_id)


async def delete_all(work: Work, owner_id: UUID, instance_id: UUID) -> int:
    """As a person does it, so that it can be taken back for a while. How many that were."""
    those = await snapshots.by_ids(work.tx, await snapshots.ids_of_instance(work.tx, owner_id, instance_id))
    over = [snapshot for snapshot in those if snapshot.state in ("complete", "failed")]
    for snapshot in over:
        await deleting.mark(work, snapshot, "person")
    return len(over)
