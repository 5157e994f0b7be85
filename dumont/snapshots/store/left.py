"""SQL of snapshots that destroyed instances have left."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select, update

from dumont.platform.db import Tx
from dumont.snapshots.tables import Snapshot

LEFT = and_(
    Snapshot.left_at.is_not(None),
    Snapshot.state == "complete",
    Snapshot.kept_at.is_(None),
    Snapshot.restic_id.is_(None),
)
"""In our own repositories: what lies in a restic repository is its owner's to keep."""
BATCH = 500


async def leave(tx: Tx, repository_id: UUID, instance_id: UUID, at: datetime) -> None:
    mine = (Snapshot.repository_id == repository_id) & (Snapshot.instance_id == instance_id)
    await tx.execute(update(Snapshot).where(mine, Snapshot.state != "deleted").values(left_at=at))


async def of(tx: Tx, repository_ids: Sequence[UUID], *, but: Collection[UUID]) -> tuple[Sequence[Snapshot], bool]:
    """Locked, the oldest first; with no more at once than a request may delete, and whether there are more."""
    mine = (Snapshot.repository_id.in_(repository_ids), Snapshot.id.not_in(but), LEFT)
    query = select(Snapshot).where(*mine).order_by(Snapshot.created_at).limit(BATCH + 1)
    found = (await tx.execute(query.with_for_update())).scalars().all()
    return found[:BATCH], len(found) > BATCH


async def counted(tx: Tx, repository_ids: Sequence[UUID]) -> tuple[int, int]:
    """How many there are, and the bytes that each of them needs alone."""
    sums = select(func.count(), func.coalesce(func.sum(Snapshot.unique_bytes), 0))
    row = (await tx.execute(sums.where(Snapshot.repository_id.in_(repository_ids), LEFT))).one()
    return int(row[0] or 0), int(row[1] or 0)


async def untold(tx: Tx, left_before: datetime) -> Sequence[Snapshot]:
    query = select(Snapshot).where(LEFT, Snapshot.left_at <= left_before, Snapshot.left_told_at.is_(None))
    query = query.order_by(Snapshot.left_at).limit(BATCH).with_for_update(skip_locked=True)
    return (await tx.execute(query)).scalars().all()


async def overdue(tx: Tx, left_before: datetime, told_before: datetime) -> Sequence[Snapshot]:
    due = (Snapshot.left_at <= left_before) & (Snapshot.left_told_at <= told_before)
    query = select(Snapshot).where(LEFT, due).order_by(Snapshot.left_at).limit(BATCH)
    return (await tx.execute(query.with_for_update(skip_locked=True))).scalars().all()
