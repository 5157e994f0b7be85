"""SQL of restores."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from dumont.basics.page import Key
from dumont.platform.db import Tx
from dumont.platform.db.keyset import newest_first
from dumont.snapshots.rules.states import RESTORE_OPEN, RestoreState
from dumont.snapshots.tables import Snapshot, SnapshotRestore
from dumont.snapshots.tables import SnapshotRestore as Restore

BATCH = 200


async def add(tx: Tx, restore: Restore) -> Restore:
    tx.add(restore)
    await tx.flush()
    await tx.refresh(restore)
    return restore


async def page(tx: Tx, snapshot_id: UUID, after: Key | None, limit: int) -> Sequence[Restore]:
    query = select(Restore).where(Restore.snapshot_id == snapshot_id)
    return (await tx.execute(newest_first(query, Restore.created_at, Restore.id, after, limit))).scalars().all()


async def one(tx: Tx, restore_id: UUID, repositories: Sequence[UUID] | None = None) -> Restore | None:
    query = select(Restore).where(Restore.id == restore_id).execution_options(populate_existing=True)
    if repositories is not None:
        mine = select(Snapshot.id).where(Snapshot.repository_id.in_(repositories))
        query = query.where(Restore.snapshot_id.in_(mine))
    return (await tx.execute(query)).scalar_one_or_none()


async def move(tx: Tx, restore_id: UUID, sources: Sequence[RestoreState], values: dict[str, Any]) -> Restore | None:
    """The row as it is then; None where it was in none of these states."""
    moved = update(SnapshotRestore).where(Restore.id == restore_id, Restore.state.in_(sources)).values(values)
    result = await tx.execute(moved.returning(Restore).execution_options(populate_existing=True))
    return result.scalar_one_or_none()


async def silent(tx: Tx, before: datetime) -> Sequence[Restore]:
    query = select(Restore).where(Restore.state.in_(RESTORE_OPEN), Restore.heard_at < before)
    query = query.order_by(Restore.heard_at).limit(BATCH).with_for_update(skip_locked=True)
    return (await tx.execute(query)).scalars().all()


async def open_of(tx: Tx, snapshot_id: UUID) -> Sequence[Restore]:
    query = select(Restore).where(Restore.snapshot_id == snapshot_id, Restore.state.in_(RESTORE_OPEN))
    return (await tx.execute(query)).scalars().all()
