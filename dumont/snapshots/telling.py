"""Tells of a snapshot, a restore or a repository as it is now, in the transaction that made it so."""

from dumont.platform.work import Work
from dumont.snapshots.events import RepositoryChanged, RestoreChanged, SnapshotChanged, SnapshotProgressed
from dumont.snapshots.tables import Snapshot, SnapshotRepository, SnapshotRestore


async def of_snapshot(work: Work, found: Snapshot) -> None:
    told = SnapshotChanged(
        id=found.id,
        repository_id=found.repository_id,
        instance_id=found.instance_id,
        label=found.label,
        state=found.state,
    )
    await work.publish(told)


async def of_progress(work: Work, found: Snapshot) -> None:
    await work.publish(SnapshotProgressed(id=found.id, repository_id=found.repository_id, progress=found.progress))


async def of_restore(work: Work, found: SnapshotRestore, snapshot: Snapshot) -> None:
    told = RestoreChanged(
        id=found.id,
        repository_id=snapshot.repository_id,
        snapshot_id=snapshot.id,
        state=found.state,
        progress=found.progress,
    )
    await work.publish(told)


async def of_repository(work: Work, found: SnapshotRepository) -> None:
    told = RepositoryChanged(repository_id=found.id, task=found.task, progress=found.task_progress, at=work.now)
    await work.publish(told)
