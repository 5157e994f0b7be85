"""Snapshots and restores for an owner who is not asking himself: the fleet saves and wakes his instances.

Whoever calls has made sure that the owner wishes it, so nobody is asked for rights, and the audit log is left to him:
a copy every minute is nobody's deed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dumont.basics import ids
from dumont.platform.db import Tx
from dumont.platform.jobs import Jobs
from dumont.platform.secrets import Vault
from dumont.platform.work import Work
from dumont.snapshots import deleting, ending, restic, starting, telling
from dumont.snapshots.granting import Handed
from dumont.snapshots.starting import NotComplete, Wish
from dumont.snapshots.store import left, repositories, restores, snapshots
from dumont.snapshots.stores import folder_of
from dumont.snapshots.tables import Snapshot, SnapshotRestore
from dumont.snapshots.verifying import VERIFY, Which
from dumont.snapstore.errors import KeyNeeded

__all__ = [
    "KEY_NEEDED",
    "Owner",
    "Snapshot",
    "SnapshotRestore",
    "bring",
    "delete_all",
    "encrypted",
    "found",
    "found_restore",
    "give_up",
    "give_up_restore",
    "in_restic",
    "leave",
    "met_encrypted",
    "near",
    "newest",
    "start",
    "start_restore",
]


KEY_NEEDED = KeyNeeded.code
"""By this an agent says that it can't open the repository."""


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


async def bring(work: Work, jobs: Jobs, owner: Owner, wish: Wish, wanted: str) -> Snapshot:
    """One that restic has made without us, in a repository that is kept: looked for by `wanted`, which is `latest`
    or the beginning of its id, and complete when all of it is seen to be there."""
    snapshot = Snapshot(
        id=ids.new(work.now, work.random),
        repository_id=owner.id,
        created_by=owner.user_id,
        instance_id=wish.instance_id,
        label=wish.named[:200],
        state="verifying",
        wanted=wanted,
        restic_id=wish.restic_id,
        root=wish.path,
        tags=list(wish.tags),
        created_at=work.now,
        heard_at=work.now,
    )
    await snapshots.add(work.tx, snapshot)
    await jobs.enqueue(work, VERIFY, Which(snapshot_id=snapshot.id))
    await telling.of_snapshot(work, snapshot)
    return snapshot


async def in_restic(work: Work, vault: Vault, snapshot: Snapshot) -> Mapping[str, Any]:
    """What an agent has to know of the restic repository that it lies in, or is to lie in; nothing if it is ours."""
    if snapshot.restic_id is None:
        return {}
    told = await restic.told(work.tx, vault, snapshot.restic_id)
    return {"restic": {**told, "snapshot": snapshot.manifest, "folder": snapshot.folder}}


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


def near(work: Work, owner_id: UUID) -> Mapping[str, Any]:
    """What the agent of a machine of this computer has to know to read the owner's repository as the files it is;
    nothing where that is not kept in a folder."""
    folder = folder_of(work.settings, owner_id)
    return {} if folder is None else {"folder": str(folder)}


async def found(tx: Tx, snapshot_id: UUID | None) -> Snapshot | None:
    return await snapshots.one(tx, snapshot_id) if snapshot_id is not None else None


async def found_restore(tx: Tx, restore_id: UUID | None) -> SnapshotRestore | None:
    return await restores.one(tx, restore_id) if restore_id is not None else None


async def newest(
    tx: Tx, owner_id: UUID, instance_id: UUID, *, folders: Iterable[str], tags: Iterable[str]
) -> Snapshot | None:
    """Of this instance, that can be read: of one of these folders, or with a tag of whoever saves the instance, as its
    people may have snapshots made of other folders of it."""
    return await snapshots.newest_of_instance(tx, owner_id, instance_id, folders=folders, tags=tags)


async def encrypted(tx: Tx, owner_ids: Iterable[UUID]) -> set[UUID]:
    """Of these owners those whose repository in our own store can be read by nobody else."""
    wanted = set(owner_ids)
    return await repositories.encrypted(tx, wanted) if wanted else set()


async def met_encrypted(tx: Tx, owner_id: UUID) -> bool:
    """A machine says that it can't open its owner's repository: whether that is so, as far as is known."""
    await repositories.learn_if_unknown(tx, owner_id, encrypted=True)
    return bool(await encrypted(tx, [owner_id]))


async def leave(work: Work, owner_id: UUID, instance_id: UUID) -> None:
    """The instance is no more, and its snapshots are kept: from now on they count as left."""
    await left.leave(work.tx, owner_id, instance_id, work.now)


async def delete_all(work: Work, owner_id: UUID, instance_id: UUID) -> int:
    """As a person does it, so that it can be taken back for a while. How many that were. Those that are not complete
    yet are deleted as soon as they are."""
    those = await snapshots.by_ids(work.tx, await snapshots.ids_of_instance(work.tx, owner_id, instance_id))
    gone = 0
    for snapshot in those:
        if await snapshots.move(work.tx, snapshot.id, ending.MAKING, {"deleted_by": "person"}) is None:
            await deleting.mark(work, snapshot, "person")
            gone += 1
    return gone
