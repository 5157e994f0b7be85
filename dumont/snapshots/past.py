"""Writes down snapshots that were made before anybody asked for them here: for the demo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from dumont.basics import ids
from dumont.platform.db import Tx
from dumont.platform.jobs import Jobs
from dumont.platform.work import Work
from dumont.snapshots.in_restic import Seen
from dumont.snapshots.measuring import MEASURE, Repositories
from dumont.snapshots.store import repositories, restores, snapshots
from dumont.snapshots.tables import Snapshot, SnapshotRestore

RESTORE_STAGES = {"plan": 0.04, "fetch": 0.81, "metadata": 0.05}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """By the engine, before: its manifest is in the store, and was seen."""

    manifest: str
    label: str
    root: str
    ago: timedelta
    seen: Seen
    new_bytes: int
    stages: Mapping[str, float] = field(default_factory=dict)
    tags: Sequence[str] = ()
    restored_to: str | None = None


async def has_any(tx: Tx, owner: UUID) -> bool:
    return bool(await snapshots.in_store(tx, owner))


async def record(work: Work, jobs: Jobs, owner: UUID, taken: Sequence[Taken]) -> None:
    oldest = work.now - max(each.ago for each in taken)
    await repositories.ensure(work.tx, owner, team=False, now=oldest)
    await repositories.learn(work.tx, owner, {"encrypted": False})
    for each in taken:
        made = await snapshots.add(work.tx, _row(work, owner, each))
        if each.restored_to is not None:
            await restores.add(work.tx, _restore(work, made, each.restored_to))
    await jobs.enqueue(work, MEASURE, Repositories(repository_id=owner))


def _row(work: Work, owner: UUID, each: Taken) -> Snapshot:
    began = work.now - each.ago
    ended = began + timedelta(seconds=sum(each.stages.values()))
    values: dict[str, Any] = {**each.seen.values, "root": each.root, "host": "demo"}
    return Snapshot(
        id=ids.new(began, work.random),
        repository_id=owner,
        created_by=owner,
        label=each.label,
        state="complete",
        manifest=each.manifest,
        tags=list(each.tags),
        encrypted=each.seen.encrypted,
        created_at=began,
        began_at=began,
        heard_at=ended,
        completed_at=ended,
        new_bytes=each.new_bytes,
        stages=dict(each.stages),
        **values,
    )


def _restore(work: Work, snapshot: Snapshot, target: str) -> SnapshotRestore:
    began = snapshot.created_at + timedelta(minutes=40)
    ended = began + timedelta(seconds=sum(RESTORE_STAGES.values()))
    return SnapshotRestore(
        id=ids.new(began, work.random),
        snapshot_id=snapshot.id,
        created_by=snapshot.created_by,
        target=target,
        state="complete",
        created_at=began,
        began_at=began,
        heard_at=ended,
        finished_at=ended,
        stages=RESTORE_STAGES,
    )
