"""SQL of the restic repositories of users."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update

from dumont.platform.db import Tx
from dumont.snapshots.tables import ResticRepository as Row


async def one(tx: Tx, restic_id: UUID) -> Row | None:
    return (await tx.execute(select(Row).where(Row.id == restic_id))).scalar_one_or_none()


async def at(tx: Tx, instance_id: UUID, address: str) -> Row | None:
    query = select(Row).where(Row.instance_id == instance_id, Row.address == address).with_for_update()
    return (await tx.execute(query)).scalar_one_or_none()


async def addresses(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, str]:
    if not ids:
        return {}
    return {row[0]: row[1] for row in await tx.execute(select(Row.id, Row.address).where(Row.id.in_(ids)))}


async def unseal(tx: Tx, instance_id: UUID) -> None:
    await tx.execute(update(Row).where(Row.instance_id == instance_id).values(sealed=None))


async def sealed(tx: Tx) -> Sequence[Row]:
    """Locked."""
    return (await tx.execute(select(Row).where(Row.sealed.is_not(None)).with_for_update())).scalars().all()
