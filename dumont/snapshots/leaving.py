"""Snapshots that destroyed instances have left: told apart, deleted together, and after some days, if that is set."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from dumont import accounts
from dumont.platform.jobs import Jobs
from dumont.platform.jobs.port import Job, NoArgs, Run
from dumont.platform.work import Work
from dumont.snapshots import access, deleting
from dumont.snapshots.events import LeftSnapshotsEnd
from dumont.snapshots.standing import Standing, pinned
from dumont.snapshots.store import left as store
from dumont.snapshots.store import restores
from dumont.snapshots.tables import Snapshot

NOTICE_DAYS = 7
"""So long before they are deleted their owner hears of it; of a shorter life half of it."""


@dataclass(frozen=True, slots=True)
class Left:
    snapshots: int
    unique_bytes: int
    """What they need alone, each counted for itself: deleting all of them frees no less."""


async def shown(work: Work) -> Left:
    return Left(*await store.counted(work.tx, await access.mine(work)))


async def delete_all(work: Work, jobs: Jobs, standing: Standing, team_id: UUID | None) -> tuple[int, bool]:
    """As a person deletes them one by one: they can be had back for a while. One that is being restored
    stays, and one that another instance was made from and needs. How many that were, and whether there are more."""
    those = [await access.owner_id(work, team_id)] if team_id else await access.mine(work)
    gone, touched = 0, set[UUID]()
    needed = await _needed(work, standing, those)
    found, more = await store.of(work.tx, those, but=needed)
    for snapshot in found:
        if not await restores.open_of(work.tx, snapshot.id):
            await deleting.mark(work, snapshot, "person")
            touched.add(snapshot.repository_id)
            gone += 1
    for repository_id in sorted(touched):
        await deleting.count_again(work, jobs, repository_id)
    of, summary = ("snapshot_repository", those[0]), f"Deleted {gone} snapshots of destroyed instances"
    await accounts.audit.record(work, "snapshots.left_deleted", of, summary)
    return gone, more


async def tidy(run: Run, _args: NoArgs) -> dict[str, int]:
    """Nothing, unless a number of days is set."""
    async with run.work() as work:
        days = work.settings.snapshots_left_days
        if not days:
            return {"told": 0, "deleted": 0}
        notice = timedelta(days=min(NOTICE_DAYS, days / 2))
        life = timedelta(days=days)
        told = await _tell(work, await store.untold(work.tx, work.now - life + notice), notice)
    async with run.work() as work:
        over = await store.overdue(work.tx, work.now - life, work.now - notice)
        needed = await _needed(work, run.part(Standing), {snapshot.repository_id for snapshot in over})
        over = [snapshot for snapshot in over if snapshot.id not in needed]
        for snapshot in over:
            await deleting.mark(work, snapshot, "retention")
    return {"told": told, "deleted": len(over)}


async def _needed(work: Work, standing: Standing, owners: Iterable[UUID]) -> set[UUID]:
    return {each for owner in owners for each in pinned(await standing.of(work.tx, owner))}


async def _tell(work: Work, found: Sequence[Snapshot], notice: timedelta) -> int:
    """Once for each instance: whatever is told late lives as much longer."""
    by_instance: dict[tuple[UUID, UUID | None], list[Snapshot]] = defaultdict(list)
    for snapshot in found:
        snapshot.left_told_at = work.now
        by_instance[snapshot.repository_id, snapshot.instance_id].append(snapshot)
    for (owner, _instance), those in by_instance.items():
        size = sum(each.unique_bytes or 0 for each in those)
        end = LeftSnapshotsEnd(
            repository_id=owner, label=those[-1].label, snapshots=len(those), bytes=size, ends_at=work.now + notice
        )
        await work.publish(end)
    await work.tx.flush()
    return len(by_instance)


TIDY_LEFT = Job(
    "snapshots.tidy_left", tidy, cron="10 2 * * *", key=lambda _args: "snapshots.tidy_left", sample=NoArgs()
)
