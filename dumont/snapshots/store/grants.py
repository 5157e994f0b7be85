"""SQL of grants: found by hash alone, put off by use, ended with what they are for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from dumont.platform.db import Tx
from dumont.snapshots.tables import SnapshotGrant as Grant


async def add(tx: Tx, grant: Grant) -> None:
    tx.add(grant)
    await tx.flush()


async def standing(tx: Tx, digest: bytes, now: datetime) -> Grant | None:
    query = select(Grant).where(Grant.hash == digest, Grant.expires_at > now)
    return (await tx.execute(query)).scalar_one_or_none()


async def put_off(tx: Tx, digest: bytes, until: datetime) -> None:
    await tx.execute(update(Grant).where(Grant.hash == digest).values(expires_at=until))


async def end(tx: Tx, *, snapshot_id: UUID | None = None, restore_id: UUID | None = None) -> None:
    mine = Grant.snapshot_id == snapshot_id if snapshot_id is not None else Grant.restore_id == restore_id
    await tx.execute(delete(Grant).where(mine))


async def forget_expired(tx: Tx, now: datetime) -> None:
    await tx.execute(delete(Grant).where(Grant.expires_at <= now))
