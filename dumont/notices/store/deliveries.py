"""SQL of what was sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from dumont.basics.page import Key
from dumont.notices.tables import Delivery
from dumont.platform.db import Tx
from dumont.platform.db.keyset import newest_first


async def add(tx: Tx, rows: Sequence[dict[str, Any]]) -> Sequence[tuple[UUID, UUID]]:
    """Ids and webhooks of those that were not there before."""
    if not rows:
        return []
    added = insert(Delivery).on_conflict_do_nothing(index_elements=["webhook_id", "cause"])
    found = await tx.execute(added.returning(Delivery.id, Delivery.webhook_id), rows)
    return [(row.id, row.webhook_id) for row in found]


async def one(tx: Tx, delivery_id: UUID) -> Delivery | None:
    return (await tx.execute(select(Delivery).where(Delivery.id == delivery_id))).scalar_one_or_none()


async def page(tx: Tx, webhook_id: UUID, after: Key | None, limit: int) -> Sequence[Delivery]:
    query = select(Delivery).where(Delivery.webhook_id == webhook_id)
    query = newest_first(query, Delivery.created_at, Delivery.id, after, limit)
    return (await tx.execute(query)).scalars().all()


async def note(tx: Tx, delivery_id: UUID, values: dict[str, Any]) -> None:
    await tx.execute(update(Delivery).where(Delivery.id == delivery_id).values(**values))


async def prune(tx: Tx, before: datetime) -> int:
    gone = await tx.execute(delete(Delivery).where(Delivery.created_at < before).returning(Delivery.id))
    return len(gone.scalars().all())
