"""Whose repositories and snapshots somebody may see: his own, and those of his teams."""

from uuid import UUID

from dumont.accounts import teams
from dumont.basics.errors import NotFound
from dumont.platform.work import Work
from dumont.snapshots.store import repositories, restores, snapshots
from dumont.snapshots.tables import Snapshot, SnapshotRepository, SnapshotRestore


async def mine(work: Work) -> list[UUID]:
    """Ids of repositories, which are those of their owners; his own is the first."""
    return [work.caller.me, *await teams.my_ids(work)]


async def owner_id(work: Work, team_id: UUID | None) -> UUID:
    """Somebody else's team is as good as none."""
    return work.caller.me if team_id is None else (await teams.my_team(work, team_id)).id


async def repository(work: Work, team_id: UUID | None, *, make: bool = False) -> SnapshotRepository | None:
    """None before the first snapshot, unless it is to be made."""
    owner = await owner_id(work, team_id)
    if make:
        await repositories.ensure(work.tx, owner, team=team_id is not None, now=work.now)
    return await repositories.one(work.tx, owner)


async def snapshot(work: Work, snapshot_id: UUID) -> Snapshot:
    found = await snapshots.one(work.tx, snapshot_id, await mine(work))
    if found is None:
        raise NotFound("There is no such snapshot.")
    return found


async def restore(work: Work, restore_id: UUID) -> SnapshotRestore:
    found = await restores.one(work.tx, restore_id, await mine(work))
    if found is None:
        raise NotFound("There is no such restore.")
    return found
